#include "ceremony/plan_rules.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/calendar.h"
#include "ceremony/file_names.h"
#include "ceremony/plan_next_ceremony.h"
#include "ceremony/plan_reserve.h"

namespace ceremony {

namespace {

using base::ErrorCode;

constexpr std::uint32_t kLastSequence = 9999;  // what the name of a record's folder holds

// A fault found by itself. The line is looked up later, by the field.
PlanFault fault_at(std::string field, std::string_view rule, const std::string& what) {
  return {.code = ErrorCode::kInconsistent,
          .rule = std::string(rule),
          .field = std::move(field),
          .message = "the plan: " + what};
}

std::string indexed(std::string_view list, std::size_t index, std::string_view key) {
  return std::string(list) + "[" + std::to_string(index) + "]." + std::string(key);
}

// Lower-case letters, digits and "-": fit for a name of a folder or script.
bool is_script_name(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// A date of the plan: its path, its name in messages, its text.
struct NamedDate {
  std::string field;
  std::string name;
  std::string text;
};

std::vector<NamedDate> dates_of(const Plan& plan) {
  std::vector<NamedDate> dates{{"date", "date", plan.date}};
  if (plan.root) {
    dates.push_back({"root.not_before", "not_before of the root", plan.root->not_before});
    dates.push_back({"root.not_after", "not_after of the root", plan.root->not_after});
  }
  if (plan.crl) {
    dates.push_back({"crl.this_update", "this_update", plan.crl->this_update});
    dates.push_back({"crl.next_update", "next_update", plan.crl->next_update});
  }
  if (plan.crl && !plan.crl->next_ceremony.empty()) {
    dates.push_back({"crl.next_ceremony", "next_ceremony", plan.crl->next_ceremony});
  }
  for (std::size_t i = 0; i < plan.requests.size(); ++i) {
    const PlannedRequest& request = plan.requests[i];
    dates.push_back(
        {indexed("request", i, "not_before"), "not_before of a request", request.not_before});
    dates.push_back(
        {indexed("request", i, "not_after"), "not_after of a request", request.not_after});
  }
  if (plan.batch) {
    const PlannedRequest& terms = plan.batch->terms;
    dates.push_back({"batch.not_before", "not_before of the batch", terms.not_before});
    dates.push_back({"batch.not_after", "not_after of the batch", terms.not_after});
  }
  return dates;
}

void check_dates(const Plan& plan, PlanFaults& faults) {
  for (const NamedDate& date : dates_of(plan)) {
    if (!base::parse_date(date.text)) {
      faults.push_back(fault_at(date.field,
                                "plan-date",
                                "the " + date.name + " is \"" + date.text +
                                    "\", which is no date; write it as YYYY-MM-DD"));
    }
  }
}

// Whether a name says itself that it is of no real key, whatever becomes of its record.
bool is_marked(const PlannedName& name, Mode mode) {
  return mode == Mode::kProduction ||
         name.common_name.find(std::string(name_of(mode))) != std::string::npos;
}

void check_names(const Plan& plan, PlanFaults& faults) {
  const std::string mode(name_of(plan.mode));
  const std::string must = " in mode " + mode + " must contain the word " + mode +
                           ", so that nobody takes it for a real one";
  if (plan.root && !is_marked(plan.root->name, plan.mode)) {
    faults.push_back(
        fault_at("root.common_name", "plan-root-marked", "\"common_name\" of a root" + must));
  }
  if (plan.signing_key && !is_marked(plan.signing_key->name, plan.mode)) {
    faults.push_back(fault_at("signing_key.common_name",
                              "plan-signing-key-marked",
                              "\"common_name\" of a signing key" + must));
  }
}

void check_digests(const Plan& plan, PlanFaults& faults) {
  constexpr std::string_view kNoDigest = "a digest is not 64 digits of 0-9 and a-f; copy it again";
  if (!is_hex_digest(plan.previous_head)) {
    faults.push_back(fault_at("previous_head", "plan-digest", std::string(kNoDigest)));
  }
  if (!plan.annex_sha256.empty() && !is_hex_digest(plan.annex_sha256)) {
    faults.push_back(fault_at("annex_sha256", "plan-digest", std::string(kNoDigest)));
  }
}

void check_kdf(const Plan& plan, PlanFaults& faults) {
  if (plan.kdf != "production" && plan.kdf != "fast") {
    faults.push_back(fault_at("kdf", "plan-kdf", "\"kdf\" must be \"production\" or \"fast\""));
  }
  if (plan.mode == Mode::kProduction && plan.kdf == "fast") {
    faults.push_back({.code = ErrorCode::kRefusedByPolicy,
                      .rule = "plan-kdf",
                      .field = "kdf",
                      .message = "the plan asks for fast passphrase hashing, which is for "
                                 "rehearsals; a production ceremony needs kdf = \"production\""});
  }
}

}  // namespace

bool is_hex_digest(const std::string& text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return (std::isdigit(c) != 0) || (c >= 'a' && c <= 'f');
         });
}

