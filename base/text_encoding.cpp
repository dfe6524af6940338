#include "base/text_encoding.h"

#include <algorithm>

#include <sodium.h>

namespace base {

namespace {

constexpr std::string_view kBase32Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr unsigned kBase32Bits = 5;

Error malformed(std::string_view encoding) {
  return Error{ErrorCode::kMalformed,
               "The text is not proper " + std::string(encoding) +
                   ": a character is wrong, missing or too many. Copy it again."};
}

std::string encode_base64(ByteView bytes, int variant) {
  // The length that libsodium gives counts a terminating zero.
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
  text.pop_back();
  return text;
}

Result<Bytes> decode_base64(std::string_view text, int variant) {
  Bytes bytes(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  const char* end = nullptr;
  const int outcome = sodium_base642bin(
      bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, &end, variant);
  bytes.resize(outcome == 0 ? size : 0);
  if (outcome != 0 || end != text.data() + text.size() || encode_base64(bytes, variant) != text) {
    return malformed("base64");
  }
  return bytes;
}

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

Result<Bytes> from_hex(std::string_view text) {
  Bytes bytes(text.size() / 2 + 1);  // libsodium takes no null pointer, not even for nothing
  std::size_t size = 0;
  const int outcome =
      sodium_hex2bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, nullptr);
  bytes.resize(outcome == 0 ? size : 0);
  if (outcome != 0 || to_hex(bytes) != text) {
    return malformed("hexadecimal");
  }
  return bytes;
}

std::string to_base64(ByteView bytes) {
  return encode_base64(bytes, sodium_base64_VARIANT_ORIGINAL);
}

Result<Bytes> from_base64(std::string_view text) {
  return decode_base64(text, sodium_base64_VARIANT_ORIGINAL);
}

std::string to_base64url(ByteView bytes) {
  return encode_base64(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

Result<Bytes> from_base64url(std::string_view text) {
  return decode_base64(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::string to_base32(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() * 8 + kBase32Bits - 1) / kBase32Bits);
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= kBase32Bits) {
      bits -= kBase32Bits;
      text.push_back(kBase32Alphabet[(pending >> bits) & 31U]);
    }
  }
  if (bits > 0) {
    text.push_back(kBase32Alphabet[(pending << (kBase32Bits - bits)) & 31U]);
  }
  return text;
}

Result<Bytes> from_base32(std::string_view text) {
  Bytes bytes;
  bytes.reserve(text.size() * kBase32Bits / 8);
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char character : text) {
    const std::size_t value = kBase32Alphabet.find(character);
    if (value == std::string_view::npos) {
      return malformed("base32");
    }
    pending = (pending << kBase32Bits) | static_cast<std::uint32_t>(value);
    bits += kBase32Bits;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<std::uint8_t>((pending >> bits) & 0xffU));
    }
  }
  // Catches impossible lengths and stray last bits in one.
  if (to_base32(bytes) != text) {
    return malformed("base32");
  }
  return bytes;
}

SecretBytes secret_to_hex(const SecretBytes& bytes) {
  SecretBytes terminated(bytes.size() * 2 + 1);
  const SecretBytes::Reader reader = bytes.read();
  const SecretBytes::Writer writer = terminated.write();
  const auto digits = writer.bytes();
  sodium_bin2hex(reinterpret_cast<char*>(digits.data()),
                 digits.size(),
                 reader.bytes().data(),
                 reader.bytes().size());
  return SecretBytes::copy_of(digits.first(digits.size() - 1));
}

Result<SecretBytes> secret_from_hex(const SecretBytes& digits) {
  SecretBytes bytes(digits.size() / 2);
  std::size_t size = 0;
  int outcome = 0;
  {
    const SecretBytes::Reader reader = digits.read();
    const SecretBytes::Writer writer = bytes.write();
    outcome = sodium_hex2bin(writer.bytes().data(),
                             writer.bytes().size(),
                             reinterpret_cast<const char*>(reader.bytes().data()),
                             reader.bytes().size(),
                             nullptr,
                             &size,
                             nullptr);
  }
  if (outcome != 0 || size != bytes.size() || !secret_to_hex(bytes).equals(digits)) {
    return malformed("hexadecimal");
  }
  return bytes;
}

}  // namespace base
