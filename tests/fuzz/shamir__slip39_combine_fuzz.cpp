// Any shares, combined in every way. The input is a row of shares: seven bytes of fields, one for
// the length, and the value. Nothing may crash; a set that opens by the letter and is one group of
// at least two opens blindly too, to the same secret, and is proven.

#include <algorithm>
#include <cstdlib>
#include <span>
#include <vector>

#include "shamir/slip39.h"

namespace {

using base::SecretBytes;
using shamir::Extendable;
using shamir::Slip39Share;

std::vector<Slip39Share> shares_in(std::span<const std::uint8_t> input) {
  std::vector<Slip39Share> shares;
  while (input.size() >= 8 && shares.size() < 20) {
    const auto fields = input.first(8);
    input = input.subspan(8);
    const std::size_t size = std::min<std::size_t>(fields[7] % 80U, input.size());
    shares.push_back(Slip39Share{
        .identifier = static_cast<std::uint16_t>(fields[0] % 4U),
        .extendable = (fields[1] & 1U) != 0 ? Extendable::kYes : Extendable::kNo,
        .iteration_exponent = 0,  // more would only be slower
        .group_index = static_cast<std::uint8_t>(fields[1] >> 4U),
        .group_threshold = static_cast<std::uint8_t>(fields[2] % 20U),
        .group_count = static_cast<std::uint8_t>(fields[3] % 20U),
        .index = static_cast<std::uint8_t>(fields[4] % 20U),
        .threshold = static_cast<std::uint8_t>(fields[5] % 20U),
        .value = SecretBytes::copy_of(input.first(size)),
    });
    input = input.subspan(size);
  }
  return shares;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<Slip39Share> shares = shares_in({data, size});
  const auto opened = shamir::combine(shares, SecretBytes(0));
  const auto blind = shamir::combine_blind(shares);
  const bool proven = shamir::prove_one_polynomial(shares).ok();
  if (!opened || shares.size() < 2 || shares.front().group_count != 1) {
    return 0;
  }
  if (!blind || !blind->equals(*opened) || !proven) {
    std::abort();
  }
  return 0;
}
