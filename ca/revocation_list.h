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
#include "ca/listed_revocations.h"
#include "ca/openssl_ptr.h"

namespace ca {

// Extensions that RFC 5280 section 5.2 defines and we read.
struct KnownListExtensions {
  std::optional<AuthorityKeyIdentifier> authority_key_identifier;
  std::optional<base::Bytes> number;  // content octets of the INTEGER
  std::optional<IssuingDistributionPoint> issuing_distribution_point;
  std::vector<std::string> malformed;  // object identifiers of those that hold something else
};

class RevocationList {
 public:
  // One CRL and nothing behind it. Errors: kMalformed ("... (byte N)"). The bytes are kept, and
  // moved in they are in memory once.
  static base::Result<RevocationList> parse(base::Bytes der, Encoding encoding = Encoding::kDer);
  static base::Result<RevocationList> parse(base::ByteView der, Encoding encoding = Encoding::kDer);

  // The bytes of a list that is needed no more; a copy where another list shares them.
  base::Bytes take_der() &&;

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
  [[nodiscard]] const ListedRevocations& entries() const { return parsed_->entries; }
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
  enum class Form : std::uint8_t { kDer, kOther };

  struct Parsed {
    base::Bytes der;
    Form form = Form::kDer;
    bool is_strict = false;
    long version = 0;
    base::Bytes inner_algorithm;
    base::Bytes outer_algorithm;
    std::optional<DistinguishedName> issuer;
    EncodedTime this_update;
    std::optional<EncodedTime> next_update;
    base::Bytes rewritten_entries;  // where those of `der` are no DER
    ListedRevocations entries;
    bool has_empty_list = false;
    std::vector<Extension> extensions;
    KnownListExtensions known;
  };

  // A CRL taken apart: its list of entries, which may be long, and all the rest, which is not.
  struct CutList {
    base::Bytes frame;        // the same CRL without a list of entries
    base::ByteView entries;   // that list, with its header; empty where there is none
    ListedRevocations plain;  // those at its beginning that have the form of nearly all
  };
  static CutList cut(base::ByteView der);

  // Reads the entries, and gives all the rest; nullptr where one of them is not proper.
  static X509CrlPtr read_frame(Parsed& parsed, const CutList& parts);
  static X509CrlPtr read_whole(Parsed& parsed);
  [[nodiscard]] bool has_signature_of(EVP_PKEY& key) const;

  explicit RevocationList(std::shared_ptr<Parsed> parsed) : parsed_(std::move(parsed)) {}

  std::shared_ptr<Parsed> parsed_;  // never changed once parsed, so copies may share it
};

}  // namespace ca
