// The acts in which new shares are locked and read back: one holder a turn.

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "ceremony/action.h"
#include "ceremony/own_share.h"
#include "ceremony/share_carrier.h"
#include "ceremony/turns.h"
#include "shamir/envelope.h"
#include "shamir/share_set.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// The question of the holder whose turn it is, with what else the carrier of the share wants.
Result<Asking> ask_with_carrier(const Workplace& work,
                                const std::string& prompt,
                                std::vector<client::Ask> (*asks_of)(const PlannedHolder&)) {
  auto asking = ask_holder(work, prompt);
  if (asking) {
    for (client::Ask& ask : asks_of(work.annex.holders[work.held.turn])) {
      asking->asks.push_back(std::move(ask));
    }
  }
  return asking;
}

Result<Asking> ask_new_passphrase(const Workplace& work) {
  auto asking = ask_with_carrier(work, "Choose the passphrase of your share", asks_to_write);
  if (asking) {
    asking->asks.front().is_new = true;
  }
  return asking;
}

Result<Asking> ask_passphrase(const Workplace& work) {
  return ask_with_carrier(work, "The passphrase of your share", asks_to_read);
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
  if (auto written = write_to_carrier(work, input, turn_number, *envelope); !written) {
    return std::move(written).error().while_doing("seat " + work.annex.holders[turn_number].seat);
  }
  return next_holder(work, {{"locked", true}}, {});
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
  auto envelope = read_every_copy(work, input, work.held.turn);
  if (!envelope) {
    return std::move(envelope).error().while_doing("seat " +
                                                   work.annex.holders[work.held.turn].seat);
  }
  auto held = open_own_share(work, input, work.held.turn, *envelope);
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

constexpr std::array kShareActions{
    Action{.name = "lock-shares", .ask = ask_new_passphrase, .act = lock_shares},
    Action{.name = "read-back-shares", .ask = ask_passphrase, .act = read_back_shares}};

}  // namespace

std::span<const Action> share_actions() {
  return kShareActions;
}

}  // namespace ceremony
