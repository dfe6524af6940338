#include "ceremony/turns.h"

#include <utility>

namespace ceremony {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<Asking> ask_holder(const Workplace& work, const std::string& prompt) {
  if (work.held.turn >= work.annex.holders.size()) {
    return Error{ErrorCode::kInconsistent,
                 "the annex names nobody whose turn it is; bring the annex of this plan"};
  }
  return Asking{.subject = "Seat " + work.annex.holders[work.held.turn].seat,
                .shown = {},
                .asks = {{.name = "passphrase",
                          .kind = client::AskKind::kSecret,
                          .prompt = prompt,
                          .expected = {}}}};
}

Result<shamir::Passphrase> passphrase_of(client::Input& input) {
  const auto found = input.secrets.find("passphrase");
  if (found == input.secrets.end()) {
    return Error{ErrorCode::kInsufficient, "no passphrase was typed; type it and go on"};
  }
  return shamir::Passphrase::from_typed(found->second);
}

std::string drill_folder(const Plan& plan) {
  return "drill-" + numbered(plan);
}

std::filesystem::path holder_folder(const Workplace& work, std::size_t number) {
  const std::filesystem::path stick = work.room.holders / work.annex.holders[number].folder;
  return work.plan.mode == Mode::kDrill ? stick / drill_folder(work.plan) : stick;
}

std::filesystem::path key_folder(const Workplace& work, const std::filesystem::path& site) {
  return work.plan.mode == Mode::kDrill ? site / drill_folder(work.plan) : site;
}

Result<shamir::SetHeader> set_of(const Workplace& work, WhichSet set) {
  auto text = work.text_fact(set == WhichSet::kOld ? "old-set" : "set");
  if (!text) {
    return std::move(text).error();
  }
  return shamir::read_set_header(*text);
}

Result<shamir::SetHeader> set_of(const Workplace& work) {
  return set_of(work, work.step.set.value_or(WhichSet::kNew));
}

bool is_last_holder(const Workplace& work) {
  return work.held.turn + 1 >= work.annex.holders.size();
}

Turn next_holder(const Workplace& work, Json facts, std::vector<Publication> publications) {
  Turn turn;
  if (!is_last_holder(work)) {
    turn.progress = client::Progress::kAskAgain;
    turn.private_note = "good; thank you";
    return turn;
  }
  turn.facts = std::move(facts);
  turn.publications = std::move(publications);
  turn.private_note = "good; thank you";
  return turn;
}

}  // namespace ceremony
