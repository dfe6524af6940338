#include "shamir/share_set.h"

#include <utility>

#include <sodium.h>

#include "base/digest.h"
#include "base/digest_words.h"
#include "shamir/dealer.h"
#include "shamir/envelope.h"
#include "shamir/slip39.h"

namespace shamir {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

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

Error more_needed() {
  return Error{ErrorCode::kInsufficient,
               "more shares are needed; nothing was changed; present another card, as often as it "
               "takes"};
}

// A copy, because a share can be wiped only by whom it belongs to.
Slip39Share copy_of(const Slip39Share& share) {
  return Slip39Share{.identifier = share.identifier,
                     .extendable = share.extendable,
                     .iteration_exponent = share.iteration_exponent,
                     .index = share.index,
                     .value = SecretBytes::copy_of(share.value.read().bytes())};
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

Result<void> ShareSet::present(const PresentedCard& card) {
  Result<HeldShare> held = verify_share(header_, card);
  if (!held) {
    return std::move(held).error();
  }
  return add(std::move(held).value(), std::string(card.label));
}

Result<void> ShareSet::add(HeldShare held, std::string label) {
  for (const Entry& entry : entries_) {
    if (entry.held.share.index != held.share.index) {
      continue;
    }
    if (entry.held.share.value.equals(held.share.value)) {
      return Error{ErrorCode::kWrongState,
                   label + ": this card is already entered; present another one"};
    }
    return Error{ErrorCode::kInconsistent,
                 "two cards claim one place: " + entry.label + ", " + label +
                     "; one is false; nothing was changed; keep both as evidence and begin anew "
                     "with other cards"};
  }
  entries_.push_back(Entry{std::move(label), std::move(held)});
  return {};
}

Result<SecretBytes> ShareSet::combine() const {
  if (entries_.size() < 2) {
    return more_needed();
  }
  std::vector<Slip39Share> shares;
  shares.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    shares.push_back(copy_of(entry.held.share));
  }
  Result<SecretBytes> secret = combine_blind(shares);
  if (!secret) {
    // The dealer signed every one of them, so none is false: there are too few.
    return more_needed();
  }
  const SecretCommitment commitment = commit_to(header_.set.id, *secret);
  if (sodium_memcmp(commitment.data(), header_.commitment.data(), commitment.size()) != 0) {
    return Error{ErrorCode::kInconsistent,
                 "what these cards open is not the secret that this set was made for; it was wiped "
                 "and nothing was changed; compare the set header with another copy of it"};
  }
  return secret;
}

}  // namespace shamir
