#include "ceremony/crl_drafts.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text_encoding.h"
#include "ca/certificate.h"
#include "ca/certificate_profile.h"
#include "ca/validity.h"
#include "ceremony/drafts.h"
#include "ceremony/ledger.h"
#include "ceremony/ledger_files.h"
#include "ceremony/new_revocations.h"
#include "ceremony/plan_reserve.h"
#include "ceremony/site_facts.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<ca::Instant> midnight_of(const std::string& date) {
  return ca::instant_of(date + "T00:00:00Z");
}

// The revocations that stand in a CRL, those that the plan adds, and those of a branch of the
// records that a merge has joined.
Result<std::vector<ca::Revocation>> all_revocations(
    const Workplace& work,
    const ca::Certificate& root,
    const std::optional<ca::RevocationList>& before) {
  std::vector<ca::Revocation> all;
  if (before) {
    for (const ca::ListedRevocation& entry : before->entries()) {
      all.push_back({.issuer = root.subject().der(),
                     .serial = {entry.serial.begin(), entry.serial.end()},
                     .revoked_at = entry.revoked_at.instant,
                     .reason = static_cast<ca::RevocationReason>(entry.reason.value_or(0))});
    }
  }
  for (const PlannedRevocation& one : new_revocations(work, all)) {
    auto serial = base::from_hex(one.serial);
    auto revoked_at = midnight_of(one.date);
    const auto reason = ca::revocation_reason_named(one.reason);
    if (!serial || !revoked_at || !reason) {
      return Error{ErrorCode::kInconsistent,
                   "the revocation of " + one.serial +
                       " has a serial number, date or reason that is not understood; correct it"};
    }
    all.push_back({.issuer = root.subject().der(),
                   .serial = std::move(serial).value(),
                   .revoked_at = *revoked_at,
                   .reason = *reason});
  }
  return all;
}

// The CRL with the highest known number, where there is one.
Result<std::optional<ca::RevocationList>> previous_crl(const Workplace& work,
                                                       std::uint64_t number) {
  if (number == 0) {
    return std::optional<ca::RevocationList>();
  }
  auto sha256 = work.text_fact("crl-sha256");
  auto bytes = sha256 ? read_site_crl(work.room.sites.front(), number, *sha256)
                      : Result<base::Bytes>(sha256.error());
  if (!bytes) {
    return std::move(bytes).error();
  }
  auto list = ca::RevocationList::parse(*bytes);
  if (!list) {
    return std::move(list).error();
  }
  return std::optional<ca::RevocationList>(std::move(list).value());
}

bool is_ca(const ca::Certificate& certificate) {
  return certificate.known().basic_constraints.value_or(ca::BasicConstraints{}).is_ca;
}

ca::IssuedCertificates ledger_rows(const ca::Certificate& root,
                                   const std::vector<ca::Certificate>& certificates) {
  ca::IssuedCertificates rows(root.subject());
  rows.reserve(certificates.size());
  for (const ca::Certificate& certificate : certificates) {
    rows.add({.issuer = certificate.issuer().der(),
              .serial = certificate.serial(),
              .not_after = certificate.not_after().instant,
              .is_ca = is_ca(certificate)});
  }
  return rows;
}

Result<LedgerState> home_ledger(const Workplace& work) {
  auto home = home_site(work);
  return home ? read_ledger(*home / "ledger") : Result<LedgerState>(std::move(home).error());
}

// What was out before this ceremony must not look newer than what is signed in it: programs that
// hold both take the CRL with the later date.
Result<void> check_against_reserve(const Workplace& work) {
  for (const StandingReserve& one : standing_reserve(work)) {
    if (one.this_update <= work.plan.date && one.this_update > work.plan.crl->this_update) {
      return Error{ErrorCode::kInvalidArgument,
                   "the CRL would be dated " + work.plan.crl->this_update +
                       ", before the reserve CRL " + std::to_string(one.number) + ", " +
                       one.this_update +
                       ", which may be published by now, and programs would keep that one; "
                       "correct \"this_update\" in the plan"};
    }
  }
  return {};
}

