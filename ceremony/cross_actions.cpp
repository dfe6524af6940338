// The acts in which a root asks another root for a cross-certificate.

#include <array>
#include <utility>

#include "base/digest.h"
#include "base/digest_words.h"
#include "base/text_encoding.h"
#include "ca/extension.h"
#include "ca/request_writer.h"
#include "ca/signing_request.h"
#include "ceremony/action.h"
#include "ceremony/drafts.h"
#include "ceremony/issued_facts.h"
#include "ceremony/key_facts.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// What the request asks for beside name and key: the key identifier that the certificates below
// this root name, without which a path through the new certificate would not be found.
std::vector<ca::Extension> asked_extensions(const ca::Certificate& root) {
  const ca::Extension* const identifier = root.find(ca::oid::kSubjectKeyIdentifier);
  return identifier == nullptr ? std::vector<ca::Extension>()
                               : std::vector<ca::Extension>{*identifier};
}

Result<Asking> ask_cross_request(const Workplace& work) {
  if (work.room.transfer_out.empty()) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "there is no medium on which the request could leave; nothing was signed; bring "
                 "the transfer stick"};
  }
  auto root = root_of(work);
  if (!root) {
    return std::move(root).error();
  }
  return Asking{
      .subject = {},
      .shown = {"Subject: " + root->subject().text(),
                "Key: " + base::digest_words(base::sha256(root->public_key_info())),
                "Key identifier: " +
                    base::to_hex(root->known().subject_key_identifier.value_or(base::Bytes()))},
      .asks = {}};
}

Result<Turn> agree_to_cross_request(Workplace& /*work*/, client::Input& /*input*/) {
  return Turn{};
}

// The request, looked at as whoever certifies the key will look at it.
Result<ca::SigningRequest> new_cross_request(const ca::Certificate& root, ca::Signer& signer) {
  auto der = ca::write_request(root.subject(), signer, asked_extensions(root));
  if (!der) {
    return std::move(der).error();
  }
  return cross_request_as_signed(base::to_base64(*der), root);
}

Turn kept_request() {
  Turn turn;
  turn.public_note = "it was signed before the interruption, and is kept";
  return turn;
}

Result<Turn> sign_cross_request(Workplace& work, client::Input& /*input*/) {
  auto signer = issuing_key(work);
  auto root = signer ? root_of(work) : Result<ca::Certificate>(signer.error());
  if (!root) {
    return std::move(root).error();
  }
  const auto before = work.facts.find("cross-request");
  if (before != work.facts.end() && cross_request_as_signed(before->second, *root)) {
    return kept_request();
  }
  auto request = new_cross_request(*root, **signer);
  if (!request) {
    return std::move(request).error();
  }
  Turn turn;
  turn.facts = {{"cross-request", base::to_base64(request->der())}};
  turn.publications.push_back(
      {.type = "cross.request",
       .data = {{"subject", request->subject().text()},
                {"public_key", base::sha256_hex(request->public_key_info())},
                {"certificate", base::sha256_hex(root->der())},
                {"request", base::digest_hex(request->digest())}},
       .hidden = {}});
  turn.public_note = "the request, in words: " + base::digest_words(request->digest());
  return turn;
}

constexpr std::array kCrossActions{
    Action{.name = "show-cross-request", .ask = ask_cross_request, .act = agree_to_cross_request},
    Action{.name = "sign-cross-request", .ask = ask_nothing, .act = sign_cross_request}};

}  // namespace

std::span<const Action> cross_actions() {
  return kCrossActions;
}

}  // namespace ceremony
