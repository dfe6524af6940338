// ceremony/record_guard.h - keeps secrets out of the record: out of the texts that people type,
// and, as the last guard, out of a record that is to be closed.
//
// Looked for are the forms of secret_forms.h, what was typed as a secret in this process
// (typed_secrets.h), and the keys that it holds at that moment: the journal's key, the KEK, values
// of shares, possession keys; each raw, or in hex, base64 or base64url.
// Source: reference/reliability.md section 5, fault 55.

#pragma once

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

// Before the record is closed or sealed: all entries of the journal, in the clear, which hold the
// public ones word for word, and what else lies in the ceremony's public folder. Of what was typed
// only long passphrases count here, because a short one may stand in a record by chance.
// Errors: kRefusedByPolicy, naming the entry (its number in the journal, and its type) or the file;
// kStorageFailure for a file that cannot be read.
base::Result<void> check_record_for_secrets(const Workplace& work);

}  // namespace ceremony
