#include "ca/ocsp_response_builder.h"

#include <algorithm>
#include <array>
#include <string>

#include "ca/certificate_builder.h"
#include "ca/der.h"
#include "ca/openssl_error.h"
#include "ca/openssl_fields.h"
#include "ca/openssl_ptr.h"
#include "ca/validity.h"

namespace ca {

namespace {

base::Error no_answer(std::string message) {
  return base::Error{base::ErrorCode::kInvalidArgument, std::move(message)};
}

// [1] EXPLICIT Extensions; empty where there are none.
base::Bytes encode_ocsp_extensions(const std::vector<Extension>& extensions) {
  return extensions.empty() ? base::Bytes()
                            : der(DerTag::kContext1Constructed, {encode(extensions)});
}

// What the CRL says of the certificate.
OcspStatusParts status_in(const RevocationList& list, const Certificate& certificate) {
  const std::optional<ListedRevocation> entry = listed_in(list, certificate.serial());
  if (!entry) {
    return {.status = OcspStatus::kGood};
  }
  return {.status = OcspStatus::kRevoked,
          .revoked_at = entry->revoked_at.instant,
          .reason = static_cast<RevocationReason>(entry->reason.value_or(0))};
}

base::Result<void> check_ocsp_parts(const OcspResponseParts& parts) {
  if (parts.list.issuer() != parts.issuer.subject() ||
      parts.certificate.issuer() != parts.issuer.subject() || parts.certificate.is_self_issued()) {
    return no_answer(
        "a CA answers by OCSP only for certificates that it has issued, from its own CRL; correct "
        "the plan");
  }
  if (!parts.list.next_update()) {
    return no_answer("the CRL does not say until when it counts, so no answer can; correct it");
  }
  if (parts.certificate.not_after().instant < parts.list.this_update().instant) {
    return no_answer("the certificate " + parts.certificate.serial_hex() +
                     " has ended, and nobody asks for it any more; leave it out");
  }
  return {};
}

}  // namespace

base::Bytes der_generalized_time(Instant time) {
  std::string digits = text_of(time);
  std::erase_if(digits, [](char c) { return c == '-' || c == ':' || c == 'T'; });
  return der(DerTag::kGeneralizedTime, {base::bytes_of(digits)});
}

base::Bytes encode(const OcspStatusParts& status) {
  if (status.status != OcspStatus::kRevoked) {
    return der(status.status == OcspStatus::kGood ? DerTag::kContext0 : DerTag::kContext2, {});
  }
  const std::array<std::uint8_t, 1> number{static_cast<std::uint8_t>(status.reason)};
  const base::Bytes reason =
      status.reason == RevocationReason::kUnspecified
          ? base::Bytes()
          : der(DerTag::kContext0Constructed, {der(DerTag::kEnumerated, {number})});
  return der(DerTag::kContext1Constructed, {der_generalized_time(status.revoked_at), reason});
}

base::Bytes encode(const OcspAnswerParts& answer) {
  const base::Bytes next_update = answer.next_update.empty()
                                      ? base::Bytes()
                                      : der(DerTag::kContext0Constructed, {answer.next_update});
  return der(DerTag::kSequence,
             {answer.certificate_id,
              answer.status,
              answer.this_update,
              next_update,
              encode_ocsp_extensions(answer.extensions)});
}

base::Bytes encode(const TbsOcspResponse& tbs) {
  base::Bytes answers;
  for (const OcspAnswerParts& answer : tbs.answers) {
    append(answers, encode(answer));
  }
  return der(DerTag::kSequence,
             {tbs.version,
              tbs.responder,
              tbs.produced_at,
              der(DerTag::kSequence, {answers}),
              encode_ocsp_extensions(tbs.extensions)});
}

base::Bytes encode_responder_key(base::ByteView public_key_info) {
  const base::Bytes hash = key_identifier_of(public_key_info, KeyIdentifierMethod::kSha1);
  return der(DerTag::kContext2Constructed, {der(DerTag::kOctetString, {hash})});
}

base::Bytes encode_certificate_id(const Certificate& issuer, base::ByteView serial) {
  const X509Ptr form = x509_of(issuer);
  const base::Bytes number = der(DerTag::kInteger, {serial});
  const unsigned char* at = number.data();
  const Asn1IntegerPtr integer(d2i_ASN1_INTEGER(nullptr, &at, static_cast<long>(number.size())));
  if (form == nullptr || integer == nullptr) {
    forget_openssl_errors();
    return {};
  }
  const OcspCertificateIdPtr id(OCSP_cert_id_new(EVP_sha1(),
                                                 X509_get_subject_name(form.get()),
                                                 X509_get0_pubkey_bitstr(form.get()),
                                                 integer.get()));
  return id == nullptr ? base::Bytes() : written<i2d_OCSP_CERTID>(id.get());
}

base::Bytes wrapped_as_response(base::ByteView basic) {
  constexpr std::array<std::uint8_t, 1> kSuccessful{0};
  const base::Bytes body =
      der(DerTag::kSequence,
          {der_object_identifier(oid::kOcspBasic), der(DerTag::kOctetString, {basic})});
  return der(DerTag::kSequence,
             {der(DerTag::kEnumerated, {kSuccessful}), der(DerTag::kContext0Constructed, {body})});
}

base::Bytes seal_ocsp_response(const OcspSealParts& parts) {
  constexpr std::array<std::uint8_t, 1> kNoUnusedBits{0};
  return wrapped_as_response(der(DerTag::kSequence,
                                 {parts.tbs,
                                  parts.algorithm,
                                  der(DerTag::kBitString, {kNoUnusedBits, parts.signature}),
                                  parts.certificates}));
}

std::optional<ListedRevocation> listed_in(const RevocationList& list, base::ByteView serial) {
  for (const ListedRevocation& entry : list.entries()) {
    if (std::ranges::equal(entry.serial, serial)) {
      return entry;
    }
  }
  return std::nullopt;
}

base::Result<TbsOcspResponse> build_ocsp_response(const OcspResponseParts& parts) {
  if (const base::Result<void> fine = check_ocsp_parts(parts); !fine) {
    return fine.error();
  }
  TbsOcspResponse tbs;
  tbs.responder = encode_responder_key(parts.issuer.public_key_info());
  tbs.produced_at = der_generalized_time(parts.list.this_update().instant);
  tbs.answers.push_back(
      {.certificate_id = encode_certificate_id(parts.issuer, parts.certificate.serial()),
       .status = encode(status_in(parts.list, parts.certificate)),
       .this_update = tbs.produced_at,
       .next_update = der_generalized_time(parts.list.next_update()->instant),
       .extensions = {}});
  return tbs;
}

}  // namespace ca
