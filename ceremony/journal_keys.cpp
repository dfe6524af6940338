#include "ceremony/journal_keys.h"

#include <optional>
#include <string>
#include <utility>

#include "base/text_encoding.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<base::SecretBytes> key_for_keeper(const Json& header, const base::SecretBytes& secret) {
  const auto public_key = keeper_public_key(secret);
  if (!public_key) {
    return public_key.error();
  }
  const std::string own = base::to_hex(*public_key);
  const Json keys = header.value("keys", Json::array());
  for (const Json& entry : keys) {
    const auto keeper = string_member(entry, "keeper");
    const auto sealed = string_member(entry, "sealed");
    if (keeper && sealed && *keeper == own) {
      return open_journal_key(secret, *sealed);
    }
  }
  return Error{ErrorCode::kRefusedByPolicy, "this journal is not sealed to this record keeper"};
}

}  // namespace

Result<Json> keeper_entries(const std::vector<X25519PublicKey>& keepers,
                            const base::SecretBytes& key) {
  Json list = Json::array();
  for (const X25519PublicKey& keeper : keepers) {
    auto sealed = seal_journal_key(key, keeper);
    if (!sealed) {
      return sealed.error();
    }
    list.push_back({{"keeper", base::to_hex(keeper)}, {"sealed", std::move(sealed).value()}});
  }
  return list;
}

Result<base::SecretBytes> find_journal_key(const Json& header, const KeySource& source) {
  std::optional<base::SecretBytes> key;
  if (source.journal_key != nullptr) {
    const auto reader = source.journal_key->read();
    key = base::SecretBytes::copy_of(reader.bytes());
  } else if (source.keeper_secret != nullptr) {
    auto opened = key_for_keeper(header, *source.keeper_secret);
    if (!opened) {
      return opened;
    }
    key = std::move(opened).value();
  } else {
    return Error{ErrorCode::kInvalidArgument,
                 "this journal is encrypted: the key from the resume ticket or a record keeper's "
                 "key is needed"};
  }
  const auto check = string_member(header, "check");
  if (key->size() != kJournalKeyBytes || !check || *check != journal_key_check(*key)) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "this is not the key of this journal; read it from the resume ticket once more"};
  }
  return std::move(*key);
}

}  // namespace ceremony
