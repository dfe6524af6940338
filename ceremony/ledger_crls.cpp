#include "ceremony/ledger_crls.h"

#include <algorithm>
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

// One more CRL of the row behind the newest: the same list, and the next number.
Result<void> fold_reserve(const IssuedCrl& crl, LedgerState& state) {
  const bool is_same_list = crl.revoked.size() == state.revoked.size() &&
                            std::ranges::all_of(crl.revoked, [&](const RecordedRevocation& one) {
                              return state.revoked.contains(one.serial);
                            });
  if (crl.number <= highest_crl_number(state) || crl.number <= state.void_crl_number ||
      !is_same_list) {
    return crl_out_of_place(
        "a reserve CRL of the records does not follow the CRL that it belongs to");
  }
  state.reserve_crls.push_back(
      {.number = crl.number, .this_update = crl.this_update, .next_update = crl.next_update});
  return {};
}

}  // namespace

std::uint64_t highest_crl_number(const LedgerState& state) {
  std::uint64_t highest = state.crl_number;
  for (const ReserveCrl& one : state.reserve_crls) {
    highest = std::max(highest, one.number);
  }
  return highest;
}

Result<void> fold_answer(const IssuedOcspResponse& answer, LedgerState& state) {
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
    return fold_reserve(crl, state);
  }
  if (crl.number < state.crl_number) {
    return crl_out_of_place("a CRL of the records has a lower number than one before it");
  }
  if (crl.number <= before || crl.number <= state.void_crl_number) {
    return crl_out_of_place("a CRL of the records has the number of one before it");
  }
  std::map<std::string, RecordedRevocation> listed;
  for (const RecordedRevocation& one : crl.revoked) {
    listed.emplace(one.serial, one);
  }
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

}  // namespace ceremony
