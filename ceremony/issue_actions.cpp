// The acts that look at what is to be signed, and sign it.

#include <algorithm>
#include <array>
#include <utility>

#include "base/digest.h"
#include "base/text_encoding.h"
#include "ceremony/action.h"
#include "ceremony/drafts.h"
#include "ceremony/key_need.h"
#include "ceremony/ledger.h"
#include "ceremony/plan_next_ceremony.h"
#include "ceremony/site_facts.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<ca::Signer*> issuing_key(const Workplace& work) {
  if (!work.held.root_key) {
    return Error{ErrorCode::kWrongState, "the root key is not open; let a quorum open it first"};
  }
  return static_cast<ca::Signer*>(work.held.root_key.get());
}

std::string date_part(ca::Instant time) {
  return ca::text_of(time).substr(0, 10);
}

// The public entry for a certificate.
Publication certificate_entry(const ca::Certificate& certificate,
                              const std::string& profile,
                              base::ByteView issuer_key) {
  const auto& constraints = certificate.known().basic_constraints;
  const bool has_path = constraints && constraints->path_length;
  return {.type = "cert.issue",
          .data = {{"profile", profile},
                   {"subject", certificate.subject().text()},
                   {"serial", certificate.serial_hex()},
                   {"certificate", base::sha256_hex(certificate.der())},
                   {"public_key", base::sha256_hex(certificate.public_key_info())},
                   {"issuer_public_key", base::sha256_hex(issuer_key)},
                   {"not_before", date_part(certificate.not_before().instant)},
                   {"not_after", date_part(certificate.not_after().instant)},
                   {"path_length",
                    has_path ? static_cast<std::int64_t>(*constraints->path_length) : -1},
                   {"algorithm", ca::key_kind_of(certificate.public_key_info())}},
          .hidden = {}};
}

Json revoked_data(const ca::RevocationList& list) {
  Json revoked = Json::array();
  for (const ca::ListedRevocation& entry : list.entries()) {
    const auto reason = static_cast<ca::RevocationReason>(entry.reason.value_or(0));
    revoked.push_back({{"serial", base::to_hex(entry.serial)},
                       {"date", date_part(entry.revoked_at.instant)},
                       {"reason", ca::name_of(reason)}});
  }
  return revoked;
}

Result<Asking> ask_root(const Workplace& work) {
  auto draft = root_draft(work);
  if (!draft) {
    return std::move(draft).error();
  }
  return Asking{.subject = {}, .shown = ceremony::shown(draft->unsigned_form()), .asks = {}};
}

Result<Turn> agree(Workplace& /*work*/, client::Input& /*input*/) {
  return Turn{};
}

// Whether the certificate was signed before this ceremony was interrupted: it is not signed twice.
bool is_signed_already(const Workplace& work, const ca::Certificate& agreed) {
  if (!work.facts.contains("root-certificate")) {
    return false;
  }
  const auto before = root_of(work);
  return before && std::ranges::equal(before->tbs(), agreed.tbs()) &&
         before->verify_with(agreed.public_key_info());
}

Result<Turn> sign_root(Workplace& work, client::Input& /*input*/) {
  auto signer = issuing_key(work);
  if (!signer) {
    return std::move(signer).error();
  }
  auto draft = root_draft(work);
  if (!draft) {
    return std::move(draft).error();
  }
  if (is_signed_already(work, draft->unsigned_form())) {
    Turn turn;
    turn.public_note = "it was signed before the interruption, and is kept";
    return turn;
  }
  auto certificate = ca::sign_certificate(*draft, **signer);
  if (!certificate) {
    return std::move(certificate).error();
  }
  Turn turn;
  turn.facts = {{"root-certificate", base::to_base64(certificate->der())}};
  turn.publications.push_back(
      certificate_entry(*certificate, work.plan.root->profile, certificate->public_key_info()));
  turn.public_note = certificate->subject().text();
  return turn;
}

// A last CRL is one: nothing that is still valid is left out of it.
Result<ca::RevocationListDraft> fitting_crl_draft(const Workplace& work) {
  auto draft = crl_draft(work);
  if (!draft || work.plan.crl->profile == PlannedCrl().profile) {
    return draft;
  }
  auto home = home_site(work);
  auto ledger = home ? read_ledger(*home / "ledger") : Result<LedgerState>(home.error());
  auto unneeded = ledger ? check_unneeded(*ledger, draft->unsigned_form(), work.plan.date)
                         : Result<void>(ledger.error());
  return unneeded ? std::move(draft) : Result<ca::RevocationListDraft>(std::move(unneeded).error());
}

