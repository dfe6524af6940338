#include "ceremony/ledger.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "ceremony/ledger_crls.h"
#include "ceremony/ledger_files.h"
#include "ceremony/ledger_sets.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

Error out_of_place(const std::string& why) {
  return Error{ErrorCode::kInconsistent,
               why +
                   "; nothing was done; bring the missing records from the other site or from the "
                   "published copies"};
}

// What must rise from record to record; within one, a step that was done again says the same.
struct Before {
  std::uint64_t crl_number = 0;  // highest, of reserve CRLs too
  std::uint64_t epoch = 0;
};

Result<void> fold_epoch(const OpenedEpoch& opened, const Before& before, LedgerState& state) {
  if (opened.epoch < state.epoch || opened.epoch == before.epoch) {
    return out_of_place(
        "an activation, return or merge of the records goes back to an earlier "
        "epoch");
  }
  state.epoch = opened.epoch;
  state.live_site = opened.site;
  state.allowed = opened.allowed;
  if (opened.lost_to != 0) {
    state.lost.push_back({.from = state.sequence + 1, .to = opened.lost_to, .epoch = opened.epoch});
  }
  return {};
}

// Folds each kind of event.
struct Folder {
  const LedgerRecord& record;
  const Before before;
  LedgerState& state;

  // A later set is live from its "set.live" on.
  Result<void> operator()(const IssuedShares& shares) const {
    if (shares.generation <= 1) {
      state.generation = shares.generation;
      state.sets[shares.generation] = record.head;
    }
    return {};
  }

  Result<void> operator()(const LiveSet& live) const {
    return fold_live_set(live, record.head, state);
  }

  Result<void> operator()(const RetiredSet& retired) const {
    if (retired.is_dead) {
      state.retiring.erase(retired.generation);
    }
    return {};
  }

  Result<void> operator()(const EndedKey& end) const {
    state.ended = end.claim;
    return {};
  }

  Result<void> operator()(const IssuedCertificate& certificate) const {
    if (certificate.is_root) {
      state.root_public_key = certificate.public_key;
      state.root_certificate = certificate.certificate;
    }
    state.issued.push_back(certificate);
    return {};
  }

  Result<void> operator()(const IssuedCrl& crl) const {
    return fold_crl(crl, before.crl_number, state);
  }

  Result<void> operator()(const IssuedOcspResponse& answer) const {
    return fold_answer(answer, before.crl_number, state);
  }

  Result<void> operator()(const BornSigningKey& key) const {
    if (!state.root_public_key.empty() ||
        (!state.signing_key.empty() && state.signing_key != key.public_key)) {
      return out_of_place("a signing key of the records was born in the chain of another key");
    }
    state.signing_key = key.public_key;
    state.signing_request = key.request;
    return {};
  }

  Result<void> operator()(const VoidCrl& crl) const {
    state.void_crl_number = std::max(state.void_crl_number, crl.number);
    return {};
  }

  Result<void> operator()(const OpenedEpoch& opened) const {
    return fold_epoch(opened, before, state);
  }

  Result<void> operator()(const MergedBranch& merge) const {
    if (merge.kept != record.previous) {
      return out_of_place("a merge of the records keeps another branch than it goes on from");
    }
    return fold_epoch(merge.opened, before, state);
  }
};

// Where two certificates have one serial number, nothing that names it can be trusted.
Result<void> join_certificates(const LedgerState& other, LedgerState& state) {
  std::map<std::string, std::string> known;
  for (const IssuedCertificate& one : state.issued) {
    known.emplace(one.serial, one.certificate);
  }
  for (const IssuedCertificate& one : other.issued) {
    const auto found = known.find(one.serial);
    if (found == known.end()) {
      state.issued.push_back(one);
    } else if (found->second != one.certificate) {
      return Error{ErrorCode::kInconsistent,
                   "both branches have issued a certificate with the serial number " + one.serial +
                       ", and they are not the same; nothing was merged; call for help: the "
                       "random numbers of one site cannot be trusted"};
    }
  }
  return {};
}

Error forked(const Ledger& ledger, const std::vector<std::string>& tips) {
  std::string ends;
  for (const std::string& tip : tips) {
    const LedgerRecord& record = *ledger.find(tip);
    ends +=
        (ends.empty() ? "" : ", ") + std::to_string(record.sequence) + " (" + record.ceremony + ")";
  }
  return Error{ErrorCode::kInconsistent,
               "both sites have acted: this copy of the CA record has branches that end at entry " +
                   ends +
                   "; nothing was signed; look at them with \"conclave ledger merge\", and hold "
                   "the ceremony ledger-merge first"};
}

}  // namespace

LedgerState empty_state() {
  LedgerState state;
  state.head = no_previous();
  return state;
}

Result<void> fold_record(const LedgerRecord& record, LedgerState& state) {
  if (record.previous != state.head) {
    return out_of_place("a record does not name the record before it");
  }
  if (record.sequence != state.sequence + 1) {
    return out_of_place("the numbers of the records have a gap");
  }
  if (auto may = check_may_follow(record.ceremony, state); !may) {
    return may;
  }
  const Folder folder{.record = record,
                      .before = {.crl_number = highest_crl_number(state), .epoch = state.epoch},
                      .state = state};
  for (const LedgerEvent& event : record.events) {
    if (auto folded = std::visit(folder, event); !folded) {
      return folded;
    }
  }
  state.sequence += 1;
  state.head = record.head;
  state.records.push_back(record.name);
  return {};
}

