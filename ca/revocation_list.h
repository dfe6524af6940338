// ca/revocation_list.h - an X.509 CRL as it was parsed: nothing in it changes any more.
//
// Source: RFC 5280 section 5.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ca/certificate.h"
#include "ca/distinguished_name.h"
#include "ca/extension.h"
#include "ca/openssl_ptr.h"
#include "ca/revocation_reason.h"

namespace ca {

// One revoked certificate of the list's issuer.
struct ListedRevocation {
  base::Bytes serial;  // content octets of the INTEGER: never seen as text or number
  EncodedTime revoked_at;
  std::optional<std::uint8_t> reason;  // as it stands; RevocationReason names those we write
  bool has_critical_reason = false;
  bool has_other_extensions = false;  // anything but one well-formed reason
};

// Extensions that RFC 5280 section 5.2 defines and we read.
struct KnownListExtensions {
  std::optional<AuthorityKeyIdentifier> authority_key_identifier;
  std::optional<base::Bytes> number;  // content octets of the INTEGER
  std::optional<IssuingDistributionPoint> issuing_distribution_point;
  std::vector<std::string> malformed;  // object identifiers of those that hold something else
};

class RevocationList {
 public:
  // One CRL and nothing behind it. Errors: kMalformed ("... (byte N)").
  static base::Result<RevocationList> parse(base::ByteView der, Encoding encoding = Encoding::kDer);

  [[nodiscard]] const base::Bytes& der() const { return parsed_->der; }
  // Whether it was parsed as Encoding::kDer, so that its bytes are known to be that.
  [[nodiscard]] bool is_strict() const { return parsed_->is_strict; }
  // The exact to-be-signed bytes, with their header.
  [[nodiscard]] base::ByteView tbs() const;

  [[nodiscard]] long version() const { return parsed_->version; }  // 2 for v2
  [[nodiscard]] const base::Bytes& inner_algorithm() const { return parsed_->inner_algorithm; }
  [[nodiscard]] const base::Bytes& outer_algorithm() const { return parsed_->outer_algorithm; }
  [[nodiscard]] const DistinguishedName& issuer() const { return *parsed_->issuer; }
  [[nodiscard]] const EncodedTime& this_update() const { return parsed_->this_update; }
  [[nodiscard]] const std::optional<EncodedTime>& next_update() const {
    return parsed_->next_update;
  }
  [[nodiscard]] const std::vector<ListedRevocation>& entries() const { return parsed_->entries; }
  // Whether the list of entries is there and empty, which RFC 5280 section 5.1.2.6 forbids.
  [[nodiscard]] bool has_empty_list() const { return parsed_->has_empty_list; }
  [[nodiscard]] const std::vector<Extension>& extensions() const { return parsed_->extensions; }
  [[nodiscard]] const KnownListExtensions& known() const { return parsed_->known; }
  // The first extension of that kind, or nullptr.
  [[nodiscard]] const Extension* find(std::string_view oid) const;
  // The CRL number, when it is there, not negative and below 2^64.
  [[nodiscard]] std::optional<std::uint64_t> number() const;

  // "-----BEGIN X509 CRL-----" ... with a final LF.
  [[nodiscard]] std::string pem() const;

  // Whether the signature was made by the key in `public_key_info`. Errors: kMalformed for the key;
  // kInconsistent.
  [[nodiscard]] base::Result<void> verify_with(base::ByteView public_key_info) const;

 private:
  struct Parsed {
    base::Bytes der;
    bool is_strict = false;
    long version = 0;
    base::Bytes inner_algorithm;
    base::Bytes outer_algorithm;
    std::optional<DistinguishedName> issuer;
    EncodedTime this_update;
    std::optional<EncodedTime> next_update;
    std::vector<ListedRevocation> entries;
    bool has_empty_list = false;
    std::vector<Extension> extensions;
    KnownListExtensions known;
  };

  explicit RevocationList(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}

  static bool read_entries(X509_CRL& crl, Parsed& parsed);

  std::shared_ptr<const Parsed> parsed_;  // immutable, so copies may share it
};

}  // namespace ca
