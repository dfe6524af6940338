#include "shamir/share_set.h"

#include <utility>

#include <sodium.h>

#include "shamir/dealer.h"
#include "shamir/slip39.h"

namespace shamir {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

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