Result<Asking> ask_crl(const Workplace& work) {
  auto draft = fitting_crl_draft(work);
  if (!draft) {
    return std::move(draft).error();
  }
  std::vector<std::string> lines = ceremony::shown(draft->unsigned_form());
  for (const PlanFault& fault : compare_with_next_ceremony(work.plan)) {
    lines.push_back("Look at this: " + fault.message);
  }
  return Asking{.subject = {}, .shown = std::move(lines), .asks = {}};
}

Result<Turn> sign_crl(Workplace& work, client::Input& /*input*/) {
  auto signer = issuing_key(work);
  if (!signer) {
    return std::move(signer).error();
  }
  auto draft = fitting_crl_draft(work);
  if (!draft) {
    return std::move(draft).error();
  }
  auto list = ca::sign_revocation_list(*draft, **signer);
  if (!list) {
    return std::move(list).error();
  }
  const std::uint64_t number = list->number().value_or(0);
  Turn turn;
  turn.facts = {{"crl", {{"number", number}, {"der", base::to_base64(list->der())}}}};
  turn.publications.push_back(
      {.type = "crl.issue",
       .data = {{"number", number},
                {"crl", base::sha256_hex(list->der())},
                {"issuer_public_key", base::sha256_hex((*signer)->public_key_info())},
                {"this_update", date_part(list->this_update().instant)},
                {"next_update", date_part(list->next_update()->instant)},
                {"revoked", revoked_data(*list)}},
       .hidden = {}});
  turn.public_note = "CRL number " + std::to_string(number);
  return turn;
}

Result<Turn> check_requests(Workplace& work, client::Input& /*input*/) {
  auto drafts = request_drafts(work);
  if (!drafts) {
    return std::move(drafts).error();
  }
  if (drafts->empty()) {
    return Error{ErrorCode::kInconsistent,
                 "the plan names no request, so there is nothing to sign; correct the plan"};
  }
  Turn turn;
  Json serials = Json::array();
  for (const RequestDraft& one : *drafts) {
    serials.push_back(base::to_hex(one.draft.unsigned_form().serial()));
    turn.publications.push_back(
        {.type = "request.check",
         .data = {{"request", one.planned.sha256},
                  {"subject", one.request.subject().text()},
                  {"public_key", base::sha256_hex(one.request.public_key_info())},
                  {"result", "accepted"}},
         .hidden = {}});
  }
  turn.facts = {{"requests", std::move(serials)}};
  return turn;
}

Result<Asking> ask_certificates(const Workplace& work) {
  auto drafts = request_drafts(work);
  if (!drafts) {
    return std::move(drafts).error();
  }
  Asking asking;
  for (const RequestDraft& one : *drafts) {
    const std::vector<std::string> lines = ceremony::shown(one.draft.unsigned_form());
    asking.shown.insert(asking.shown.end(), lines.begin(), lines.end());
  }
  return asking;
}

// The name under which a certificate leaves: that of its request without its ending.
std::string delivery_name(const PlannedRequest& planned) {
  return std::filesystem::path(planned.file).stem().string();
}

Result<Turn> sign_requests(Workplace& work, client::Input& /*input*/) {
  auto signer = issuing_key(work);
  if (!signer) {
    return std::move(signer).error();
  }
  auto drafts = request_drafts(work);
  if (!drafts) {
    return std::move(drafts).error();
  }
  Turn turn;
  Json certificates = Json::array();
  for (const RequestDraft& one : *drafts) {
    auto certificate = ca::sign_certificate(one.draft, **signer);
    if (!certificate) {
      return std::move(certificate).error().while_doing(one.planned.file);
    }
    certificates.push_back({{"name", delivery_name(one.planned)},
                            {"serial", certificate->serial_hex()},
                            {"der", base::to_base64(certificate->der())}});
    turn.publications.push_back(
        certificate_entry(*certificate, one.planned.profile, (*signer)->public_key_info()));
  }
  turn.facts = {{"certificates", std::move(certificates)}};
  turn.public_note = "every certificate was linted, signed, parsed back and verified";
  return turn;
}

constexpr std::array kIssueActions{
    Action{.name = "show-root", .ask = ask_root, .act = agree},
    Action{.name = "sign-root", .ask = ask_nothing, .act = sign_root},
    Action{.name = "show-crl", .ask = ask_crl, .act = agree},
    Action{.name = "sign-crl", .ask = ask_nothing, .act = sign_crl},
    Action{.name = "check-requests", .ask = ask_nothing, .act = check_requests},
    Action{.name = "show-certificates", .ask = ask_certificates, .act = agree},
    Action{.name = "sign-requests", .ask = ask_nothing, .act = sign_requests}};

}  // namespace

std::span<const Action> issue_actions() {
  return kIssueActions;
}

}  // namespace ceremony
