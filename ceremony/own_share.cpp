#include "ceremony/own_share.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text_encoding.h"
#include "ceremony/turns.h"
#include "shamir/verify_share.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// The public half that was noted for a holder at the birth of the set.
Result<shamir::PossessionPublicKey> noted_key(const Workplace& work, std::size_t number) {
  const PlannedHolder& holder = work.annex.holders[number];
  auto bytes = base::from_hex(holder.possession_key);
  shamir::PossessionPublicKey key{};
  if (!bytes || bytes->size() != key.size()) {
    return Error{ErrorCode::kInconsistent,
                 "the annex does not say with which key the share of seat " + holder.seat +
                     " proves itself; copy \"possession_key\" from the confidential record of its "
                     "making"};
  }
  std::ranges::copy(*bytes, key.begin());
  return key;
}

}  // namespace

Result<shamir::HeldShare> open_own_share(const Workplace& work,
                                         client::Input& input,
                                         std::size_t number,
                                         base::ByteView envelope) {
  auto header = set_of(work, WhichSet::kNew);
  if (!header) {
    return std::move(header).error();
  }
  auto passphrase = passphrase_of(input);
  if (!passphrase) {
    return std::move(passphrase).error();
  }
  const std::string label = "the card of seat " + work.annex.holders[number].seat;
  return shamir::verify_share(*header,
                              {.envelope = envelope, .passphrase = *passphrase, .label = label});
}

Result<shamir::PossessionSignature> prove_possession(const Workplace& work,
                                                     const shamir::HeldShare& held,
                                                     const OwnProof& proof) {
  auto noted = noted_key(work, proof.number);
  if (!noted) {
    return std::move(noted).error();
  }
  const auto key = shamir::PossessionKey::of(held);
  if (key.public_key() != *noted) {
    return Error{ErrorCode::kInconsistent,
                 "this share does not prove itself with the key that was noted for seat " +
                     work.annex.holders[proof.number].seat +
                     "; it is another holder's, or not the one that was handed out; raise an "
                     "exception"};
  }
  const shamir::PossessionMessage message{.context = proof.context, .message = proof.message};
  auto signature = key.sign(message);
  if (!signature) {
    return signature;
  }
  auto proven = shamir::verify_possession(*noted, message, *signature);
  return proven ? signature : Result<shamir::PossessionSignature>(std::move(proven).error());
}

Result<void> check_brought_proof(const Workplace& work,
                                 std::string_view hex,
                                 const OwnProof& proof) {
  auto noted = noted_key(work, proof.number);
  if (!noted) {
    return std::move(noted).error();
  }
  auto bytes = base::from_hex(hex);
  shamir::PossessionSignature signature{};
  if (!bytes || bytes->size() != signature.size()) {
    return Error{ErrorCode::kMalformed,
                 "this is not a proof: conclave-verify prints 128 digits of 0-9 and a-f behind "
                 "\"proof:\"; type them again"};
  }
  std::ranges::copy(*bytes, signature.begin());
  auto proven = shamir::verify_possession(
      *noted, {.context = proof.context, .message = proof.message}, signature);
  if (!proven) {
    return Error{ErrorCode::kInconsistent,
                 "this proof is not that of seat " + work.annex.holders[proof.number].seat +
                     " for today's challenge: it is an old one, another share's, or mistyped; let "
                     "the share sign the challenge that is shown here"};
  }
  return {};
}

}  // namespace ceremony
