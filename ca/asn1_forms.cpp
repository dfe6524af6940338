#include "ca/asn1_forms.h"

#include <openssl/asn1t.h>

#include "ca/openssl_fields.h"

namespace ca {

namespace {

// OpenSSL's macros for templates, which C++ has to bear as they are.
// NOLINTBEGIN
ASN1_SEQUENCE(PublicKeyForm) =
    {
        ASN1_SIMPLE(PublicKeyForm, algorithm, X509_ALGOR),
        ASN1_SIMPLE(PublicKeyForm, key, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(PublicKeyForm)

        ASN1_SEQUENCE(CertificateInfoForm) =
            {
                ASN1_EXP_OPT(CertificateInfoForm, version, ASN1_INTEGER, 0),
                ASN1_SIMPLE(CertificateInfoForm, serial, ASN1_INTEGER),
                ASN1_SIMPLE(CertificateInfoForm, algorithm, X509_ALGOR),
                ASN1_SIMPLE(CertificateInfoForm, issuer, X509_NAME),
                ASN1_SIMPLE(CertificateInfoForm, validity, X509_VAL),
                ASN1_SIMPLE(CertificateInfoForm, subject, X509_NAME),
                ASN1_SIMPLE(CertificateInfoForm, public_key_info, PublicKeyForm),
                ASN1_IMP_OPT(CertificateInfoForm, issuer_unique_identifier, ASN1_BIT_STRING, 1),
                ASN1_IMP_OPT(CertificateInfoForm, subject_unique_identifier, ASN1_BIT_STRING, 2),
                ASN1_EXP_SEQUENCE_OF_OPT(CertificateInfoForm, extensions, X509_EXTENSION, 3),
} static_ASN1_SEQUENCE_END(CertificateInfoForm)

                ASN1_SEQUENCE(CertificateForm) =
                    {
                        ASN1_SIMPLE(CertificateForm, info, CertificateInfoForm),
                        ASN1_SIMPLE(CertificateForm, algorithm, X509_ALGOR),
                        ASN1_SIMPLE(CertificateForm, signature, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(CertificateForm)

                        ASN1_SEQUENCE(RequestInfoForm) =
                            {
                                ASN1_SIMPLE(RequestInfoForm, version, ASN1_INTEGER),
                                ASN1_SIMPLE(RequestInfoForm, subject, X509_NAME),
                                ASN1_SIMPLE(RequestInfoForm, public_key_info, PublicKeyForm),
                                ASN1_IMP_SET_OF_OPT(RequestInfoForm, attributes, X509_ATTRIBUTE, 0),
} static_ASN1_SEQUENCE_END(RequestInfoForm)

                                ASN1_SEQUENCE(RequestForm) =
                                    {
                                        ASN1_SIMPLE(RequestForm, info, RequestInfoForm),
                                        ASN1_SIMPLE(RequestForm, algorithm, X509_ALGOR),
                                        ASN1_SIMPLE(RequestForm, signature, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(RequestForm)
                                    // NOLINTEND

                                    template <typename Form>
                                    Form * read_form(base::ByteView der, const ASN1_ITEM* item) {
  const unsigned char* at = der.data();
  ASN1_VALUE* value = ASN1_item_d2i(nullptr, &at, static_cast<long>(der.size()), item);
  if (value != nullptr && at != der.data() + der.size()) {
    ASN1_item_free(value, item);
    return nullptr;
  }
  return reinterpret_cast<Form*>(value);
}

template <typename Form>
base::Bytes form_written(const Form& form, const ASN1_ITEM* item) {
  unsigned char* out = nullptr;
  const int length = ASN1_item_i2d(reinterpret_cast<const ASN1_VALUE*>(&form), &out, item);
  const OpensslBlock block(out);
  return length > 0 ? base::Bytes(out, out + length) : base::Bytes();
}

}  // namespace

void free_form(PublicKeyForm* form) {
  ASN1_item_free(reinterpret_cast<ASN1_VALUE*>(form), ASN1_ITEM_rptr(PublicKeyForm));
}

void free_form(CertificateForm* form) {
  ASN1_item_free(reinterpret_cast<ASN1_VALUE*>(form), ASN1_ITEM_rptr(CertificateForm));
}

void free_form(RequestForm* form) {
  ASN1_item_free(reinterpret_cast<ASN1_VALUE*>(form), ASN1_ITEM_rptr(RequestForm));
}

PublicKeyFormPtr read_public_key_form(base::ByteView der) {
  return PublicKeyFormPtr(read_form<PublicKeyForm>(der, ASN1_ITEM_rptr(PublicKeyForm)));
}

CertificateFormPtr read_certificate_form(base::ByteView der) {
  return CertificateFormPtr(read_form<CertificateForm>(der, ASN1_ITEM_rptr(CertificateForm)));
}

RequestFormPtr read_request_form(base::ByteView der) {
  return RequestFormPtr(read_form<RequestForm>(der, ASN1_ITEM_rptr(RequestForm)));
}

base::Bytes written_anew(const CertificateInfoForm& info) {
  return form_written(info, ASN1_ITEM_rptr(CertificateInfoForm));
}

base::Bytes written_anew(const RequestInfoForm& info) {
  return form_written(info, ASN1_ITEM_rptr(RequestInfoForm));
}

base::Bytes written_anew(const PublicKeyForm& info) {
  return form_written(info, ASN1_ITEM_rptr(PublicKeyForm));
}

}  // namespace ca
