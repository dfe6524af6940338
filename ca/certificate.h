// ca/certificate.h - an X.509 certificate as it was parsed: nothing in it changes any more.
//
// Source: RFC 5280 section 4. OpenSSL reads; what it read is kept beside the exact bytes, so that
// names, keys and identifiers are copied from one certificate to the next and never written anew.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"
#include "ca/distinguished_name.h"
#include "ca/extension.h"
#include "ca/openssl_ptr.h"
#include "ca/public_key.h"
#include "ca/validity.h"

namespace ca {

// How strictly bytes are read. The lint reads what others wrote and reports the difference.
enum class Encoding {
  kDer,              // every byte as DER wants it
  kWhateverIsFound,  // also BER, as OpenSSL takes it
};

// A time as it stands in a certificate or CRL.
struct EncodedTime {
  Instant instant;
  bool is_by_the_rule = false;  // exactly the bytes that der_time() gives for it
};

// Extensions that RFC 5280 defines and we read; what is absent is empty.
struct KnownExtensions {
  std::optional<BasicConstraints> basic_constraints;
  std::optional<KeyUsage> key_usage;
  std::optional<std::vector<std::string>> extended_key_usage;  // object identifiers
  std::optional<base::Bytes> subject_key_identifier;
  std::optional<AuthorityKeyIdentifier> authority_key_identifier;
  std::optional<std::vector<std::string>> policies;  // object identifiers
  std::optional<DistributionPoints> crl_distribution_points;
  std::optional<AuthorityInformation> authority_information;
  std::vector<std::string> malformed;  // object identifiers of those that hold something else
};

class Certificate {
 public:
  // One certificate and nothing behind it. Errors: kMalformed ("... (byte N)").
  static base::Result<Certificate> parse(base::ByteView der, Encoding encoding = Encoding::kDer);

  [[nodiscard]] const base::Bytes& der() const { return parsed_->der; }
  // Whether it was parsed as Encoding::kDer, so that its bytes are known to be that.
  [[nodiscard]] bool is_strict() const { return parsed_->is_strict; }
  // The exact to-be-signed bytes, with their header.
  [[nodiscard]] base::ByteView tbs() const;

  [[nodiscard]] long version() const { return parsed_->version; }  // 3 for v3
  // The content octets of the serial INTEGER: big-endian, two's complement.
  [[nodiscard]] const base::Bytes& serial() const { return parsed_->serial; }
  [[nodiscard]] std::string serial_hex() const;
  // AlgorithmIdentifiers in DER: inside the to-be-signed bytes, and beside the signature.
  [[nodiscard]] const base::Bytes& inner_algorithm() const { return parsed_->inner_algorithm; }
  [[nodiscard]] const base::Bytes& outer_algorithm() const { return parsed_->outer_algorithm; }
  [[nodiscard]] const DistinguishedName& issuer() const { return *parsed_->issuer; }
  [[nodiscard]] const DistinguishedName& subject() const { return *parsed_->subject; }
  [[nodiscard]] const EncodedTime& not_before() const { return parsed_->not_before; }
  [[nodiscard]] const EncodedTime& not_after() const { return parsed_->not_after; }
  [[nodiscard]] Validity validity() const;
  // SubjectPublicKeyInfo, DER.
  [[nodiscard]] const base::Bytes& public_key_info() const { return parsed_->public_key_info; }
  [[nodiscard]] bool has_unique_identifiers() const { return parsed_->has_unique_identifiers; }

  // All extensions in their order, and those that we know, decoded.
  [[nodiscard]] const std::vector<Extension>& extensions() const { return parsed_->extensions; }
  [[nodiscard]] const KnownExtensions& known() const { return parsed_->known; }
  // The first extension of that kind, or nullptr.
  [[nodiscard]] const Extension* find(std::string_view oid) const;

  [[nodiscard]] bool is_self_issued() const { return issuer() == subject(); }
  [[nodiscard]] base::Digest fingerprint() const { return base::sha256(der()); }
  // "-----BEGIN CERTIFICATE-----" ... with a final LF.
  [[nodiscard]] std::string pem() const;

  // Whether the signature was made by the key in `public_key_info`, by OpenSSL, whatever the
  // algorithm. Errors: kMalformed for the key; kInconsistent.
  [[nodiscard]] base::Result<void> verify_with(base::ByteView public_key_info) const;

 private:
  struct Parsed {
    base::Bytes der;
    bool is_strict = false;
    bool is_der = false;
    long version = 0;
    base::Bytes serial;
    base::Bytes inner_algorithm;
    base::Bytes outer_algorithm;
    std::optional<DistinguishedName> issuer;
    std::optional<DistinguishedName> subject;
    EncodedTime not_before;
    EncodedTime not_after;
    base::Bytes public_key_info;
    bool has_unique_identifiers = false;
    std::vector<Extension> extensions;
    KnownExtensions known;
  };

  [[nodiscard]] bool has_signature_of(EVP_PKEY& key) const;

  explicit Certificate(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}

  std::shared_ptr<const Parsed> parsed_;  // immutable, so copies may share it
};

// Certificates of one chain as one PEM text, in that order (the leaf first, by RFC 8446 section
// 4.4.2 and every server's habit).
std::string chain_pem(const std::vector<Certificate>& chain);

}  // namespace ca
