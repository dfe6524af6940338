// The acts that look at artefacts, agree to them, and sign them under a split signing key.

#include <array>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "base/digest_words.h"
#include "base/text_encoding.h"
#include "ceremony/action.h"
#include "ceremony/artefacts.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// What must be so before anybody enters a share for it.
Result<void> check_artefact_plan(const Workplace& work) {
  if (work.facts.contains("root-certificate")) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "this is the vault of a root, and a root signs certificates and CRLs and nothing "
                 "else; nothing was signed; bring the vault of the signing key"};
  }
  if (work.plan.artefacts.empty()) {
    return Error{ErrorCode::kInconsistent,
                 "the plan names no artefact, so there is nothing to sign; correct the plan"};
  }
  if (work.room.transfer_out.empty()) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "there is no medium on which the signatures could leave; nothing was signed; "
                 "bring the transfer stick"};
  }
  return {};
}

Result<Turn> check_artefacts(Workplace& work, client::Input& /*input*/) {
  if (auto fits = check_artefact_plan(work); !fits) {
    return std::move(fits).error();
  }
  auto chain = signing_chain(work);
  if (!chain) {
    return std::move(chain).error();
  }
  Json digests = Json::array();
  for (const PlannedArtefact& planned : work.plan.artefacts) {
    if (auto content = read_artefact(work, planned); !content) {
      return std::move(content).error();
    }
    digests.push_back(planned.sha256);
  }
  Turn turn;
  turn.facts = {{"artefacts", std::move(digests)},
                {"signing-certificate", base::to_base64(chain->front().der())}};
  turn.public_note = "every file is the one of the plan";
  return turn;
}

Result<Asking> ask_artefacts(const Workplace& work) {
  auto chain = signing_chain(work);
  if (!chain) {
    return std::move(chain).error();
  }
  const ca::Certificate& certificate = chain->front();
  Asking asking;
  asking.shown = {"Signed as: " + certificate.subject().text(),
                  "By the certificate: " + base::digest_words(certificate.fingerprint())};
  for (const PlannedArtefact& planned : work.plan.artefacts) {
    auto digest = base::parse_digest_hex(planned.sha256);
    if (!digest) {
      return std::move(digest).error();
    }
    asking.shown.push_back("File: " + planned.file);
    asking.shown.push_back("SHA-256: " + base::digest_words(*digest));
    asking.shown.push_back(planned.form == "raw" ? "Form: the bare signature over the file"
                                                 : "Form: CMS, beside the file");
  }
  return asking;
}

Result<Turn> agree_to_artefacts(Workplace& /*work*/, client::Input& /*input*/) {
  return Turn{};
}

// The signature that was made of it before this ceremony was interrupted: it is not signed twice.
std::optional<base::Bytes> signed_already(const Workplace& work, const ArtefactJob& job) {
  const auto found = work.facts.find("signatures");
  if (found == work.facts.end()) {
    return std::nullopt;
  }
  for (const Json& one : found->second) {
    auto signature = one.at("name") == signature_name(job.planned)
                         ? base::from_base64(one.at("signature").get<std::string>())
                         : Result<base::Bytes>(base::Bytes());
    if (signature && verify_artefact(job, *signature)) {
      return std::move(signature).value();
    }
  }
  return std::nullopt;
}

Publication artefact_entry(const ArtefactJob& job, base::ByteView signature) {
  return {.type = "artefact.sign",
          .data = {{"artefact", job.planned.sha256},
                   {"form", job.planned.form},
                   {"signature", base::sha256_hex(signature)},
                   {"certificate", base::sha256_hex(job.chain.front().der())}},
          .hidden = {}};
}

// Signs one, or keeps what was signed; adds it to the turn.
Result<void> sign_one(Workplace& work, const ArtefactJob& job, Turn& turn) {
  std::optional<base::Bytes> signature = signed_already(work, job);
  if (!signature) {
    auto made = sign_artefact(work, job, *work.held.root_key);
    if (!made) {
      return std::move(made).error().while_doing(job.planned.file);
    }
    turn.publications.push_back(artefact_entry(job, *made));
    signature = std::move(made).value();
  }
  turn.facts["signatures"].push_back(
      {{"name", signature_name(job.planned)}, {"signature", base::to_base64(*signature)}});
  return {};
}

Result<Turn> sign_artefacts(Workplace& work, client::Input& /*input*/) {
  if (!work.held.root_key) {
    return Error{ErrorCode::kWrongState, "the signing key is not open; let a quorum open it first"};
  }
  auto chain = signing_chain(work);
  if (!chain) {
    return std::move(chain).error();
  }
  Turn turn;
  turn.facts = {{"signatures", Json::array()}};
  for (const PlannedArtefact& planned : work.plan.artefacts) {
    auto content = read_artefact(work, planned);
    if (!content) {
      return std::move(content).error();
    }
    auto done = sign_one(work, {.planned = planned, .content = *content, .chain = *chain}, turn);
    if (!done) {
      return std::move(done).error();
    }
  }
  turn.public_note = turn.publications.empty()
                         ? "all was signed before the interruption, and is kept"
                         : "every signature was read back and verified";
  return turn;
}

constexpr std::array kArtefactActions{
    Action{.name = "check-artefacts", .ask = ask_nothing, .act = check_artefacts},
    Action{.name = "show-artefacts", .ask = ask_artefacts, .act = agree_to_artefacts},
    Action{.name = "sign-artefacts", .ask = ask_nothing, .act = sign_artefacts}};

}  // namespace

std::span<const Action> artefact_actions() {
  return kArtefactActions;
}

}  // namespace ceremony
