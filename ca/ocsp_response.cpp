#include "ca/ocsp_response.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ca/der.h"
#include "ca/ocsp_response_builder.h"
#include "ca/openssl_error.h"
#include "ca/openssl_fields.h"
#include "ca/openssl_ptr.h"
#include "ca/public_key.h"

namespace ca {

namespace {

constexpr const char* kOcspWhat = "OCSP response";

std::string dotted(const ASN1_OBJECT* object) {
  std::array<char, 160> text{};
  OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  return text.data();
}

base::Bytes copied(const ASN1_STRING* string) {
  const base::ByteView bytes = bytes_of_string(string);
  return {bytes.begin(), bytes.end()};
}

std::optional<OcspTime> time_of(const ASN1_GENERALIZEDTIME* time) {
  std::optional<EncodedTime> encoded = time == nullptr ? std::nullopt : encoded_time(time);
  if (encoded) {
    encoded->is_by_the_rule =
        written<i2d_ASN1_GENERALIZEDTIME>(time) == der_generalized_time(encoded->instant);
  }
  return encoded;
}

OcspCertificateId certificate_id_of(const OCSP_SINGLERESP* single) {
  ASN1_OBJECT* digest = nullptr;
  ASN1_INTEGER* serial = nullptr;
  // OpenSSL only looks, and asks for a pointer that it could change.
  auto* const id = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(single));
  OCSP_id_get0_info(nullptr, &digest, nullptr, &serial, id);
  return {.digest = dotted(digest),
          .serial = content_octets(serial),
          .der = written<i2d_OCSP_CERTID>(id)};
}

OcspStatus status_of(int status) {
  if (status == V_OCSP_CERTSTATUS_GOOD) {
    return OcspStatus::kGood;
  }
  return status == V_OCSP_CERTSTATUS_REVOKED ? OcspStatus::kRevoked : OcspStatus::kUnknown;
}

// Nothing where one of its times is none.
std::optional<OcspAnswer> answer_of(OCSP_SINGLERESP* single) {
  int reason = -1;
  ASN1_GENERALIZEDTIME* revoked_at = nullptr;
  ASN1_GENERALIZEDTIME* this_update = nullptr;
  ASN1_GENERALIZEDTIME* next_update = nullptr;
  const int status =
      OCSP_single_get0_status(single, &reason, &revoked_at, &this_update, &next_update);
  const std::optional<OcspTime> begin = time_of(this_update);
  OcspAnswer answer{.certificate = certificate_id_of(single),
                    .status = status_of(status),
                    .revoked_at = time_of(revoked_at),
                    .reason = {},
                    .this_update = begin.value_or(OcspTime{}),
                    .next_update = time_of(next_update),
                    .extensions = {}};
  if (reason >= 0) {
    answer.reason = static_cast<std::uint8_t>(reason);
  }
  for (int i = 0; i < OCSP_SINGLERESP_get_ext_count(single); ++i) {
    answer.extensions.push_back(
        dotted(X509_EXTENSION_get_object(OCSP_SINGLERESP_get_ext(single, i))));
  }
  const bool has_all = begin && (next_update == nullptr || answer.next_update) &&
                       (revoked_at == nullptr || answer.revoked_at);
  return has_all ? std::optional(std::move(answer)) : std::nullopt;
}

OcspBasicResponsePtr read_basic_form(base::ByteView der) {
  const unsigned char* at = der.data();
  OcspBasicResponsePtr basic(d2i_OCSP_BASICRESP(nullptr, &at, static_cast<long>(der.size())));
  return at == der.data() + der.size() ? std::move(basic) : nullptr;
}

// The BasicOCSPResponse in a response, as OpenSSL writes it anew; empty where there is none.
base::Bytes basic_in(base::ByteView der) {
  const unsigned char* at = der.data();
  const OcspResponsePtr response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
  if (response == nullptr ||
      OCSP_response_status(response.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return {};
  }
  const OcspBasicResponsePtr basic(OCSP_response_get1_basic(response.get()));
  return basic == nullptr ? base::Bytes() : written<i2d_OCSP_BASICRESP>(basic.get());
}

// Whether the response is what stands around exactly these bytes. They lie in an OCTET STRING, into
// which no test for DER looks, so OpenSSL might have written something else than it has read.
bool holds_exactly(base::ByteView der, base::ByteView basic) {
  return std::ranges::equal(der, wrapped_as_response(basic));
}

base::Error not_believed() {
  forget_openssl_errors();
  return base::Error{base::ErrorCode::kInconsistent,
                     "OpenSSL does not believe this OCSP response under the certificate of its "
                     "issuer; do not use it"};
}

}  // namespace

std::string_view name_of(OcspStatus status) {
  if (status == OcspStatus::kUnknown) {
    return "unknown";
  }
  return status == OcspStatus::kGood ? "good" : "revoked";
}

// Takes apart what stands in `basic`.
bool OcspResponse::read_basic(Parsed& parsed) {
  const OcspBasicResponsePtr basic = read_basic_form(parsed.basic);
  const ASN1_OCTET_STRING* key = nullptr;
  const X509_NAME* name = nullptr;
  if (basic == nullptr || OCSP_resp_get0_id(basic.get(), &key, &name) != 1) {
    return false;
  }
  const std::optional<OcspTime> produced_at = time_of(OCSP_resp_get0_produced_at(basic.get()));
  parsed.has_version = starts_with(contents_of(first_value(contents_of(parsed.basic))),
                                   DerTag::kContext0Constructed);
  parsed.algorithm = written<i2d_X509_ALGOR>(OCSP_resp_get0_tbs_sigalg(basic.get()));
  parsed.signature = copied(OCSP_resp_get0_signature(basic.get()));
  if (key != nullptr) {
    parsed.responder_key = copied(key);
  }
  parsed.produced_at = produced_at.value_or(OcspTime{});
  for (int i = 0; i < OCSP_resp_count(basic.get()); ++i) {
    std::optional<OcspAnswer> answer = answer_of(OCSP_resp_get0(basic.get(), i));
    if (!answer) {
      return false;
    }
    parsed.answers.push_back(std::move(*answer));
  }
  for (int i = 0; i < OCSP_BASICRESP_get_ext_count(basic.get()); ++i) {
    parsed.extensions.push_back(
        dotted(X509_EXTENSION_get_object(OCSP_BASICRESP_get_ext(basic.get(), i))));
  }
  const int certificates = sk_X509_num(OCSP_resp_get0_certs(basic.get()));
  parsed.certificate_count = static_cast<std::size_t>(std::max(certificates, 0));
  return produced_at.has_value();
}

base::Result<OcspResponse> OcspResponse::parse(base::ByteView der) {
  if (const std::optional<DerFault> fault = find_der_fault(der)) {
    return not_proper(kOcspWhat, *fault);
  }
  auto parsed = std::make_shared<Parsed>();
  parsed->der.assign(der.begin(), der.end());
  parsed->basic = basic_in(der);
  if (parsed->basic.empty() || find_der_fault(parsed->basic) ||
      !holds_exactly(der, parsed->basic) || !read_basic(*parsed)) {
    return not_proper(kOcspWhat);
  }
  return OcspResponse(std::move(parsed));
}

base::ByteView OcspResponse::tbs() const {
  return first_value(contents_of(parsed_->basic));
}

base::Result<void> OcspResponse::verify_with(base::ByteView public_key_info) const {
  return verify_signature(
      {.public_key_info = public_key_info, .message = tbs(), .signature = parsed_->signature});
}

base::Result<void> OcspResponse::believed_under(const Certificate& issuer) const {
  const OcspBasicResponsePtr basic = read_basic_form(parsed_->basic);
  const X509Ptr anchor = x509_of(issuer);
  const X509StorePtr store(X509_STORE_new());
  const CertificateStackPtr known(sk_X509_new_null());
  const bool is_ready = basic != nullptr && anchor != nullptr && store != nullptr &&
                        known != nullptr && X509_STORE_add_cert(store.get(), anchor.get()) == 1 &&
                        X509_STORE_set_flags(store.get(), X509_V_FLAG_NO_CHECK_TIME) == 1 &&
                        X509_add_cert(known.get(), anchor.get(), X509_ADD_FLAG_UP_REF) == 1;
  if (!is_ready || OCSP_basic_verify(basic.get(), known.get(), store.get(), 0) != 1) {
    return not_believed();
  }
  return {};
}

}  // namespace ca
