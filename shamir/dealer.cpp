#include "shamir/dealer.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <sodium.h>

#include "base/bytes.h"

namespace shamir {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

constexpr std::string_view kContext = "conclave-dealer-share-v1";
constexpr std::string_view kCommitmentPerson = "conclave-kek-com";

static_assert(kCommitmentPerson.size() == crypto_generichash_blake2b_PERSONALBYTES);
static_assert(DealerKey{}.size() == crypto_sign_PUBLICKEYBYTES);
static_assert(DealerSignature{}.size() == crypto_sign_BYTES);

Result<SecretBytes> signed_bytes(const SetIdentity& set, const Slip39Share& share) {
  const Result<SecretBytes> facts = write_share_facts(set, share);
  if (!facts) {
    return facts.error();
  }
  SecretBytes message(kContext.size() + 1 + kShareFactsSize);
  const SecretBytes::Writer writer = message.write();
  const SecretBytes::Reader reader = facts->read();
  auto out = std::copy(kContext.begin(), kContext.end(), writer.bytes().begin());
  *out++ = static_cast<std::uint8_t>(letter_of(set.mode));
  std::copy(reader.bytes().begin(), reader.bytes().end(), out);
  return message;
}

}  // namespace

Dealer::Dealer() : secret_key_(crypto_sign_SECRETKEYBYTES) {}

Dealer Dealer::make() {
  Dealer dealer;
  const SecretBytes::Writer writer = dealer.secret_key_.write();
  crypto_sign_keypair(dealer.public_key_.data(), writer.bytes().data());
  return dealer;
}

Result<HeldShare> Dealer::sign(const SetIdentity& set, Slip39Share share) const {
  const Result<SecretBytes> message = signed_bytes(set, share);
  if (!message) {
    return message.error();
  }
  HeldShare held{.set = set, .share = std::move(share)};
  const SecretBytes::Reader key = secret_key_.read();
  const SecretBytes::Reader reader = message->read();
  crypto_sign_detached(held.signature.data(),
                       nullptr,
                       reader.bytes().data(),
                       reader.bytes().size(),
                       key.bytes().data());
  return held;
}

Result<void> verify_dealer(const HeldShare& held, const DealerKey& dealer) {
  const Result<SecretBytes> message = signed_bytes(held.set, held.share);
  if (message) {
    const SecretBytes::Reader reader = message->read();
    if (crypto_sign_verify_detached(
            held.signature.data(), reader.bytes().data(), reader.bytes().size(), dealer.data()) ==
        0) {
      return {};
    }
  }
  return Error{ErrorCode::kInconsistent,
               "this card was altered or forged: it is not as it was made when the secret was "
               "split; nothing was changed; keep it as evidence and go on with another card"};
}

SecretCommitment commit_to(const SetId& set, const SecretBytes& secret) {
  SecretCommitment commitment{};
  crypto_generichash_blake2b_state state{};
  crypto_generichash_blake2b_init_salt_personal(
      &state, nullptr, 0, commitment.size(), nullptr, base::bytes_of(kCommitmentPerson).data());
  crypto_generichash_blake2b_update(&state, set.data(), set.size());
  const SecretBytes::Reader reader = secret.read();
  crypto_generichash_blake2b_update(&state, reader.bytes().data(), reader.bytes().size());
  crypto_generichash_blake2b_final(&state, commitment.data(), commitment.size());
  sodium_memzero(&state, sizeof state);
  return commitment;
}

}  // namespace shamir