Result<void> fold_record(const Transcript& record, LedgerState& state) {
  auto facts = ledger_record_of(record);
  return facts ? fold_record(*facts, state) : Result<void>(std::move(facts).error());
}

Result<void> join_branch(const LedgerState& other, LedgerState& state) {
  if (other.root_certificate != state.root_certificate ||
      other.signing_request != state.signing_request) {
    return Error{ErrorCode::kInconsistent,
                 "the two branches have different roots, so they cannot be one CA's; nothing was "
                 "merged; call for help, and keep both copies"};
  }
  if (auto joined = join_certificates(other, state); !joined) {
    return joined;
  }
  if (auto joined = join_sets(other, state); !joined) {
    return joined;
  }
  join_crls(other, state);
  state.lost.insert(state.lost.end(), other.lost.begin(), other.lost.end());
  state.epoch = std::max(state.epoch, other.epoch);
  return {};
}

Result<Ledger> Ledger::read(const fs::path& ledger) {
  auto records = read_records(ledger, CutOff::kRefused);
  return records ? of(std::move(records).value()) : Result<Ledger>(std::move(records).error());
}

Result<Ledger> Ledger::of(std::vector<LedgerRecord> records) {
  Ledger ledger;
  auto added = ledger.add_all(std::move(records));
  return added ? Result<Ledger>(std::move(ledger)) : Result<Ledger>(std::move(added).error());
}

// Adds those that fit by now; gives why the first of the others does not, and leaves them.
std::optional<Error> Ledger::add_those_that_fit(std::vector<LedgerRecord>& records) {
  std::vector<LedgerRecord> left;
  std::optional<Error> why;
  for (LedgerRecord& record : records) {
    auto added = add(record);
    if (added) {
      continue;
    }
    why = why ? std::move(why) : std::move(added).error().while_doing("the record " + record.name);
    left.push_back(std::move(record));
  }
  records = std::move(left);
  return why;
}

// A merge may have a lower number than the branch that it joins, so no order by number will do.
Result<void> Ledger::add_all(std::vector<LedgerRecord> records) {
  while (!records.empty()) {
    const std::size_t before = records.size();
    std::optional<Error> why = add_those_that_fit(records);
    if (records.size() == before) {
      return *std::move(why);
    }
  }
  return {};
}

Result<void> Ledger::add(LedgerRecord record) {
  if (has(record.head)) {
    return {};
  }
  const std::string joined = joined_head(record);
  if (record.previous != no_previous() && !has(record.previous)) {
    return out_of_place("a record does not name the record before it");
  }
  if (!joined.empty() && !has(joined)) {
    return out_of_place("a record joins a branch that is not here");
  }
  if (record.previous == no_previous() && !records_.empty()) {
    return Error{ErrorCode::kInconsistent,
                 "a record is the first of another CA than these records; nothing was done; keep "
                 "the records of each CA in a folder of their own"};
  }
  by_head_.emplace(record.head, records_.size());
  records_.push_back(std::move(record));
  return {};
}

const LedgerRecord* Ledger::find(const std::string& head) const {
  const auto found = by_head_.find(head);
  return found == by_head_.end() ? nullptr : &records_[found->second];
}

std::vector<std::string> Ledger::tips() const {
  std::set<std::string> followed;
  for (const LedgerRecord& record : records_) {
    followed.insert(record.previous);
    followed.insert(joined_head(record));
  }
  std::vector<std::string> tips;
  for (const LedgerRecord& record : records_) {
    if (!followed.contains(record.head)) {
      tips.push_back(record.head);
    }
  }
  return tips;
}

Result<LedgerState> Ledger::state() const {
  const std::vector<std::string> ends = tips();
  if (ends.empty()) {
    return empty_state();
  }
  return ends.size() == 1 ? state_at(ends.front()) : forked(*this, ends);
}

std::vector<const LedgerRecord*> Ledger::chain_to(const std::string& head) const {
  std::vector<const LedgerRecord*> chain;
  for (const LedgerRecord* at = find(head); at != nullptr; at = find(at->previous)) {
    chain.push_back(at);
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

// Takes in the branch that a merge joins, and then the record.
Result<void> Ledger::join_and_fold(const LedgerRecord& record, LedgerState& state) const {
  if (const std::string joined = joined_head(record); !joined.empty()) {
    auto other = state_at(joined);
    auto taken = other ? join_branch(*other, state) : Result<void>(std::move(other).error());
    if (!taken) {
      return taken;
    }
  }
  return fold_record(record, state);
}

Result<LedgerState> Ledger::state_at(const std::string& head) const {
  if (!has(head)) {
    return Error{ErrorCode::kNotFound,
                 "the record with that head is not in this ledger; bring it from the other site"};
  }
  LedgerState state = empty_state();
  for (const LedgerRecord* const record : chain_to(head)) {
    auto folded = join_and_fold(*record, state);
    if (!folded) {
      return std::move(folded).error().while_doing("the record " + record->name);
    }
  }
  return state;
}

Result<LedgerState> read_ledger(const fs::path& ledger) {
  auto all = Ledger::read(ledger);
  return all ? all->state() : Result<LedgerState>(std::move(all).error());
}

}  // namespace ceremony
