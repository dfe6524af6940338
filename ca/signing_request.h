// ca/signing_request.h - a PKCS #10 request: what it asks, and everything that is wrong with it.
//
// Source: RFC 2986. A request gives its public key and, where the plan says so, its name; nothing
// else of it is ever copied into a certificate.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/finding.h"
#include "base/result.h"
#include "ca/distinguished_name.h"
#include "ca/extension.h"
#include "ca/weak_key.h"

namespace ca {

// No request of ours comes near it (RSA-4096 with 20 names: 5 KiB); SLH-DSA-SHA2-256s: 41 KiB as
// PEM.
constexpr std::size_t kLargestRequest = std::size_t{64} * 1024;

class SigningRequest {
 public:
  // Exactly one request in PEM (label CERTIFICATE REQUEST or NEW CERTIFICATE REQUEST; text before
  // it is skipped) or DER. Says nothing yet about what it asks.
  // Errors: kMalformed: too large, more than one object, another object, not DER ("... (byte N)"),
  // bytes behind its end.
  static base::Result<SigningRequest> parse(base::ByteView file);

  [[nodiscard]] const base::Bytes& der() const { return parsed_->der; }
  // SHA-256 of the DER: what a plan names, and what is read aloud as 32 words.
  [[nodiscard]] base::Digest digest() const { return base::sha256(der()); }
  [[nodiscard]] const DistinguishedName& subject() const { return *parsed_->subject; }
  // SubjectPublicKeyInfo, DER.
  [[nodiscard]] const base::Bytes& public_key_info() const { return parsed_->public_key_info; }
  // Asked for, shown, never copied.
  [[nodiscard]] const std::vector<Extension>& requested_extensions() const {
    return parsed_->requested_extensions;
  }
  [[nodiscard]] std::string pem() const;

  // Everything that is wrong with it (kError), and what it asks that will not be copied (kNotice):
  // version, signature algorithm, proof of possession, key, name, attributes, extensions, and
  // whether `seen` knows the key.
  [[nodiscard]] base::Findings check(const KeyRegistry& seen) const;

 private:
  struct Parsed {
    base::Bytes der;
    long version = 0;  // 0 is v1, the only one
    base::Bytes algorithm;
    std::optional<DistinguishedName> subject;
    base::Bytes public_key_info;
    std::vector<std::string> attributes;  // object identifiers, in their order
    bool has_bad_extension_list = false;
    std::vector<Extension> requested_extensions;
  };

  explicit SigningRequest(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}

  static base::Result<SigningRequest> parse_der(base::ByteView der);
  void check_signature(base::Findings& findings) const;
  void check_attributes(base::Findings& findings) const;
  void check_extensions(base::Findings& findings) const;

  std::shared_ptr<const Parsed> parsed_;  // immutable, so copies may share it
};

// The finding of check() on a key that `seen` knows.
inline constexpr std::string_view kRequestKeyAlreadyUsed = "request-key-already-used";

// A request's file looked at as a whole: what `conclave request check` and the ceremony show.
struct RequestCheck {
  std::optional<SigningRequest> request;  // absent when its form is wrong
  base::Findings findings;
};

// parse() and check() in one; an error of form becomes the finding "request-malformed".
RequestCheck check_request(base::ByteView file, const KeyRegistry& seen);

// Whether nothing of it is an error.
bool is_acceptable(const base::Findings& findings);

}  // namespace ca