namespace {

// In PRODUCTION the journal reaches a medium only encrypted, for these.
void check_keepers(const Plan& plan, PlanFaults& faults) {
  std::set<std::string> keys;
  for (std::size_t i = 0; i < plan.keepers.size(); ++i) {
    const std::string field = indexed("keeper", i, "key");
    if (!is_hex_digest(plan.keepers[i].public_key)) {  // 32 bytes, too
      faults.push_back(fault_at(field,
                                "plan-keeper-key",
                                "the key of a record keeper is not 64 digits of 0-9 and a-f; copy "
                                "it again"));
    } else if (!keys.insert(plan.keepers[i].public_key).second) {
      faults.push_back(fault_at(
          field, "plan-keeper-twice", "two record keepers have one key; each needs an own one"));
    }
  }
  if (plan.mode == Mode::kProduction && plan.keepers.empty()) {
    faults.push_back(
        {.code = ErrorCode::kRefusedByPolicy,
         .rule = "plan-keepers",
         .field = "keeper",
         .message = "the plan: nobody is named who may read the record later; a production record "
                    "is encrypted, so name at least one [[keeper]] (two are better)"});
  }
}

void check_head(const Plan& plan, PlanFaults& faults) {
  if (!plan.token_library.empty() && plan.token_library.front() != '/') {
    faults.push_back(fault_at("token_library",
                              "plan-token-library",
                              "\"token_library\" must be the whole path of the library that "
                              "belongs to the holders' tokens, from \"/\" on"));
  }
  if (plan.sequence == 0 || plan.sequence > kLastSequence) {
    faults.push_back(fault_at("sequence",
                              "plan-sequence",
                              "\"sequence\" must be 1 for the first ceremony and rise by one"));
  }
  if (!is_script_name(plan.ceremony)) {
    faults.push_back(
        fault_at("ceremony",
                 "plan-ceremony",
                 "\"ceremony\" must be the name of a script, like \"root-generation\""));
  }
}

}  // namespace

PlanFaults object_to_plan(const Plan& plan) {
  PlanFaults faults;
  check_head(plan, faults);
  check_digests(plan, faults);
  check_kdf(plan, faults);
  if (plan.signers.empty()) {
    faults.push_back(fault_at("signer",
                              "plan-signers",
                              "nobody is named who signs the record; add at least one [[signer]]"));
  }
  check_keepers(plan, faults);
  object_to_requests(plan, faults);
  check_names(plan, faults);
  check_dates(plan, faults);
  std::ranges::move(object_to_reserve(plan), std::back_inserter(faults));
  std::ranges::move(object_to_answers(plan), std::back_inserter(faults));
  std::ranges::move(compare_with_next_ceremony(plan), std::back_inserter(faults));
  if (plan.activation) {
    object_to_activation(*plan.activation, faults);
  }
  if (plan.merge) {
    object_to_merge(*plan.merge, faults);
  }
  if (plan.signing) {
    object_to_signing(*plan.signing, faults);
  }
  object_to_artefacts(plan.artefacts, faults);
  return faults;
}

namespace {

// Those whom an annex has named before.
struct NamedHolders {
  std::set<std::string> seats;
  std::map<std::string, const PlannedHolder*> by_folder;  // as a stick knows it
};

void object_to_twice(const PlannedHolder& holder,
                     std::size_t index,
                     NamedHolders& named,
                     PlanFaults& faults) {
  const bool is_new_seat = named.seats.insert(holder.seat).second;
  const auto place = named.by_folder.try_emplace(as_on_stick(holder.folder), &holder);
  const PlannedHolder& first = *place.first->second;
  if (!is_new_seat || (!place.second && first.folder == holder.folder)) {
    faults.push_back({.rule = "annex-holder-twice",
                      .field = indexed("holder", index, is_new_seat ? "folder" : "seat"),
                      .message = "the annex: two holders have one seat or one folder; give each "
                                 "its own"});
  } else if (!place.second) {
    faults.push_back({.rule = "annex-holder-twice",
                      .field = indexed("holder", index, "folder"),
                      .message = "the annex: the folders of seats " + first.seat + " and " +
                                 holder.seat +
                                 " differ only in upper and lower case, and on a stick (FAT) they "
                                 "are one folder; give each a name of its own"});
  }
}

}  // namespace

// Nobody stands for two, and each stick is another one.
PlanFaults object_to_annex(const AnnexReading& reading) {
  PlanFaults faults;
  if (!is_hex_digest(reading.salt)) {
    faults.push_back({.code = ErrorCode::kMalformed,
                      .rule = "annex-salt",
                      .field = "salt",
                      .message = "the annex: \"salt\" must be 64 hex digits (256 random bits), so "
                                 "that nobody can guess what it hides from its digest"});
  }
  NamedHolders named;
  for (std::size_t i = 0; i < reading.annex.holders.size(); ++i) {
    const PlannedHolder& holder = reading.annex.holders[i];
    object_to_holder(holder, i, faults);
    if (!is_bare_name(holder.folder)) {
      faults.push_back(
          {.rule = "annex-holder-folder",
           .field = indexed("holder", i, "folder"),
           .message = "the annex: a [[holder]] needs the bare name of a folder; correct it"});
    } else {
      object_to_twice(holder, i, named, faults);
    }
  }
  return faults;
}

}  // namespace ceremony
