// ceremony/officer_line.h - how an officer signs the record: with the own key file here, or with a
// line that was signed on the officer's own machine.
//
// The key file is encrypted PKCS #8 (ca/key_file.h) and lies on the officer's stick. The line is
// what a signed note holds (ceremony/signed_note.h); it is the only way for a P-256 key, which
// never leaves its card.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/client/messages.h"
#include "ceremony/plan.h"

namespace ceremony {

// The names of the asks.
inline constexpr std::string_view kSigningKey = "signing-key";                // secret file
inline constexpr std::string_view kSigningPassphrase = "signing-passphrase";  // secret
inline constexpr std::string_view kSignatureLine = "signature-line";          // text

// What an officer of that role is asked for: key file and passphrase, or the line.
std::vector<client::Ask> officer_asks(std::string_view role);

// Who signs what.
struct ToSign {
  const PlannedSigner& officer;
  std::string_view text;  // of the seal
};

// The officer's signature line, with its LF. A line from elsewhere is verified before it counts.
// Errors: kInsufficient where neither was handed in, or no passphrase; kMalformed for what is no
// key file or no line; kRefusedByPolicy where the passphrase does not open the key, or the key is
// not the one that the plan names; kInconsistent for a line under another text or by another key.
base::Result<std::string> officer_line(const ToSign& what, const client::Input& input);

}  // namespace ceremony
