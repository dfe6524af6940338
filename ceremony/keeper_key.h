// ceremony/keeper_key.h - a record keeper hands the own key in, to open journals of PRODUCTION.
//
// The key file is encrypted PKCS #8 (ca/key_file.h), as `conclave keeper new` makes it.

#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "ceremony/client/messages.h"

namespace ceremony {

// The names of the asks.
inline constexpr std::string_view kKeeperKey = "keeper-key";                // secret file
inline constexpr std::string_view kKeeperPassphrase = "keeper-passphrase";  // secret

// What a record keeper is asked for: key file and passphrase, both of which may stay away.
std::vector<client::Ask> keeper_asks();

// The X25519 secret (32 bytes) out of the key file that was handed in; nothing where none was.
// Errors: kInsufficient for a file without a passphrase; as ca::read_key_file().
base::Result<std::optional<base::SecretBytes>> keeper_secret_in(const client::Input& input);

}  // namespace ceremony
