// tests/support/evaluation_records.h - public records of a root key's life, made line by line.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ceremony/evaluation_facts.h"

namespace support {

// One record while it is written.
class RecordBuilder {
 public:
  struct Opening {
    std::string id;
    std::string mode = "REHEARSAL";
    unsigned sequence = 1;
    std::string previous_head;  // "": 64 zeros
  };

  explicit RecordBuilder(const Opening& opening);

  // Adds an entry with `data`; aborts the test where it cannot be written.
  RecordBuilder& add(std::string_view type, ceremony::Json data);

  // Adds the closing entry.
  ceremony::PublicRecord completed();
  ceremony::PublicRecord aborted();
  ceremony::PublicRecord unfinished() { return record_; }

 private:
  ceremony::PublicRecord record_;
};

// 64 hex digits for a name, always the same.
std::string digest_named(std::string_view name);

struct LifeOptions {
  unsigned extra = 2;  // n - k
  std::string mode = "REHEARSAL";
  std::string root = "root";  // the root key is digest_named(root)
};

// Data of the entries of a life, to be changed by a test.
ceremony::Json root_certificate_data(const LifeOptions& options);
ceremony::Json subordinate_data(const LifeOptions& options);

// Root generation, subordinate signing (one, path length 0), CRL, share verification, activation
// and drill, chained.
std::vector<ceremony::PublicRecord> whole_life(const LifeOptions& options);

}  // namespace support