Result<ca::RevocationListPlan> crl_plan(const Workplace& work, std::size_t place) {
  const std::vector<DaysOfCrl> row = days_of_crls(*work.plan.crl);
  if (place >= row.size()) {
    return Error{ErrorCode::kInconsistent,
                 "the plan asks for no reserve CRL of that place in its row; correct the plan"};
  }
  auto this_update = midnight_of(row[place].this_update);
  auto next_update = midnight_of(row[place].next_update);
  if (!this_update) {
    return std::move(this_update).error();
  }
  if (!next_update) {
    return std::move(next_update).error();
  }
  ca::RevocationListPlan plan{.known_number = work.number_fact("crl-number"),
                              .void_number = highest_known_number(work),
                              .step = work.facts.contains("activation")
                                          ? ca::NumberStep::kAfterActivation
                                          : ca::NumberStep::kNext,
                              .this_update = *this_update,
                              .next_update = *next_update,
                              .accepted = {}};
  if (place > 0) {
    // The numbers of those before it in this row are spent.
    plan.void_number = std::max(plan.known_number, plan.void_number) +
                       static_cast<std::uint64_t>(plan.step) + place - 1;
    plan.step = ca::NumberStep::kNext;
  }
  return plan;
}

}  // namespace

std::vector<StandingReserve> standing_reserve(const Workplace& work) {
  std::vector<StandingReserve> all;
  const auto found = work.facts.find("standing-reserve");
  if (found == work.facts.end()) {
    return all;
  }
  all.reserve(found->second.size());
  for (const Json& one : found->second) {
    all.push_back({.number = one.at("number").get<std::uint64_t>(),
                   .this_update = one.at("this_update").get<std::string>(),
                   .is_void = one.value("void", false)});
  }
  return all;
}

std::uint64_t highest_known_number(const Workplace& work) {
  std::uint64_t highest =
      std::max(work.number_fact("crl-number"), work.number_fact("void-crl-number"));
  for (const StandingReserve& one : standing_reserve(work)) {
    highest = std::max(highest, one.number);
  }
  return highest;
}

Result<ca::RevocationListDraft> crl_draft(const Workplace& work, std::size_t place) {
  auto root = root_of(work);
  if (!root) {
    return std::move(root).error();
  }
  if (!work.plan.crl) {
    return Error{ErrorCode::kInconsistent, "the plan has no section [crl]; correct it"};
  }
  auto fits = check_against_reserve(work);
  auto plan = fits ? crl_plan(work, place) : Result<ca::RevocationListPlan>(fits.error());
  if (!plan) {
    return std::move(plan).error();
  }
  auto before = previous_crl(work, plan->known_number);
  if (!before) {
    return std::move(before).error();
  }
  auto revocations = all_revocations(work, *root, *before);
  if (!revocations) {
    return std::move(revocations).error();
  }
  auto issued = issued_certificates(work);
  if (!issued) {
    return std::move(issued).error();
  }
  auto profile = profile_of(work, work.plan.crl->profile);
  if (!profile) {
    return std::move(profile).error();
  }
  return ca::RevocationListDraft::of({.profile = *profile,
                                      .plan = *plan,
                                      .issuer = *root,
                                      .issued = ledger_rows(*root, *issued),
                                      .revocations = ca::Revocations(root->subject(), *revocations),
                                      .previous = std::move(*before)});
}

Result<std::vector<ca::OcspResponseDraft>> ocsp_drafts(const Workplace& work,
                                                       const ca::RevocationList& list) {
  std::vector<ca::OcspResponseDraft> drafts;
  if (!work.plan.crl || !work.plan.crl->ocsp) {
    return drafts;
  }
  auto root = root_of(work);
  auto profile = root ? profile_of(work, work.plan.crl->profile)
                      : Result<ca::CertificateProfile>(root.error());
  auto issued =
      profile ? issued_certificates(work) : Result<std::vector<ca::Certificate>>(profile.error());
  auto ledger = issued ? home_ledger(work) : Result<LedgerState>(issued.error());
  if (!ledger) {
    return std::move(ledger).error();
  }
  for (const ca::Certificate& one : *issued) {
    if (!is_ca(one) || one.not_after().instant < list.this_update().instant ||
        !has_issued(*ledger, one.serial_hex())) {
      continue;
    }
    auto draft = ca::OcspResponseDraft::of(
        {.profile = *profile, .issuer = *root, .certificate = one, .list = list});
    if (!draft) {
      return std::move(draft).error();
    }
    drafts.push_back(std::move(draft).value());
  }
  if (drafts.empty()) {
    return Error{ErrorCode::kInconsistent,
                 "the plan asks for OCSP responses (\"ocsp\"), and this root has issued no CA "
                 "certificate that is still valid; take the line out"};
  }
  return drafts;
}

std::string shown(const ca::OcspResponseDraft& draft) {
  const ca::OcspAnswer& answer = draft.unsigned_form().answers().front();
  return "OCSP response: " + std::string(ca::name_of(answer.status)) + ", " +
         draft.certificate().serial_hex() + ", " + draft.certificate().subject().text();
}

}  // namespace ceremony
