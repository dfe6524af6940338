// ca/ocsp_response.h - an OCSP response as it was parsed: nothing in it changes any more.
//
// Source: RFC 6960 section 4.2. Only what answers is read: a basic response in DER. One that says
// no more than that the responder has failed is refused.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ca/certificate.h"

namespace ca {

enum class OcspStatus : std::uint8_t { kGood, kRevoked, kUnknown };

// "good", "revoked", "unknown".
std::string_view name_of(OcspStatus status);

// CertID: which certificate an answer is about.
struct OcspCertificateId {
  std::string digest;  // object identifier, dotted
  base::Bytes serial;  // content octets of the INTEGER
  base::Bytes der;     // all of it, with the digests of the issuer's name and key
};

// A time of a response; always a GeneralizedTime. `is_by_the_rule`: YYYYMMDDHHMMSSZ (RFC 6960
// section 4.2.2.1 with RFC 5280 section 4.1.2.5.2).
using OcspTime = EncodedTime;

// SingleResponse: the answer about one certificate.
struct OcspAnswer {
  OcspCertificateId certificate;
  OcspStatus status = OcspStatus::kUnknown;
  std::optional<OcspTime> revoked_at;  // of a revoked one
  std::optional<std::uint8_t> reason;  // as it stands; RevocationReason names those we write
  OcspTime this_update;
  std::optional<OcspTime> next_update;
  std::vector<std::string> extensions;  // object identifiers
};

class OcspResponse {
 public:
  // One response and nothing behind it. Errors: kMalformed, also for one without an answer.
  static base::Result<OcspResponse> parse(base::ByteView der);

  [[nodiscard]] const base::Bytes& der() const { return parsed_->der; }
  // The exact to-be-signed bytes (ResponseData), with their header.
  [[nodiscard]] base::ByteView tbs() const;

  [[nodiscard]] bool has_version() const { return parsed_->has_version; }  // written, so not v1
  // AlgorithmIdentifier of the signature, DER.
  [[nodiscard]] const base::Bytes& algorithm() const { return parsed_->algorithm; }
  // The SHA-1 of the responder's key; nothing where it is named by its subject.
  [[nodiscard]] const std::optional<base::Bytes>& responder_key() const {
    return parsed_->responder_key;
  }
  [[nodiscard]] const OcspTime& produced_at() const { return parsed_->produced_at; }
  [[nodiscard]] const std::vector<OcspAnswer>& answers() const { return parsed_->answers; }
  [[nodiscard]] const std::vector<std::string>& extensions() const { return parsed_->extensions; }
  [[nodiscard]] std::size_t certificate_count() const { return parsed_->certificate_count; }

  // Whether the signature was made by the key in `public_key_info` over tbs(). Errors: kMalformed
  // or kRefusedByPolicy for the key; kInconsistent.
  [[nodiscard]] base::Result<void> verify_with(base::ByteView public_key_info) const;

  // Whether a client believes it that trusts `issuer` and nobody else: OpenSSL's own search for the
  // responder, its signature, its chain, and its right to answer (RFC 6960 section 4.2.2.2),
  // whatever the clock says. Errors: kInconsistent.
  [[nodiscard]] base::Result<void> believed_under(const Certificate& issuer) const;

 private:
  struct Parsed {
    base::Bytes der;
    base::Bytes basic;  // BasicOCSPResponse
    bool has_version = false;
    base::Bytes algorithm;
    base::Bytes signature;
    std::optional<base::Bytes> responder_key;
    OcspTime produced_at;
    std::vector<OcspAnswer> answers;
    std::vector<std::string> extensions;
    std::size_t certificate_count = 0;
  };

  static bool read_basic(Parsed& parsed);

  explicit OcspResponse(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}

  std::shared_ptr<const Parsed> parsed_;  // immutable, so copies may share it
};

}  // namespace ca
