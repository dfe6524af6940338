// ceremony/secret_forms.h - tells by its form that a text holds a secret.
//
// People type free texts: a reason, a bag number, what they saw. Sooner or later somebody pastes a
// share into one. What is recognised, wherever it stands in a text:
// - a private key: PEM, or DER (PKCS #8) in hex, base64 or base64url; an age identity;
// - a locked share of Conclave: raw, or in hex, base64 or base64url;
// - a line of a printed share card: six groups of four, or 24 characters in one, with a right
//   check; all characters of a card in one, as its QR code has them;
// - six words of SLIP-39's list in a row, all whole or all cut after four letters, or twelve of
//   both: a passphrase as it is drawn, or words of a share; numbers between them do not count;
// - the first five again within what hex, base64 or base64url hide.
// What is not: random bytes alone (a key as hex looks like a digest), a passphrase of the own
// choice, a PIN. typed_secrets.h knows some of these by their value.

#pragma once

#include <functional>
#include <string_view>

#include "base/bytes.h"

namespace ceremony {

// What a text holds, in words that fit behind "holds"; "" for nothing. Never the value.
[[nodiscard]] std::string_view secret_form_in(std::string_view text);

// The same of one reading alone, as for_each_reading() gives it.
[[nodiscard]] std::string_view form_of_reading(base::ByteView reading);

// Calls `look` with the text, and with what stands in it as hex, base64 or base64url: each of its
// parts of 14 characters and more without a blank or '='; all parts without what is between them;
// the long parts alone, as of the lines of a file; and all that are nothing but hex. What was
// decoded is wiped after the look; nothing may keep it.
void for_each_reading(std::string_view text, const std::function<void(base::ByteView)>& look);

}  // namespace ceremony
