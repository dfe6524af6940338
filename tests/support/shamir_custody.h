// tests/support/shamir_custody.h - locked cards of a small set, made once for all tests.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/secret_bytes.h"
#include "shamir/dealer.h"
#include "shamir/envelope.h"
#include "shamir/passphrase.h"
#include "shamir/set_header.h"

namespace custody {

base::SecretBytes secret_of(std::string_view text);
std::string text_of(const base::SecretBytes& secret);

// The passphrase of those words, which must be allowed.
shamir::Passphrase passphrase_of(std::string_view text);

// A share with these fields that no split made: for tests that never combine.
shamir::Slip39Share some_share(std::size_t value_bytes = 32);

shamir::SetIdentity some_set(shamir::Mode mode = shamir::Mode::kRehearsal);

// The four bytes behind an envelope that was changed by hand.
void fix_check(base::Bytes& envelope);

// What a dealer made: shares, header, and each share locked with kPassphrase.
struct Dealt {
  base::SecretBytes secret;
  shamir::SetHeader header{};
  std::vector<shamir::HeldShare> held{};
};

inline constexpr std::string_view kPassphrase = "six words that nobody else knows";

struct Wanted {
  unsigned threshold = 3;
  unsigned shares = 5;
  std::size_t secret_bytes = 32;
  shamir::SetIdentity set = some_set();
};

Dealt deal(const Wanted& wanted = {});

base::Bytes lock(const shamir::HeldShare& held);

// A set of 3 of 5 in REHEARSAL and its five locked cards; made at the first call.
struct Cards {
  Dealt dealt;
  std::vector<base::Bytes> envelopes;
};
const Cards& cards();

}  // namespace custody
