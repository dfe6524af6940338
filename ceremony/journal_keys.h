// ceremony/journal_keys.h - the journal key in the first line of a production journal.
//
// The line holds the key sealed to each record keeper ("keys") and a check value ("check") that
// tells whether a key is this journal's. docs/formats/record.md, "journal.log".

#pragma once

#include <vector>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "ceremony/journal_box.h"
#include "ceremony/json_lines.h"

namespace ceremony {

// What the journal key can be found with: one of the two. Borrowed.
struct KeySource {
  const base::SecretBytes* journal_key = nullptr;    // 32 bytes, from the resume ticket
  const base::SecretBytes* keeper_secret = nullptr;  // 32 bytes, X25519
};

// The list "keys": `key` sealed to each of `keepers`.
// Errors: kInvalidArgument for a bad public key.
base::Result<Json> keeper_entries(const std::vector<X25519PublicKey>& keepers,
                                  const base::SecretBytes& key);

// The journal key by ticket or by keeper, whichever `source` has, and proven to be the one that
// the data `header` of the first line speaks of.
// Errors: kInvalidArgument where neither is given or a keeper's secret is not 32 bytes;
// kMalformed for a bad sealed key; kRefusedByPolicy where the key is not this journal's.
base::Result<base::SecretBytes> find_journal_key(const Json& header, const KeySource& source);

}  // namespace ceremony
