#include "shamir/possession.h"

#include <algorithm>
#include <cstddef>

#include <sodium.h>

namespace shamir {

namespace {

using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

constexpr std::string_view kSeedPerson = "conclave-possess";
constexpr std::string_view kPrefix = "conclave-possession-v1";
constexpr std::size_t kLongestContext = 255;

static_assert(kSeedPerson.size() == crypto_generichash_blake2b_PERSONALBYTES);
static_assert(PossessionPublicKey{}.size() == crypto_sign_PUBLICKEYBYTES);
static_assert(PossessionSignature{}.size() == crypto_sign_BYTES);

SecretBytes seed_of(const HeldShare& held) {
  Bytes message(held.set.id.begin(), held.set.id.end());
  for (unsigned place = 4; place-- > 0;) {
    message.push_back(static_cast<std::uint8_t>(held.set.generation >> (8U * place)));
  }
  message.push_back(held.share.index);
  SecretBytes seed(crypto_sign_SEEDBYTES);
  const SecretBytes::Writer writer = seed.write();
  const SecretBytes::Reader value = held.share.value.read();
  crypto_generichash_blake2b_salt_personal(writer.bytes().data(),
                                           writer.bytes().size(),
                                           message.data(),
                                           message.size(),
                                           value.bytes().data(),
                                           value.bytes().size(),
                                           nullptr,
                                           base::bytes_of(kSeedPerson).data());
  sodium_memzero(&message.back(), 1);  // the index bounds n
  return seed;
}

Result<Bytes> signed_bytes(const PossessionMessage& message) {
  if (message.context.empty() || message.context.size() > kLongestContext) {
    return Error{ErrorCode::kInvalidArgument,
                 "a proof of possession needs a purpose of 1 to 255 bytes; nothing was signed"};
  }
  Bytes bytes(kPrefix.begin(), kPrefix.end());
  bytes.push_back(static_cast<std::uint8_t>(message.context.size()));
  bytes.insert(bytes.end(), message.context.begin(), message.context.end());
  bytes.insert(bytes.end(), message.message.begin(), message.message.end());
  return bytes;
}

}  // namespace

PossessionKey::PossessionKey() : secret_key_(crypto_sign_SECRETKEYBYTES) {}

PossessionKey PossessionKey::of(const HeldShare& held) {
  const SecretBytes seed = seed_of(held);
  const SecretBytes::Reader reader = seed.read();
  PossessionKey key;
  const SecretBytes::Writer writer = key.secret_key_.write();
  crypto_sign_seed_keypair(key.public_key_.data(), writer.bytes().data(), reader.bytes().data());
  return key;
}

SecretBytes PossessionKey::seed() const {
  SecretBytes seed(crypto_sign_SEEDBYTES);
  const SecretBytes::Writer writer = seed.write();
  const SecretBytes::Reader key = secret_key_.read();
  crypto_sign_ed25519_sk_to_seed(writer.bytes().data(), key.bytes().data());
  return seed;
}

Result<PossessionSignature> PossessionKey::sign(const PossessionMessage& message) const {
  const Result<Bytes> bytes = signed_bytes(message);
  if (!bytes) {
    return bytes.error();
  }
  PossessionSignature signature{};
  const SecretBytes::Reader key = secret_key_.read();
  crypto_sign_detached(signature.data(), nullptr, bytes->data(), bytes->size(), key.bytes().data());
  return signature;
}

Result<void> verify_possession(const PossessionPublicKey& key,
                               const PossessionMessage& message,
                               const PossessionSignature& signature) {
  const Result<Bytes> bytes = signed_bytes(message);
  if (bytes && crypto_sign_verify_detached(
                   signature.data(), bytes->data(), bytes->size(), key.data()) == 0) {
    return {};
  }
  return Error{ErrorCode::kInconsistent,
               "this proof was not made with the share that it is said to come from; ask the "
               "holder to make it again"};
}

}  // namespace shamir
