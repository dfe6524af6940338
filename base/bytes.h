// base/bytes.h - the two names that public bytes go by in every layer. Secrets are SecretBytes.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace base {

using Bytes = std::vector<std::uint8_t>;         // owned; public data only
using ByteView = std::span<const std::uint8_t>;  // borrowed

// The bytes of a text, without its terminator. The text must outlive the view.
inline ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The same bytes seen as text. The bytes must outlive the view.
inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace base
