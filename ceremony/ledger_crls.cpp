#include "ceremony/ledger_crls.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error crl_out_of_place(const std::string& why) {
  return Error{ErrorCode::kInconsistent,
               why +
                   "; nothing was done; bring the missing records from the other site or from the "
                   "published copies"};
}

// Whether a certificate's duty to be listed is over.
bool has_ended(const std::string& serial, const std::string& date, const LedgerState& state) {
  return std::any_of(state.issued.begin(), state.issued.end(), [&](const IssuedCertificate& one) {
    return one.serial == serial && !one.not_after.empty() && one.not_after < date;
  });
}

using ListedBySerial = std::map<std::string, RecordedRevocation>;

ListedBySerial listed_by_serial(const IssuedCrl& crl) {
  ListedBySerial listed;
  for (const RecordedRevocation& one : crl.revoked) {
    listed.emplace(one.serial, one);
  }
  return listed;
}

// One more CRL of the row behind the newest: of the same record, the same list, the next number.
Result<void> fold_reserve(const IssuedCrl& crl, std::uint64_t before, LedgerState& state) {
  const bool is_of_this_record = state.crl_number > before;
  const bool is_same_list =
      crl.revoked.size() == state.revoked.size() && listed_by_serial(crl) == state.revoked;
  if (crl.number <= highest_crl_number(state) || crl.number <= state.void_crl_number ||
      !is_of_this_record || !is_same_list) {
    return crl_out_of_place(
        "a reserve CRL of the records does not follow the CRL that it belongs to");
  }
  state.reserve_crls.push_back(
      {.number = crl.number, .this_update = crl.this_update, .next_update = crl.next_update});
  return {};
}

// What the reserve CRLs of a branch go on from. They are as good as it is.
struct NewestCrl {
  std::uint64_t number = 0;
  std::string sha256;  // both branches may have used the number
  ListedBySerial revoked;

  bool operator==(const NewestCrl&) const = default;
};

NewestCrl newest_crl_of(const LedgerState& state) {
  return {.number = state.crl_number, .sha256 = state.crl_sha256, .revoked = state.revoked};
}

void join_revocations(const LedgerState& other, LedgerState& state) {
  const bool is_newer = other.crl_number > state.crl_number;
  for (const auto& [serial, one] : other.revoked) {
    if (is_newer) {
      state.revoked.insert_or_assign(serial, one);
    } else {
      state.revoked.emplace(serial, one);
    }
  }
  if (is_newer) {
    state.crl_number = other.crl_number;
    state.crl_sha256 = other.crl_sha256;
    state.crl_next_update = other.crl_next_update;
  }
  state.void_crl_number = std::max(state.void_crl_number, other.void_crl_number);
}

// A number that both branches have used for different CRLs tells nobody which one is meant, so one
// that is void in either is void.
void join_one_reserve(const ReserveCrl& one, LedgerState& state) {
  const auto found = std::ranges::find(state.reserve_crls, one.number, &ReserveCrl::number);
  if (found == state.reserve_crls.end()) {
    state.reserve_crls.push_back(one);
  } else {
    found->is_void = found->is_void || one.is_void;
  }
}

void join_answers(const LedgerState& other, LedgerState& state) {
  for (const auto& [serial, theirs] : other.answers) {
    IssuedOcspResponse& ours = state.answers.try_emplace(serial, theirs).first->second;
    if (ours.status == "good" && theirs.status == "good" && theirs.next_update > ours.next_update) {
      ours = theirs;
    }
  }
}

}  // namespace

std::uint64_t highest_crl_number(const LedgerState& state) {
  std::uint64_t highest = state.crl_number;
  for (const ReserveCrl& one : state.reserve_crls) {
    highest = std::max(highest, one.number);
  }
  return highest;
}

std::uint64_t next_crl_number(const LedgerState& state) {
  return std::max(highest_crl_number(state), state.void_crl_number) + 1;
}

bool has_issued(const LedgerState& state, const std::string& serial) {
  return std::ranges::any_of(state.issued, [&](const IssuedCertificate& one) {
    return one.serial == serial && !one.is_void;
  });
}

Result<void> fold_answer(const IssuedOcspResponse& answer,
                         std::uint64_t before,
                         LedgerState& state) {
  if (state.crl_number <= before) {
    return crl_out_of_place("an OCSP response of the records about " + answer.serial +
                            " has no CRL before it in its record");
  }
  const auto listed = state.revoked.find(answer.serial);
  const bool is_same = listed == state.revoked.end()
                           ? answer.status == "good"
                           : answer.status == "revoked" && answer.date == listed->second.date &&
                                 answer.reason == listed->second.reason;
  if (!is_same) {
    return crl_out_of_place("an OCSP response of the records says \"" + answer.status + "\" of " +
                            answer.serial + ", and the CRL says otherwise");
  }
  state.answers.insert_or_assign(answer.serial, answer);
  return {};
}

Result<void> fold_crl(const IssuedCrl& crl, std::uint64_t before, LedgerState& state) {
  if (crl.is_reserve) {
    return fold_reserve(crl, before, state);
  }
  if (crl.number < state.crl_number) {
    return crl_out_of_place("a CRL of the records has a lower number than one before it");
  }
  if (crl.number <= before || crl.number <= state.void_crl_number) {
    return crl_out_of_place("a CRL of the records has the number of one before it");
  }
  ListedBySerial listed = listed_by_serial(crl);
  for (const auto& [serial, one] : state.revoked) {
    if (!listed.contains(serial) && !has_ended(serial, crl.this_update, state)) {
      return crl_out_of_place("a CRL of the records no longer lists " + serial +
                              ", which was revoked for good");
    }
  }
  state.crl_number = crl.number;
  state.crl_sha256 = crl.sha256;
  state.crl_next_update = crl.next_update;
  state.reserve_crls.clear();
  state.revoked = std::move(listed);
  return {};
}

void join_crls(const LedgerState& other, LedgerState& state) {
  const NewestCrl ours = newest_crl_of(state);
  join_revocations(other, state);
  const NewestCrl merged = newest_crl_of(state);
  const bool ours_are_void = ours != merged;
  const bool theirs_are_void = newest_crl_of(other) != merged;
  for (ReserveCrl& one : state.reserve_crls) {
    one.is_void = one.is_void || ours_are_void;
  }
  for (ReserveCrl one : other.reserve_crls) {
    one.is_void = one.is_void || theirs_are_void;
    join_one_reserve(one, state);
  }
  join_answers(other, state);
}

}  // namespace ceremony
