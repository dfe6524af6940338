// The acts that look at what is to be signed, and sign it.

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/digest.h"
#include "base/digest_words.h"
#include "base/text_encoding.h"
#include "ceremony/action.h"
#include "ceremony/drafts.h"
#include "ceremony/key_facts.h"
#include "ceremony/request_decisions.h"
#include "ceremony/request_drafts.h"
#include "ceremony/request_signing.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

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

// What is public of a request that was looked at; of a refused one no more than that.
Publication request_entry(const RequestDecision& one) {
  const bool is_accepted = one.refusal.empty();
  return {
      .type = "request.check",
      .data = {{"request", one.planned.sha256},
               {"subject", one.subject},
               {"public_key", is_accepted ? base::sha256_hex(one.public_key_info) : std::string()},
               {"result", is_accepted ? "accepted" : "refused"}},
      .hidden = {}};
}

Error nothing_to_sign(const std::vector<RequestDecision>& decisions) {
  return Error{ErrorCode::kInconsistent,
               decisions.empty()
                   ? "the plan names no request, so there is nothing to sign; correct the plan"
                   : "no request can be signed: " + decisions.front().planned.file + ": " +
                         decisions.front().refusal};
}

Result<Turn> check_requests(Workplace& work, client::Input& /*input*/) {
  auto decided = decide_requests(work);
  if (!decided) {
    return std::move(decided).error();
  }
  Turn turn;
  Json decisions = Json::array();
  std::size_t accepted = 0;
  for (const RequestDecision& one : *decided) {
    turn.publications.push_back(request_entry(one));
    if (one.refusal.empty()) {
      ++accepted;
      decisions.push_back({{"serial", base::to_hex(one.serial)}});
    } else {
      decisions.push_back({{"refusal", one.refusal}});
    }
  }
  if (accepted == 0) {
    return nothing_to_sign(*decided);
  }
  turn.public_note = std::to_string(accepted) + " of " + std::to_string(decisions.size()) +
                     (decisions.size() == 1 ? " request" : " requests") + " accepted";
  turn.facts = {{"requests", std::move(decisions)}};
  return turn;
}

// More certificates than that are no longer read one by one.
constexpr std::size_t kShownOneByOne = 12;

// What the room sees of many: how many, under which terms, and what was refused.
Result<std::vector<std::string>> summary_of(const Plan& plan, std::size_t accepted) {
  std::vector<std::string> lines{"Certificates: " + std::to_string(accepted)};
  if (plan.batch) {
    const PlannedRequest& terms = plan.batch->terms;
    lines.push_back("Profile: " + terms.profile);
    lines.push_back("Not before: " + terms.not_before + ", not after: " + terms.not_after);
    const auto digest = base::parse_digest_hex(plan.batch->sha256);
    lines.push_back("List of the requests: " +
                    (digest ? base::digest_words(*digest) : plan.batch->sha256));
  }
  return lines;
}

// How many were accepted when the requests were checked.
std::size_t accepted_of(const Json& decisions) {
  return static_cast<std::size_t>(
      std::ranges::count_if(decisions, [](const Json& one) { return one.contains("serial"); }));
}

// What was refused when the requests were checked.
Result<std::vector<std::string>> refusals_of(const Workplace& work, const Json& decisions) {
  auto requests = all_requests(work.plan, work.room.transfer_in);
  if (!requests) {
    return std::move(requests).error();
  }
  std::vector<std::string> refused;
  for (std::size_t i = 0; i < std::min(decisions.size(), requests->size()); ++i) {
    if (decisions.at(i).contains("refusal")) {
      refused.push_back("Refused: " + (*requests)[i].file + ": " +
                        decisions.at(i).at("refusal").get<std::string>());
    }
  }
  return refused;
}

