// shamir/set_header.h - what everybody may know of a share set, and what combining must agree with.
//
// File `set.header`, ASCII, LF, exactly these lines in this order:
//   format: conclave-set-header-1
//   mode: PRODUCTION | REHEARSAL | DRILL
//   set-id: 32 hex digits
//   generation: decimal, from 1
//   secret-bytes: decimal, even, 16 to 32
//   commitment: 64 hex digits
//   dealer-key: 64 hex digits
//   sha256: 64 hex digits, the SHA-256 of all lines before this one
// Hex digits are lower case; no leading zeros. It holds neither k nor n. docs/formats/share.md.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "shamir/dealer.h"
#include "shamir/held_share.h"

namespace shamir {

struct SetHeader {
  SetIdentity set;
  std::size_t secret_bytes = 32;
  SecretCommitment commitment{};
  DealerKey dealer{};

  friend bool operator==(const SetHeader&, const SetHeader&) = default;
};

// Larger than any set header, in bytes: how much to read of a file that should be one.
inline constexpr std::size_t kLongestSetHeader = 1024;

// Errors: kInvalidArgument for a generation of 0 or a length that a locked share has no room for.
base::Result<std::string> write_set_header(const SetHeader& header);

// Errors: kMalformed, naming the line that is not as it must be; kInconsistent where the hash in
// the last line does not fit.
base::Result<SetHeader> read_set_header(std::string_view text);

}  // namespace shamir
