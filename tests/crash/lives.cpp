#include "crash/lives.h"

#include <array>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace crash {

namespace {

using base::Result;
using ceremony::cli::Rehearsal;
using ceremony::cli::SitesInRoom;
namespace client = ceremony::client;

using Part = std::function<Result<void>()>;

Result<void> in_turn(const std::vector<Part>& parts) {
  for (const Part& part : parts) {
    if (auto done = part(); !done) {
      return done;
    }
  }
  return {};
}

Result<void> live_it_all(Rehearsal& rehearsal) {
  return rehearsal.run();
}

// A re-share that only one site has heard of leaves a blob at the other, which is retired later.
Result<void> retire_a_set(Rehearsal& rehearsal) {
  return in_turn({[&] { return rehearsal.prepare(); },
                  [&] { return rehearsal.generate_root(); },
                  [&] { return rehearsal.go_on_at("site-1", SitesInRoom::kOwn); },
                  [&] { return rehearsal.replace_set(); },
                  [&] { return rehearsal.go_on_at("site-1", SitesInRoom::kBoth); },
                  [&] { return rehearsal.retire_set(); }});
}

// Nobody at the primary site knows that the backup site has been activated.
Result<void> merge_two_branches(Rehearsal& rehearsal) {
  return in_turn({[&] { return rehearsal.prepare(); },
                  [&] { return rehearsal.generate_root(); },
                  [&] { return rehearsal.sign_subordinates(); },
                  [&] { return rehearsal.activate_backup(); },
                  [&] {
                    rehearsal.lose_slips();
                    return rehearsal.go_on_at("site-1", SitesInRoom::kOwn);
                  },
                  [&] { return rehearsal.revoke(0); },
                  [&] { return rehearsal.go_on_at("site-2", SitesInRoom::kBoth); },
                  [&] { return rehearsal.merge_with("site-1"); }});
}

Result<void> ask_another_root(Rehearsal& rehearsal) {
  return in_turn({[&] { return rehearsal.prepare(); },
                  [&] { return rehearsal.generate_root(); },
                  [&] { return rehearsal.ask_for_cross(); }});
}

Result<void> sign_a_row_of_crls(Rehearsal& rehearsal) {
  return in_turn({[&] { return rehearsal.prepare(); },
                  [&] { return rehearsal.generate_root(); },
                  [&] {
                    ceremony::PlannedCrl crl = rehearsal.new_crl();
                    crl.reserve = 2;
                    crl.reserve_overlap_days = 30;
                    return rehearsal.issue_crl(std::move(crl));
                  }});
}

// Nobody but one brings what is left of an old share set.
void stay_away(const client::StepView& step, client::Input& input) {
  if (step.id == "collect-old-shares" && step.ceremony == "re-share" && step.subject != "Seat A") {
    input.secrets.erase("passphrase");
    input.texts["owner"] = "the director";
    input.texts["until"] = "2099-12-31";
  }
}

void come(const client::StepView& /*step*/, client::Input& /*input*/) {}

constexpr std::array kLives{
    Life{
        .name = "main", .live = live_it_all, .swept = "", .chain = "record/public", .behave = come},
    Life{.name = "retirement",
         .live = retire_a_set,
         .swept = "set-retirement",
         .chain = "record/public",
         .behave = stay_away},
    Life{.name = "cross",
         .live = ask_another_root,
         .swept = "cross-csr",
         .chain = "record/public",
         .behave = come},
    Life{.name = "reserve",
         .live = sign_a_row_of_crls,
         .swept = "crl",
         .chain = "record/public",
         .behave = come},
    // Two branches are no chain; each record is judged alone.
    Life{.name = "merge",
         .live = merge_two_branches,
         .swept = "ledger-merge",
         .chain = "record/public/0004-ledger-merge",
         .behave = come}};

}  // namespace

std::span<const Life> lives() {
  return kLives;
}

// The second one of the re-share lies behind its point of no return.
std::vector<std::string> steps_given_up_in(const std::string& record) {
  static const std::map<std::string, std::vector<std::string>> given_up_at{
      {"0001-root-generation", {"gather-drawn"}},
      {"0004-crl", {"gather-quorum"}},
      {"0006-re-share", {"gather-drawn", "destroy-old-blobs"}},
      {"0012-key-destruction", {"agree-witness"}}};

  const auto known = given_up_at.find(record);
  return known == given_up_at.end() ? std::vector<std::string>() : known->second;
}

}  // namespace crash
