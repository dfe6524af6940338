#include "shamir/verify_share.h"

#include <string>
#include <utility>

#include <sodium.h>

#include "base/digest.h"
#include "base/digest_words.h"
#include "shamir/dealer.h"
#include "shamir/envelope.h"
#include "shamir/possession.h"

namespace shamir {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kCheckNamePerson = "conclave-chkname";
constexpr std::size_t kCheckNameWords = 3;

static_assert(kCheckNamePerson.size() == crypto_generichash_blake2b_PERSONALBYTES);

std::string words_of(const SetId& set) {
  return "\"" + base::short_digest_words(base::sha256(set)) + "\"";
}

Result<void> check_identity(const HeldShare& held, const SetHeader& header) {
  if (held.set.id != header.set.id) {
    return Error{ErrorCode::kInconsistent,
                 "this card is of another share set (its words are " + words_of(held.set.id) +
                     ", those wanted here are " + words_of(header.set.id) +
                     "); nothing was changed; put it back and present a card of this set"};
  }
  if (held.set.generation != header.set.generation) {
    return Error{ErrorCode::kInconsistent,
                 "this card is of generation " + std::to_string(held.set.generation) +
                     " of its set, and this record is generation " +
                     std::to_string(header.set.generation) +
                     "; nothing was changed; present the card of this generation"};
  }
  return {};
}

}  // namespace

Result<HeldShare> verify_share(const SetHeader& header, const PresentedCard& card) {
  const std::string label(card.label);
  Result<HeldShare> held = open_share(card.envelope, card.passphrase, header.set.mode);
  if (!held) {
    return std::move(held).error().while_doing(label);
  }
  if (Result<void> identity = check_identity(*held, header); !identity) {
    return std::move(identity).error().while_doing(label);
  }
  if (Result<void> signature = verify_dealer(*held, header.dealer); !signature) {
    return std::move(signature).error().while_doing(label);
  }
  return held;
}

std::string check_name(const HeldShare& held) {
  const PossessionKey key = PossessionKey::of(held);
  base::Digest digest{};
  crypto_generichash_blake2b_salt_personal(
      digest.data(),
      digest.size(),
      key.public_key().data(),
      key.public_key().size(),
      nullptr,
      0,
      nullptr,
      reinterpret_cast<const unsigned char*>(kCheckNamePerson.data()));
  const std::string words = base::short_digest_words(digest);
  std::size_t end = 0;
  for (std::size_t word = 0; word < kCheckNameWords; ++word) {
    end = words.find(' ', end + 1);
  }
  return words.substr(0, end);
}

}  // namespace shamir
