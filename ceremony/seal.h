// ceremony/seal.h - the five lines that everybody signs at the end of a ceremony.
//
// Source: C2SP signed-note and tlog-checkpoint: origin, number of entries, RFC 6962 root in base64,
// then the extension lines "head sha256:HEX" and the sentence that people sign. The full seal has
// the lines of all signers and is confidential (its number of executives would tell n, or k at a
// recovery); the public seal is the same text without the executives' lines.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/signed_note.h"
#include "ceremony/transcript.h"

namespace ceremony {

// The last of the five lines, without its LF.
inline constexpr std::string_view kSealStatement =
    "statement: I took part in this key ceremony in the role recorded for my key, and this "
    "transcript is a true record of what I saw.";

// Whether a key name is an executive's: it contains "/ke/".
bool is_executive_name(std::string_view name);

// A fresh name for an executive's key: BASE/ke/TAG with 64 random bits as 16 hex digits.
std::string executive_name(std::string_view base);

// The text that is signed. Errors: kInvalidArgument for an origin that is empty or has blanks or
// control characters; kWrongState for a transcript without entries.
base::Result<std::string> seal_text(std::string_view origin, const Transcript& transcript);

// The full seal: the text, a blank line, and the signature lines in the order given.
// Errors: kInvalidArgument for a line that is none, two lines of one signer, or no line at all.
base::Result<std::string> make_seal(std::string_view text, const std::vector<std::string>& lines);

// The same text without the executives' lines. Errors: kMalformed; kInsufficient where no line
// would be left.
base::Result<std::string> make_public_seal(std::string_view full);

}  // namespace ceremony
