// The acts in which a signing key that was restored asks for its certificate.

#include <algorithm>
#include <array>
#include <utility>

#include "base/digest.h"
#include "base/digest_words.h"
#include "base/text_encoding.h"
#include "ca/request_writer.h"
#include "ca/signing_request.h"
#include "ceremony/action.h"
#include "ceremony/key_facts.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// The name that the plan asks for.
Result<ca::DistinguishedName> planned_name(const Workplace& work) {
  if (!work.plan.signing_key) {
    return Error{ErrorCode::kInconsistent, "the plan has no section [signing_key]; correct it"};
  }
  return distinguished_name_of(work.plan.signing_key->name);
}

Result<Asking> ask_request(const Workplace& work) {
  auto name = planned_name(work);
  if (!name) {
    return std::move(name).error();
  }
  auto key = key_facts(work);
  if (!key) {
    return std::move(key).error();
  }
  return Asking{.subject = {},
                .shown = {"Subject: " + name->text(),
                          "Key: " + base::digest_words(base::sha256(key->public_key_info))},
                .asks = {}};
}

Result<Turn> agree_to_request(Workplace& /*work*/, client::Input& /*input*/) {
  return Turn{};
}

// Whether this key has asked for this name before the ceremony was interrupted.
bool has_asked_already(const Workplace& work,
                       const ca::DistinguishedName& name,
                       base::ByteView public_key_info) {
  if (!work.facts.contains("key-request")) {
    return false;
  }
  const auto der = base::from_base64(work.text_fact("key-request").value());
  const auto request =
      der ? ca::SigningRequest::parse(*der) : Result<ca::SigningRequest>(der.error());
  return request && request->subject() == name && ca::is_acceptable(request->check({})) &&
         std::ranges::equal(request->public_key_info(), public_key_info);
}

// The request, looked at as the one who certifies the key will look at it.
Result<ca::SigningRequest> new_request(const ca::DistinguishedName& name, ca::Signer& signer) {
  auto der = ca::write_request(name, signer);
  if (!der) {
    return std::move(der).error();
  }
  auto request = ca::SigningRequest::parse(*der);
  if (!request) {
    return request;
  }
  for (const base::Finding& finding : request->check({})) {
    if (finding.severity == base::Severity::kError) {
      return Error{ErrorCode::kRefusedByPolicy,
                   finding.message + " [" + finding.rule + "; " + finding.source + "]"};
    }
  }
  return request;
}

Result<Turn> sign_request(Workplace& work, client::Input& /*input*/) {
  if (!work.held.root_key) {
    return Error{ErrorCode::kWrongState, "the signing key is not open; let a quorum open it first"};
  }
  auto name = planned_name(work);
  if (!name) {
    return std::move(name).error();
  }
  ca::Signer& signer = *work.held.root_key;
  if (has_asked_already(work, *name, signer.public_key_info())) {
    Turn turn;
    turn.public_note = "it was signed before the interruption, and is kept";
    return turn;
  }
  auto request = new_request(*name, signer);
  if (!request) {
    return std::move(request).error();
  }
  Turn turn;
  turn.facts = {{"key-request", base::to_base64(request->der())}};
  turn.publications.push_back(
      {.type = "key.request",
       .data = {{"subject", request->subject().text()},
                {"public_key", base::sha256_hex(request->public_key_info())},
                {"request", base::digest_hex(request->digest())}},
       .hidden = {}});
  turn.public_note = "the request, in words: " + base::digest_words(request->digest());
  return turn;
}

constexpr std::array kSigningKeyActions{
    Action{.name = "show-key-request", .ask = ask_request, .act = agree_to_request},
    Action{.name = "sign-key-request", .ask = ask_nothing, .act = sign_request}};

}  // namespace

std::span<const Action> signing_key_actions() {
  return kSigningKeyActions;
}

}  // namespace ceremony
