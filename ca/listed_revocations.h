// ca/listed_revocations.h - the entries of a CRL as they stand in its bytes.
//
// Source: RFC 5280 section 5.1.2.6.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "ca/certificate.h"

namespace ca {

// One revoked certificate of the list's issuer.
struct ListedRevocation {
  base::ByteView serial;  // content octets of the INTEGER, borrowed from the list
  EncodedTime revoked_at;
  std::optional<std::uint8_t> reason;  // as it stands; RevocationReason names those we write
  bool has_critical_reason = false;
  bool has_other_extensions = false;  // anything but one well-formed reason
};

// All of them in their order, each decoded when it is looked at: a million of them, kept decoded,
// would fill hundreds of megabytes.
class ListedRevocations {
 public:
  class Iterator {
   public:
    Iterator() = default;
    explicit Iterator(base::ByteView rest);

    const ListedRevocation& operator*() const { return entry_; }
    Iterator& operator++();
    friend bool operator==(const Iterator& one, const Iterator& other) {
      return one.rest_.size() == other.rest_.size();
    }

   private:
    void look();

    base::ByteView rest_;   // from the entry on to the end of the list
    std::size_t size_ = 0;  // of the entry, with its header
    ListedRevocation entry_;
  };

  ListedRevocations() = default;

  // The entries from the first on, in the contents of a list, that have the form of nearly all: a
  // number, a date by the rule, a reason or none, all in DER; borrowed. Any bytes may be given.
  static ListedRevocations plain_ones(base::ByteView contents);

  // All entries of a list. Nothing where one is none, by OpenSSL, or its date is no time of the
  // calendar; with Encoding::kDer also where OpenSSL would write it in other bytes. Requires:
  // contents that are DER, whatever the encoding, and that begin with the bytes of `plain`.
  static std::optional<ListedRevocations> read(base::ByteView contents,
                                               const ListedRevocations& plain,
                                               Encoding encoding);

  // Their bytes.
  [[nodiscard]] base::ByteView bytes() const { return entries_; }
  [[nodiscard]] Iterator begin() const { return Iterator(entries_); }
  [[nodiscard]] static Iterator end() { return {}; }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

 private:
  ListedRevocations(base::ByteView entries, std::size_t count) : entries_(entries), count_(count) {}

  base::ByteView entries_;
  std::size_t count_ = 0;
};

}  // namespace ca
