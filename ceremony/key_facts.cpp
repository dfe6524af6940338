#include "ceremony/key_facts.h"

#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "base/text_encoding.h"
#include "ca/public_key.h"
#include "ceremony/vault.h"

namespace ceremony {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<KeyFacts> key_facts(const Workplace& work) {
  auto text = work.text_fact("public-key");
  if (!text) {
    return std::move(text).error();
  }
  auto info = base::from_base64(*text);
  if (!info) {
    return std::move(info).error();
  }
  auto algorithm = ca::algorithm_of_public_key(*info);
  if (!algorithm) {
    return std::move(algorithm).error();
  }
  KeyFacts facts{.algorithm = *algorithm, .public_key_info = {}, .public_key_sha256 = {}};
  facts.public_key_sha256 = base::sha256_hex(*info);
  facts.public_key_info = std::move(info).value();
  return facts;
}

Result<ca::Signer*> issuing_key(const Workplace& work) {
  if (!work.held.root_key) {
    return Error{ErrorCode::kWrongState, "the root key is not open; let a quorum open it first"};
  }
  return static_cast<ca::Signer*>(work.held.root_key.get());
}

Result<Json> public_key_fact(base::ByteView public_key_info) {
  auto algorithm = ca::algorithm_of_public_key(public_key_info);
  if (!algorithm) {
    return std::move(algorithm).error();
  }
  return Json(base::to_base64(public_key_info));
}

Result<ca::DistinguishedName> distinguished_name_of(const PlannedName& name) {
  return ca::DistinguishedName::of({{.type = "C", .value = name.country},
                                    {.type = "O", .value = name.organization},
                                    {.type = "CN", .value = name.common_name}});
}

Result<base::Bytes> read_blob(const std::filesystem::path& folder) {
  constexpr std::size_t kLargestBlob = 4096;  // bytes
  return base::read_file(folder / kBlobFile, kLargestBlob);
}

Turn key_wrapped(Workplace& work, ca::Kek kek, base::ByteView blob) {
  work.held.kek = std::move(kek);
  Turn turn;
  turn.facts = {{"blob", base::sha256_hex(blob)}};
  turn.publications.push_back(
      {.type = "key.wrap",
       .data = {{"scheme", "aes-256-kwp"}, {"opened_by", "other-implementation"}},
       .hidden = {}});
  return turn;
}

}  // namespace ceremony
