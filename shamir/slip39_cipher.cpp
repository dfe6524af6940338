#include "shamir/slip39_cipher.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include <sodium.h>

#include "shamir/slip39_fields.h"
#include "shamir/verdict.h"

namespace shamir::slip39 {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

constexpr std::array<std::uint8_t, 4> kRounds = {0, 1, 2, 3};
constexpr std::array<std::uint8_t, 4> kRoundsBackwards = {3, 2, 1, 0};
constexpr std::uint32_t kRoundIterations = 2500;  // 10000 in all

// A half has at most 32 bytes, so PBKDF2 never needs more than its first block.
static_assert(kLongestSecret / 2 <= crypto_auth_hmacsha256_BYTES);

// libsodium's HMAC state, wiped when it goes.
class Hmac {
 public:
  explicit Hmac(std::span<const std::uint8_t> key) {
    crypto_auth_hmacsha256_init(&state_, key.data(), key.size());
  }
  Hmac(const Hmac&) = default;
  Hmac& operator=(const Hmac&) = default;
  ~Hmac() { sodium_memzero(&state_, sizeof state_); }

  void add(std::span<const std::uint8_t> bytes) {
    crypto_auth_hmacsha256_update(&state_, bytes.data(), bytes.size());
  }

  // Requires room for 32 bytes.
  void finish_into(std::span<std::uint8_t> tag) {
    crypto_auth_hmacsha256_final(&state_, tag.data());
  }

 private:
  crypto_auth_hmacsha256_state state_{};
};

void add_by_xor(std::span<std::uint8_t> sum, std::span<const std::uint8_t> addend) {
  for (std::size_t i = 0; i < sum.size(); ++i) {
    sum[i] = static_cast<std::uint8_t>(sum[i] ^ addend[i]);
  }
}

// F(round, half): password = round || passphrase, salt = prefix || half.
SecretBytes round_key(std::uint8_t round,
                      std::span<const std::uint8_t> half,
                      const CipherFields& fields) {
  SecretBytes password(1 + fields.passphrase.size());
  {
    const SecretBytes::Writer writer = password.write();
    const SecretBytes::Reader passphrase = fields.passphrase.read();
    writer.bytes()[0] = round;
    std::copy(passphrase.bytes().begin(), passphrase.bytes().end(), writer.bytes().begin() + 1);
  }
  std::string_view name;
  std::array<std::uint8_t, 2> identifier{};
  std::size_t prefix = 0;
  if (fields.extendable == Extendable::kNo) {
    name = "shamir";
    identifier = {static_cast<std::uint8_t>(fields.identifier >> 8U),
                  static_cast<std::uint8_t>(fields.identifier & 0xFFU)};
    prefix = name.size() + identifier.size();
  }
  SecretBytes salt(prefix + half.size());
  {
    const SecretBytes::Writer writer = salt.write();
    if (prefix != 0) {
      const auto behind = std::copy(name.begin(), name.end(), writer.bytes().begin());
      std::copy(identifier.begin(), identifier.end(), behind);
    }
    std::copy(
        half.begin(), half.end(), writer.bytes().begin() + static_cast<std::ptrdiff_t>(prefix));
  }
  return pbkdf2_block({.password = password, .salt = salt},
                      kRoundIterations << fields.iteration_exponent);
}

Result<void> check_passphrase(const SecretBytes& passphrase) {
  const SecretBytes::Reader reader = passphrase.read();
  unsigned outside = 0;  // gathered, so that no early return tells which letter it was
  for (const unsigned letter : reader.bytes()) {
    outside |= ((letter - 32U) | (126U - letter)) >> 31U;
  }
  if (public_verdict(outside != 0)) {
    return Error{ErrorCode::kInvalidArgument,
                 "the passphrase has a sign that SLIP-39 does not know; use letters without "
                 "accents, digits, blanks and the common signs only"};
  }
  return {};
}

// Both directions: (left, right) := (right, left ^ F(right)) for each round, then right || left.
Result<SecretBytes> run(const SecretBytes& input,
                        const CipherFields& fields,
                        std::span<const std::uint8_t> rounds) {
  if (auto length = check_length(input.size()); !length) {
    return std::move(length).error();
  }
  if (auto identifier = check_identifier(fields.identifier); !identifier) {
    return std::move(identifier).error();
  }
  if (auto exponent = check_iteration_exponent(fields.iteration_exponent); !exponent) {
    return std::move(exponent).error();
  }
  if (auto passphrase = check_passphrase(fields.passphrase); !passphrase) {
    return std::move(passphrase).error();
  }
  const std::size_t half = input.size() / 2;
  const SecretBytes::Reader reader = input.read();
  SecretBytes left = SecretBytes::copy_of(reader.bytes().first(half));
  SecretBytes right = SecretBytes::copy_of(reader.bytes().last(half));
  for (const std::uint8_t round : rounds) {
    const SecretBytes::Reader known = right.read();
    const SecretBytes key = round_key(round, known.bytes(), fields);
    add_by_xor(left.write().bytes(), key.read().bytes());
    std::swap(left, right);
  }
  SecretBytes output(input.size());
  const SecretBytes::Writer writer = output.write();
  const SecretBytes::Reader first = right.read();
  const SecretBytes::Reader second = left.read();
  std::copy(first.bytes().begin(), first.bytes().end(), writer.bytes().begin());
  std::copy(second.bytes().begin(),
            second.bytes().end(),
            writer.bytes().begin() + static_cast<std::ptrdiff_t>(half));
  return output;
}

}  // namespace

SecretBytes pbkdf2_block(const Pbkdf2Input& input, std::uint32_t iterations) {
  constexpr std::array<std::uint8_t, 4> kBlockNumber = {0, 0, 0, 1};
  SecretBytes block(crypto_auth_hmacsha256_BYTES);
  SecretBytes link(crypto_auth_hmacsha256_BYTES);
  const SecretBytes::Writer sum = block.write();
  const SecretBytes::Writer last = link.write();
  const Hmac keyed(input.password.read().bytes());
  Hmac hmac = keyed;
  hmac.add(input.salt.read().bytes());
  hmac.add(kBlockNumber);
  hmac.finish_into(last.bytes());
  add_by_xor(sum.bytes(), last.bytes());
  for (std::uint32_t i = 1; i < iterations; ++i) {
    hmac = keyed;
    hmac.add(last.bytes());
    hmac.finish_into(last.bytes());
    add_by_xor(sum.bytes(), last.bytes());
  }
  return block;
}

Result<SecretBytes> encrypt(const SecretBytes& master_secret, const CipherFields& fields) {
  return run(master_secret, fields, kRounds);
}

Result<SecretBytes> decrypt(const SecretBytes& encrypted, const CipherFields& fields) {
  return run(encrypted, fields, kRoundsBackwards);
}

}  // namespace shamir::slip39
