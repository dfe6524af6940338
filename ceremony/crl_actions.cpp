// The acts that look at a CRL, its reserve and the OCSP responses that go with it, and sign them.

#include <array>
#include <utility>

#include "base/digest.h"
#include "base/text_encoding.h"
#include "ca/issuer.h"
#include "ceremony/action.h"
#include "ceremony/crl_drafts.h"
#include "ceremony/drafts.h"
#include "ceremony/key_facts.h"
#include "ceremony/key_need.h"
#include "ceremony/ledger.h"
#include "ceremony/plan_next_ceremony.h"
#include "ceremony/request_drafts.h"
#include "ceremony/site_facts.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

std::string day_part(ca::Instant time) {
  return ca::text_of(time).substr(0, 10);
}

std::string reason_text(const std::optional<std::uint8_t>& number) {
  return std::string(ca::name_of(static_cast<ca::RevocationReason>(number.value_or(0))));
}

Json revoked_data(const ca::RevocationList& list) {
  Json revoked = Json::array();
  for (const ca::ListedRevocation& entry : list.entries()) {
    revoked.push_back({{"serial", base::to_hex(entry.serial)},
                       {"date", day_part(entry.revoked_at.instant)},
                       {"reason", reason_text(entry.reason)}});
  }
  return revoked;
}

// The public entry for a CRL; that of a reserve CRL says what it is.
Publication crl_entry(const ca::RevocationList& list, std::size_t place, const std::string& key) {
  Json data{{"number", list.number().value_or(0)},
            {"crl", base::sha256_hex(list.der())},
            {"issuer_public_key", key},
            {"this_update", day_part(list.this_update().instant)},
            {"next_update", day_part(list.next_update()->instant)},
            {"revoked", revoked_data(list)}};
  if (place > 0) {
    data["reserve"] = true;
  }
  return {.type = "crl.issue", .data = std::move(data), .hidden = {}};
}

// The public entry for an OCSP response.
Publication ocsp_entry(const ca::OcspResponse& response,
                       const ca::Certificate& certificate,
                       const std::string& key) {
  const ca::OcspAnswer& answer = response.answers().front();
  const bool is_revoked = answer.revoked_at.has_value();
  return {.type = "ocsp.issue",
          .data = {{"serial", certificate.serial_hex()},
                   {"certificate", base::sha256_hex(certificate.der())},
                   {"response", base::sha256_hex(response.der())},
                   {"issuer_public_key", key},
                   {"status", std::string(ca::name_of(answer.status))},
                   {"date", is_revoked ? day_part(answer.revoked_at->instant) : std::string()},
                   {"reason", is_revoked ? reason_text(answer.reason) : std::string()},
                   {"this_update", day_part(answer.this_update.instant)},
                   {"next_update", day_part(answer.next_update->instant)}},
          .hidden = {}};
}

// A last CRL is one: nothing that is still valid is left out of it.
Result<ca::RevocationListDraft> fitting_crl_draft(const Workplace& work, std::size_t place) {
  auto draft = crl_draft(work, place);
  if (!draft || work.plan.crl->profile == PlannedCrl().profile) {
    return draft;
  }
  auto home = home_site(work);
  auto ledger = home ? read_ledger(*home / "ledger") : Result<LedgerState>(home.error());
  auto unneeded = ledger ? check_unneeded(*ledger, draft->unsigned_form(), work.plan.date)
                         : Result<void>(ledger.error());
  return unneeded ? std::move(draft) : Result<ca::RevocationListDraft>(std::move(unneeded).error());
}

std::string reserve_line(const ca::RevocationList& list) {
  return "Reserve CRL number " + std::to_string(list.number().value_or(0)) +
         ": the same list, to be published from " + day_part(list.this_update().instant) +
         " on, next update " + day_part(list.next_update()->instant);
}

// What would be refused at the signature is refused before anybody comes for it.
Result<void> refuse_unsignable(const base::Findings& findings) {
  for (const base::Finding& finding : findings) {
    if (finding.severity != base::Severity::kNotice) {
      return Error{ErrorCode::kRefusedByPolicy,
                   "this could not be signed as it is planned: " + reason_of(finding) +
                       "; nothing was signed; correct the plan"};
    }
  }
  return {};
}

// What the room sees of the reserve CRLs, the new ones and those that become void.
Result<void> show_reserve(const Workplace& work, std::vector<std::string>& lines) {
  for (std::size_t place = 1; place <= work.plan.crl->reserve; ++place) {
    auto draft = fitting_crl_draft(work, place);
    auto fits = draft ? refuse_unsignable(draft->findings()) : Result<void>(draft.error());
    if (!fits) {
      return std::move(fits).error().while_doing("reserve CRL " + std::to_string(place));
    }
    lines.push_back(reserve_line(draft->unsigned_form()));
  }
  for (const StandingReserve& one : standing_reserve(work)) {
    lines.push_back("Look at this: reserve CRL number " + std::to_string(one.number) +
                    " (to be published from " + one.this_update + " on) is void " +
                    (one.is_void ? "since a merge" : "with this CRL") +
                    "; destroy it, and never publish it");
  }
  return {};
}

