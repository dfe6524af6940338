#include "ca/certificate.h"

#include <algorithm>

#include "base/text_encoding.h"
#include "ca/asn1_forms.h"
#include "ca/der.h"
#include "ca/form_signature.h"
#include "ca/openssl_error.h"
#include "ca/openssl_fields.h"
#include "ca/pem.h"

namespace ca {

namespace {

// Decodes into `to` when there is such an extension; notes it when it holds something else.
template <typename T>
void decode_into(std::optional<T>& to,
                 const Extension& extension,
                 base::Result<T> (*decode)(base::ByteView),
                 KnownExtensions& known) {
  if (to) {
    return;  // a second one of the same kind is the lint's business
  }
  base::Result<T> decoded = decode(extension.value);
  if (decoded) {
    to = std::move(*decoded);
  } else {
    known.malformed.push_back(extension.oid);
  }
}

KnownExtensions decode_all(const std::vector<Extension>& extensions) {
  KnownExtensions known;
  for (const Extension& each : extensions) {
    if (each.oid == oid::kBasicConstraints) {
      decode_into(known.basic_constraints, each, decode_basic_constraints, known);
    } else if (each.oid == oid::kKeyUsage) {
      decode_into(known.key_usage, each, decode_key_usage, known);
    } else if (each.oid == oid::kExtendedKeyUsage) {
      decode_into(known.extended_key_usage, each, decode_extended_key_usage, known);
    } else if (each.oid == oid::kSubjectKeyIdentifier) {
      decode_into(known.subject_key_identifier, each, decode_key_identifier, known);
    } else if (each.oid == oid::kAuthorityKeyIdentifier) {
      decode_into(known.authority_key_identifier, each, decode_authority_key_identifier, known);
    } else if (each.oid == oid::kCertificatePolicies) {
      decode_into(known.policies, each, decode_policies, known);
    } else if (each.oid == oid::kCrlDistributionPoints) {
      decode_into(known.crl_distribution_points, each, decode_distribution_points, known);
    } else if (each.oid == oid::kAuthorityInformationAccess) {
      decode_into(known.authority_information, each, decode_authority_information, known);
    }
  }
  return known;
}

// Whether OpenSSL, writing the certificate anew, gives the same to-be-signed bytes. Catches what is
// well-formed and still not DER: defaults written out, for example.
bool comes_back_the_same(const CertificateInfoForm& info, base::ByteView der) {
  return is_plain_der(info.extensions) &&
         std::ranges::equal(written_anew(info), first_value(contents_of(der)));
}

}  // namespace

base::Result<Certificate> Certificate::parse(base::ByteView der, Encoding encoding) {
  constexpr const char* kWhat = "certificate";
  const std::optional<DerFault> fault = find_der_fault(der);
  if (encoding == Encoding::kDer && fault) {
    return not_proper(kWhat, *fault);
  }
  forget_openssl_errors();
  const CertificateFormPtr form = read_certificate_form(der);
  if (form == nullptr || (encoding == Encoding::kDer && !comes_back_the_same(*form->info, der))) {
    return not_proper(kWhat);
  }
  const CertificateInfoForm& info = *form->info;
  base::Result<DistinguishedName> issuer = DistinguishedName::parse(name_der(info.issuer));
  base::Result<DistinguishedName> subject = DistinguishedName::parse(name_der(info.subject));
  const std::optional<EncodedTime> not_before = encoded_time(info.validity->notBefore);
  const std::optional<EncodedTime> not_after = encoded_time(info.validity->notAfter);
  if (!issuer || !subject || !not_before || !not_after) {
    return not_proper(kWhat);
  }
  auto parsed = std::make_shared<Parsed>();
  parsed->der.assign(der.begin(), der.end());
  parsed->is_strict = encoding == Encoding::kDer;
  parsed->is_der = !fault;
  parsed->version = info.version == nullptr ? 1 : ASN1_INTEGER_get(info.version) + 1;
  parsed->serial = content_octets(info.serial);
  parsed->inner_algorithm = written<i2d_X509_ALGOR>(info.algorithm);
  parsed->outer_algorithm = written<i2d_X509_ALGOR>(form->algorithm);
  parsed->issuer = std::move(*issuer);
  parsed->subject = std::move(*subject);
  parsed->not_before = *not_before;
  parsed->not_after = *not_after;
  parsed->public_key_info = written_anew(*info.public_key_info);
  parsed->has_unique_identifiers =
      info.issuer_unique_identifier != nullptr || info.subject_unique_identifier != nullptr;
  parsed->extensions = extensions_of(info.extensions);
  parsed->known = decode_all(parsed->extensions);
  forget_openssl_errors();
  return Certificate(std::move(parsed));
}

base::ByteView Certificate::tbs() const {
  return first_value(contents_of(der()));
}

std::string Certificate::serial_hex() const {
  return base::to_hex(serial());
}

Validity Certificate::validity() const {
  return {.not_before = not_before().instant, .not_after = not_after().instant};
}

const Extension* Certificate::find(std::string_view oid) const {
  const auto found = std::find_if(
      extensions().begin(), extensions().end(), [&](const auto& each) { return each.oid == oid; });
  return found == extensions().end() ? nullptr : &*found;
}

std::string Certificate::pem() const {
  return pem_text("CERTIFICATE", der());
}

bool Certificate::has_signature_of(EVP_PKEY& key) const {
  if (parsed_->is_der) {
    FormSignature form = form_signature_of(der());
    form.inner_algorithm = inner_algorithm();
    if (const std::optional<bool> is_signed = is_signed_by(form, key)) {
      return *is_signed;
    }
  }
  const unsigned char* at = der().data();
  const X509Ptr x509(d2i_X509(nullptr, &at, static_cast<long>(der().size())));
  return x509 != nullptr && X509_verify(x509.get(), &key) == 1;
}

base::Result<void> Certificate::verify_with(base::ByteView public_key_info) const {
  const base::Result<EvpPkeyPtr> key = read_public_key(public_key_info);
  if (!key) {
    return key.error();
  }
  if (!has_signature_of(**key)) {
    return openssl_error(base::ErrorCode::kInconsistent,
                         "the certificate was not signed by this key; do not use it");
  }
  return {};
}

std::string chain_pem(const std::vector<Certificate>& chain) {
  std::string text;
  for (const Certificate& certificate : chain) {
    text += certificate.pem();
  }
  return text;
}

}  // namespace ca
