// base/random.h - random values that are not secret: identifiers, salts, lots.
//
// From libsodium, which asks the kernel (getrandom). Secrets come from SecretBytes::random().

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/bytes.h"

namespace base {

[[nodiscard]] Bytes random_bytes(std::size_t count);

// Each of 0 .. bound-1 equally likely, without the bias of a remainder. Gives 0 for bound 0 or 1.
[[nodiscard]] std::uint32_t uniform_below(std::uint32_t bound);

// Puts the items into an order drawn by lot: every order is equally likely (Fisher and Yates).
template <typename Item>
void shuffle_by_lot(std::span<Item> items) {
  for (std::size_t remaining = items.size(); remaining > 1; --remaining) {
    const std::size_t drawn = uniform_below(static_cast<std::uint32_t>(remaining));
    std::swap(items[remaining - 1], items[drawn]);
  }
}

}  // namespace base