// Each of a few, as it would be signed.
Result<std::vector<std::string>> shown_one_by_one(const Workplace& work) {
  std::vector<std::string> lines;
  auto looked = for_each_request(work, [&](RequestLook& one) -> Result<void> {
    if (one.draft) {
      std::ranges::move(ceremony::shown(one.draft->draft.unsigned_form()),
                        std::back_inserter(lines));
    }
    return {};
  });
  return looked ? Result<std::vector<std::string>>(std::move(lines))
                : Result<std::vector<std::string>>(std::move(looked).error());
}

Result<Asking> ask_certificates(const Workplace& work) {
  auto decisions = work.fact("requests");
  auto refused = decisions ? refusals_of(work, *decisions)
                           : Result<std::vector<std::string>>(decisions.error());
  if (!refused) {
    return std::move(refused).error();
  }
  const std::size_t accepted = accepted_of(*decisions);
  // Of many nothing need be worked out again to be shown.
  auto lines = accepted > kShownOneByOne ? summary_of(work.plan, accepted) : shown_one_by_one(work);
  if (!lines) {
    return std::move(lines).error();
  }
  Asking asking{.subject = {}, .shown = std::move(*lines), .asks = {}};
  const std::size_t shown = std::min(refused->size(), kShownOneByOne);
  asking.shown.insert(
      asking.shown.end(), refused->begin(), refused->begin() + static_cast<std::ptrdiff_t>(shown));
  if (refused->size() > shown) {
    asking.shown.push_back("Refused, too: " + std::to_string(refused->size() - shown) +
                           " more; each with its reason in the results");
  }
  return asking;
}

// What is told of one request in the results that leave with the certificates.
Json result_of(const PlannedRequest& planned) {
  return {{"file", planned.file}, {"sha256", planned.sha256}};
}

// What came of a request, for those outside, the sites and the public.
void add_to_turn(const SignedRequest& one, const base::Bytes& issuer_key, Turn& turn) {
  Json result = result_of(one.planned);
  if (!one.certificate) {
    result["result"] = "refused";
    result["reason"] = one.refusal;
    turn.facts["results"].push_back(std::move(result));
    return;
  }
  const ca::Certificate& certificate = *one.certificate;
  result["result"] = "issued";
  result["certificate"] = delivery_name(one.planned) + ".pem";
  result["serial"] = certificate.serial_hex();
  result["certificate_sha256"] = base::sha256_hex(certificate.der());
  turn.facts["results"].push_back(std::move(result));
  turn.facts["certificates"].push_back({{"name", delivery_name(one.planned)},
                                        {"serial", certificate.serial_hex()},
                                        {"der", base::to_base64(certificate.der())}});
  turn.publications.push_back(certificate_entry(certificate, one.planned.profile, issuer_key));
}

Result<Turn> sign_requests(Workplace& work, client::Input& /*input*/) {
  auto signer = issuing_key(work);
  if (!signer) {
    return std::move(signer).error();
  }
  Turn turn;
  turn.facts = {{"certificates", Json::array()}, {"results", Json::array()}};
  const base::Bytes issuer_key = (*signer)->public_key_info();
  auto signed_all =
      sign_each_request(work, **signer, [&](const SignedRequest& one) -> Result<void> {
        add_to_turn(one, issuer_key, turn);
        return {};
      });
  if (!signed_all) {
    return std::move(signed_all).error();
  }
  turn.public_note = "every certificate was linted, signed, parsed back and verified";
  return turn;
}

constexpr std::array kIssueActions{
    Action{.name = "show-root", .ask = ask_root, .act = agree},
    Action{.name = "sign-root", .ask = ask_nothing, .act = sign_root},
    Action{.name = "check-requests", .ask = ask_nothing, .act = check_requests},
    Action{.name = "show-certificates", .ask = ask_certificates, .act = agree},
    Action{.name = "sign-requests", .ask = ask_nothing, .act = sign_requests}};

}  // namespace

std::span<const Action> issue_actions() {
  return kIssueActions;
}

}  // namespace ceremony
