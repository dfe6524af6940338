// ceremony/record_guard.h - keeps secrets out of the record: out of the texts that people type,
// and, as the last guard, out of a record that is to be closed.
//
// Looked for are the forms of secret_forms.h, what was typed as a secret in this process
// (typed_secrets.h), and the keys that it holds at that moment: the journal's key, the KEK, values
// of shares, possession keys; each raw, or in hex, base64 or base64url.
// Source: reference/reliability.md section 5, fault 55.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ceremony/action.h"

namespace ceremony {

// A text that somebody typed, and the name of what was asked for.
struct TypedText {
  std::string_view name;
  std::string_view text;
};

// Before anything of it is recorded. Errors: kRefusedByPolicy, naming what was asked for and what
// the text seems to be; never the text.
base::Result<void> check_typed_text(const Workplace& work, const TypedText& typed);

// The same for all texts that a step was given, but for a share that is handed in as such: its
// lines are what was asked for, and they are in no record.
base::Result<void> check_typed_texts(const Workplace& work, const client::Input& input);

// A message that may say what was typed, as it may stand in the record.
std::string without_secrets(const Workplace& work, const std::string& message);

// Type of the journal's entries about what looked like a secret, and is none.
inline constexpr std::string_view kNoSecretEntry = "no-secret";

// What seems to be a secret in the record, and where. Never its value.
struct FoundSecret {
  std::string where;      // `entry 12 of the journal ("exception"), "/seen"`, or a public file
  std::string_view what;  // in words that fit behind "holds"
};

// The first in the record of which the people have not said that it is none: all entries of the
// journal, in the clear, which hold the public ones word for word, and what else lies in the
// ceremony's public folder. Of what was typed only long passphrases count here, because a short one
// may stand in a record by chance. Errors: kStorageFailure for a file or folder that cannot be
// read.
base::Result<std::optional<FoundSecret>> find_secret_in_record(const Workplace& work);

// Before the record is closed or sealed. Errors: kRefusedByPolicy for what find_secret_in_record()
// finds; the same errors.
base::Result<void> check_record_for_secrets(const Workplace& work);

// Two people looked there, and say that it is none (an entry of the journal).
base::Result<void> note_no_secret(const Workplace& work, const FoundSecret& found);

}  // namespace ceremony