// Answers of earlier ceremonies that become untrue, and that nobody replaces in this one.
Result<void> show_outdated_answers(const Workplace& work,
                                   const ca::RevocationList& list,
                                   std::vector<std::string>& lines) {
  auto home = home_site(work);
  auto ledger = home ? read_ledger(*home / "ledger") : Result<LedgerState>(home.error());
  if (!ledger) {
    return std::move(ledger).error();
  }
  for (const ca::ListedRevocation& entry : list.entries()) {
    const auto answer = ledger->answers.find(base::to_hex(entry.serial));
    const bool is_outdated = !work.plan.crl->ocsp && answer != ledger->answers.end() &&
                             answer->second.status == "good" &&
                             answer->second.next_update > work.plan.date;
    if (is_outdated) {
      lines.push_back("Look at this: an OCSP response says \"good\" of " + answer->first +
                      " until " + answer->second.next_update +
                      ", and the plan asks for no new one (\"ocsp\"); publish it no more");
    }
  }
  return {};
}

Result<Asking> ask_crl(const Workplace& work) {
  auto draft = fitting_crl_draft(work, 0);
  auto fits = draft ? refuse_unsignable(draft->findings()) : Result<void>(draft.error());
  if (!fits) {
    return std::move(fits).error();
  }
  std::vector<std::string> lines = ceremony::shown(draft->unsigned_form());
  auto answers = ocsp_drafts(work, draft->unsigned_form());
  if (!answers) {
    return std::move(answers).error();
  }
  for (const ca::OcspResponseDraft& answer : *answers) {
    if (auto signable = refuse_unsignable(answer.findings()); !signable) {
      return std::move(signable).error();
    }
    lines.push_back(shown(answer));
  }
  if (auto told = show_outdated_answers(work, draft->unsigned_form(), lines); !told) {
    return std::move(told).error();
  }
  if (auto reserve = show_reserve(work, lines); !reserve) {
    return std::move(reserve).error();
  }
  for (const PlanFault& fault : compare_with_next_ceremony(work.plan)) {
    lines.push_back("Look at this: " + fault.message);
  }
  return Asking{.subject = {}, .shown = std::move(lines), .asks = {}};
}

Result<Turn> agree_to_crl(Workplace& /*work*/, client::Input& /*input*/) {
  return Turn{};
}

Json crl_fact(const ca::RevocationList& list) {
  return {{"number", list.number().value_or(0)}, {"der", base::to_base64(list.der())}};
}

Result<ca::RevocationList> sign_one_crl(const Workplace& work,
                                        ca::Signer& signer,
                                        std::size_t place) {
  auto draft = fitting_crl_draft(work, place);
  return draft ? ca::sign_revocation_list(std::move(*draft), signer)
               : Result<ca::RevocationList>(std::move(draft).error());
}

// The row behind the CRL.
Result<void> sign_reserve(const Workplace& work, ca::Signer& signer, Turn& turn) {
  const std::string key = base::sha256_hex(signer.public_key_info());
  for (std::size_t place = 1; place <= work.plan.crl->reserve; ++place) {
    auto list = sign_one_crl(work, signer, place);
    if (!list) {
      return std::move(list).error();
    }
    turn.facts["reserve-crls"].push_back(crl_fact(*list));
    turn.publications.push_back(crl_entry(*list, place, key));
  }
  if (work.plan.crl->reserve != 0) {
    turn.public_note += ", reserve CRLs: " + std::to_string(work.plan.crl->reserve);
  }
  return {};
}

// What the CRL says of each certificate, as an answer of its own.
Result<void> sign_answers(const Workplace& work,
                          const ca::RevocationList& list,
                          ca::Signer& signer,
                          Turn& turn) {
  auto drafts = ocsp_drafts(work, list);
  if (!drafts) {
    return std::move(drafts).error();
  }
  const std::string key = base::sha256_hex(signer.public_key_info());
  for (const ca::OcspResponseDraft& draft : *drafts) {
    auto response = ca::sign_ocsp_response(draft, signer);
    if (!response) {
      return std::move(response).error().while_doing(draft.certificate().serial_hex());
    }
    turn.facts["ocsp"].push_back(
        {{"serial", draft.certificate().serial_hex()}, {"der", base::to_base64(response->der())}});
    turn.publications.push_back(ocsp_entry(*response, draft.certificate(), key));
  }
  if (!drafts->empty()) {
    turn.public_note += ", OCSP responses: " + std::to_string(drafts->size());
  }
  return {};
}

Result<Turn> sign_crl(Workplace& work, client::Input& /*input*/) {
  auto signer = issuing_key(work);
  if (!signer) {
    return std::move(signer).error();
  }
  auto list = sign_one_crl(work, **signer, 0);
  if (!list) {
    return std::move(list).error();
  }
  Turn turn;
  turn.facts = {{"crl", crl_fact(*list)}};
  turn.publications.push_back(crl_entry(*list, 0, base::sha256_hex((*signer)->public_key_info())));
  turn.public_note = "CRL number " + std::to_string(list->number().value_or(0));
  if (auto signed_row = sign_reserve(work, **signer, turn); !signed_row) {
    return std::move(signed_row).error();
  }
  if (auto answered = sign_answers(work, *list, **signer, turn); !answered) {
    return std::move(answered).error();
  }
  return turn;
}

constexpr std::array kCrlActions{Action{.name = "show-crl", .ask = ask_crl, .act = agree_to_crl},
                                 Action{.name = "sign-crl", .ask = ask_nothing, .act = sign_crl}};

}  // namespace

std::span<const Action> crl_actions() {
  return kCrlActions;
}

}  // namespace ceremony
