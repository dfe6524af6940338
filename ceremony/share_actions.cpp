// The acts in which a share is locked, read back or verified: one holder a turn.

#include <array>
#include <utility>

#include "base/text_encoding.h"
#include "ceremony/action.h"
#include "ceremony/holder_files.h"
#include "ceremony/turns.h"
#include "shamir/envelope.h"
#include "shamir/share_set.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<Asking> ask_new_passphrase(const Workplace& work) {
  return ask_holder(work, "Choose the passphrase of your share");
}

Result<Asking> ask_passphrase(const Workplace& work) {
  return ask_holder(work, "The passphrase of your share");
}

Result<Turn> lock_shares(Workplace& work, client::Input& input) {
  const std::size_t turn_number = work.held.turn;
  if (turn_number >= work.held.shares.size()) {
    return Error{ErrorCode::kInconsistent,
                 "there are more holders than shares; the annex and the split do not belong "
                 "together; go back to the split"};
  }
  auto passphrase = passphrase_of(input);
  if (!passphrase) {
    return std::move(passphrase).error();
  }
  const shamir::KdfParameters kdf =
      work.plan.kdf == "production" ? shamir::kProductionKdf : shamir::kFastKdf;
  auto envelope = shamir::lock_share(work.held.shares[turn_number], *passphrase, kdf);
  if (!envelope) {
    return std::move(envelope).error();
  }
  if (auto written = write_holder_files(work, holder_folder(work, turn_number), *envelope);
      !written) {
    return std::move(written).error();
  }
  return next_holder(work, {{"locked", true}}, {});
}

// Opens what lies on the stick of the holder whose turn it is.
Result<shamir::HeldShare> open_own_share(const Workplace& work,
                                         client::Input& input,
                                         base::ByteView envelope) {
  auto header = set_of(work);
  if (!header) {
    return std::move(header).error();
  }
  auto passphrase = passphrase_of(input);
  if (!passphrase) {
    return std::move(passphrase).error();
  }
  const std::string label = "the card of seat " + work.annex.holders[work.held.turn].seat;
  return shamir::verify_share(*header,
                              {.envelope = envelope, .passphrase = *passphrase, .label = label});
}

// All shares as they were read back from the media lie on one polynomial of the planned degree.
Result<void> prove_shares(Workplace& work) {
  const auto access = shamir::ConfidentialAccess::in_the_room();
  if (!work.annex.quorum || work.held.shares.size() != work.annex.quorum->shares(access)) {
    return Error{ErrorCode::kInsufficient, "not every share was read back; read all of them back"};
  }
  std::vector<shamir::Slip39Share> shares;
  for (shamir::HeldShare& held : work.held.shares) {
    held.share.threshold = static_cast<std::uint8_t>(work.annex.quorum->threshold(access));
    shares.push_back(std::move(held.share));
  }
  work.held.shares.clear();
  return shamir::prove_one_polynomial(shares);
}

Result<Turn> read_back_shares(Workplace& work, client::Input& input) {
  if (work.held.turn == 0) {
    work.held.shares.clear();
  }
  auto envelope = read_back_copies(holder_folder(work, work.held.turn));
  if (!envelope) {
    return std::move(envelope).error().while_doing("seat " +
                                                   work.annex.holders[work.held.turn].seat);
  }
  auto held = open_own_share(work, input, *envelope);
  if (!held) {
    return std::move(held).error();
  }
  work.held.shares.push_back(std::move(held).value());
  if (!is_last_holder(work)) {
    return next_holder(work, {}, {});
  }
  if (auto proven = prove_shares(work); !proven) {
    return std::move(proven).error();
  }
  return next_holder(work,
                     {{"read-back", true}},
                     {{.type = "shares.verify",
                       .data = {{"copies", "all-read-back"}, {"polynomial", "consistent"}},
                       .hidden = {}}});
}

// The share proves itself: it signs today's plan with the key that was noted when it was made.
Result<void> prove_possession(const Workplace& work, const shamir::HeldShare& held) {
  auto expected = base::from_hex(work.annex.holders[work.held.turn].possession_key);
  const auto key = shamir::PossessionKey::of(held);
  if (!expected ||
      !std::equal(
          expected->begin(), expected->end(), key.public_key().begin(), key.public_key().end())) {
    return Error{ErrorCode::kInconsistent,
                 "this share does not prove itself with the key that was noted for seat " +
                     work.annex.holders[work.held.turn].seat +
                     "; it is another holder's, or not the one that was handed out; raise an "
                     "exception"};
  }
  const shamir::PossessionMessage message{.context = "share verification",
                                          .message = base::bytes_of(work.plan.sha256)};
  auto signature = key.sign(message);
  if (!signature) {
    return std::move(signature).error();
  }
  return shamir::verify_possession(key.public_key(), message, *signature);
}

Result<Turn> verify_shares(Workplace& work, client::Input& input) {
  auto envelope = read_back_copies(holder_folder(work, work.held.turn));
  if (!envelope) {
    return std::move(envelope).error().while_doing("seat " +
                                                   work.annex.holders[work.held.turn].seat);
  }
  auto held = open_own_share(work, input, *envelope);
  if (!held) {
    return std::move(held).error();
  }
  if (auto proven = prove_possession(work, *held); !proven) {
    return std::move(proven).error();
  }
  const Json noted = {{"seat", work.annex.holders[work.held.turn].seat}, {"result", "good"}};
  if (auto written = work.journal.append("share-verified", noted); !written) {
    return std::move(written).error();
  }
  return next_holder(
      work,
      {{"health", "all-shares-verified"}},
      {{.type = "shares.health", .data = {{"result", "all-shares-verified"}}, .hidden = {}}});
}

constexpr std::array kShareActions{
    Action{.name = "lock-shares", .ask = ask_new_passphrase, .act = lock_shares},
    Action{.name = "read-back-shares", .ask = ask_passphrase, .act = read_back_shares},
    Action{.name = "verify-shares", .ask = ask_passphrase, .act = verify_shares}};

}  // namespace

std::span<const Action> share_actions() {
  return kShareActions;
}

}  // namespace ceremony
