#include "ceremony/ledger_merge.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// A tip with what decides about it.
struct Tip {
  std::string head;
  LedgerState state;
};

bool goes_before(const Tip& a, const Tip& b) {
  return std::make_tuple(b.state.epoch, b.state.sequence, a.head) <
         std::make_tuple(a.state.epoch, a.state.sequence, b.head);
}

// The heads of a record and of all that it goes on from, joined branches too.
std::set<std::string> ancestry(const Ledger& ledger, const std::string& head) {
  std::set<std::string> all;
  std::vector<std::string> waiting{head};
  while (!waiting.empty()) {
    const LedgerRecord* const record = ledger.find(waiting.back());
    waiting.pop_back();
    if (record == nullptr || !all.insert(record->head).second) {
      continue;
    }
    waiting.push_back(record->previous);
    waiting.push_back(joined_head(*record));
  }
  return all;
}

// The records of one ancestry that the other lacks, each behind those that it names.
std::vector<LedgerRecord> only_in(const Ledger& ledger,
                                  const std::set<std::string>& own,
                                  const std::set<std::string>& others) {
  std::vector<LedgerRecord> records;
  for (const LedgerRecord& record : ledger.records()) {
    if (own.contains(record.head) && !others.contains(record.head)) {
      records.push_back(record);
    }
  }
  return records;
}

std::string event_line(const IssuedShares& shares) {
  return "shares of generation " + std::to_string(shares.generation);
}

std::string event_line(const LiveSet& live) {
  return "the share set of generation " + std::to_string(live.generation) + " became live";
}

std::string event_line(const RetiredSet& retired) {
  return "the share set of generation " + std::to_string(retired.generation) +
         (retired.is_dead ? " is dead" : " is not dead yet");
}

std::string event_line(const EndedKey& end) {
  return "the key was destroyed: " + end.claim;
}

std::string event_line(const IssuedCertificate& certificate) {
  return "certificate " + certificate.serial + ", " + certificate.subject;
}

std::string event_line(const IssuedCrl& crl) {
  std::string line = std::string(crl.is_reserve ? "reserve " : "") + "CRL number " +
                     std::to_string(crl.number) + ", " + crl.sha256 + ", revoked:";
  for (const RecordedRevocation& one : crl.revoked) {
    line += " " + one.serial;
  }
  return line + (crl.revoked.empty() ? " none" : "");
}

std::string event_line(const IssuedOcspResponse& response) {
  return "OCSP response, " + response.serial + " is " + response.status + ", " + response.sha256;
}

std::string event_line(const BornSigningKey& key) {
  return "signing key " + key.public_key + ", request " + key.request;
}

std::string event_line(const VoidCrl& crl) {
  return "CRL number " + std::to_string(crl.number) + ", signed and made void";
}

std::string event_line(const OpenedEpoch& opened) {
  return "epoch " + std::to_string(opened.epoch) + " opened at " + opened.site;
}

std::string event_line(const MergedBranch& merge) {
  return "a branch joined, " + event_line(merge.opened);
}

std::string event_words(const LedgerEvent& event) {
  return std::visit([](const auto& one) { return event_line(one); }, event);
}

void add_branch(const std::string& title,
                const LedgerBranch& branch,
                std::vector<std::string>& lines) {
  lines.push_back(title + ": ends at entry " + std::to_string(branch.state.sequence) + ", head " +
                  branch.state.head);
  for (const LedgerRecord& record : branch.records) {
    lines.push_back("  entry " + std::to_string(record.sequence) + ", " + record.ceremony + ", " +
                    record.date);
    for (const LedgerEvent& event : record.events) {
      lines.push_back("    " + event_words(event));
    }
  }
}

// What must never be published from now on.
void add_void_reserve(const LedgerState& merged, std::vector<std::string>& lines) {
  for (const ReserveCrl& one : merged.reserve_crls) {
    if (one.is_void) {
      lines.push_back("Look at this: reserve CRL number " + std::to_string(one.number) +
                      " (to be published from " + one.this_update +
                      " on) is void with this merge; destroy it at every site, and never publish "
                      "it");
    }
  }
}

Error not_forked() {
  return Error{ErrorCode::kWrongState,
               "this ledger has one branch, so there is nothing to merge; import the records of "
               "the other site first, if both have acted"};
}

}  // namespace

Result<MergeHeads> proposed_merge(const Ledger& ledger) {
  std::vector<Tip> tips;
  for (const std::string& head : ledger.tips()) {
    auto state = ledger.state_at(head);
    if (!state) {
      return std::move(state).error();
    }
    tips.push_back({.head = head, .state = std::move(state).value()});
  }
  if (tips.size() < 2) {
    return not_forked();
  }
  std::sort(tips.begin(), tips.end(), goes_before);
  return MergeHeads{.kept = tips[0].head, .joined = tips[1].head};
}

Result<LedgerMerge> plan_merge(const Ledger& ledger, const MergeHeads& heads) {
  const std::vector<std::string> tips = ledger.tips();
  const auto is_tip = [&](const std::string& head) {
    return std::find(tips.begin(), tips.end(), head) != tips.end();
  };
  if (tips.size() < 2) {
    return not_forked();
  }
  if (heads.kept == heads.joined || !is_tip(heads.kept) || !is_tip(heads.joined)) {
    return Error{ErrorCode::kInconsistent,
                 "the plan does not name the ends of two branches of this ledger; nothing was "
                 "merged; import the records of both sites, and take the heads from \"conclave "
                 "ledger merge\""};
  }
  auto kept = ledger.state_at(heads.kept);
  auto joined = ledger.state_at(heads.joined);
  if (!kept || !joined) {
    return std::move(kept ? joined : kept).error();
  }
  if (joined->epoch > kept->epoch) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the branch to be joined has the later epoch, so its site is the live one; "
                 "nothing was merged; hold the merge there, and keep that branch"};
  }
  LedgerState merged = *kept;
  if (auto taken = join_branch(*joined, merged); !taken) {
    return std::move(taken).error();
  }
  merged.epoch += 1;
  const std::set<std::string> of_kept = ancestry(ledger, heads.kept);
  const std::set<std::string> of_joined = ancestry(ledger, heads.joined);
  LedgerMerge merge{.kept = {.records = only_in(ledger, of_kept, of_joined), .state = *kept},
                    .joined = {.records = only_in(ledger, of_joined, of_kept), .state = *joined},
                    .fork = {},
                    .merged = std::move(merged)};
  for (const LedgerRecord& record : ledger.records()) {
    if (of_kept.contains(record.head) && of_joined.contains(record.head) &&
        record.sequence >= merge.fork.sequence) {
      merge.fork = record;
    }
  }
  return merge;
}

std::vector<std::string> merge_lines(const LedgerMerge& merge) {
  std::vector<std::string> lines;
  lines.push_back("Both branches go on from entry " + std::to_string(merge.fork.sequence) + ", " +
                  merge.fork.ceremony);
  add_branch("Kept", merge.kept, lines);
  add_branch("Joined", merge.joined, lines);
  lines.emplace_back("Revoked in one branch or in both, and to be listed by the next CRL:");
  for (const auto& [serial, one] : merge.merged.revoked) {
    lines.push_back("  " + serial + ", " + one.date + ", " + one.reason);
  }
  add_void_reserve(merge.merged, lines);
  lines.push_back("The next CRL has the number " + std::to_string(next_crl_number(merge.merged)));
  lines.push_back("The merge opens epoch " + std::to_string(merge.merged.epoch));
  return lines;
}

}  // namespace ceremony
