// ceremony/journal_box.h - how a line of the journal is encrypted on the medium in PRODUCTION.
//
// XChaCha20-Poly1305 under the journal key, a random nonce a line, and the clear beginning of the
// line as associated data; so a line cannot be moved. The key is sealed to each record keeper
// (libsodium crypto_box_seal: X25519, XSalsa20-Poly1305). docs/formats/record.md, "journal.log".

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"

namespace ceremony {

inline constexpr std::size_t kJournalKeyBytes = 32;

using X25519PublicKey = std::array<std::uint8_t, 32>;

// What stands on the medium beside the box, and is bound to it.
struct BoxedText {
  std::string_view line_start;  // {"v":1,"i":N,"prev":"HEX"
  std::string_view text;        // to be encrypted, or base64url of nonce || box
};

// base64url of nonce (24) || ciphertext || tag (16). Requires a key of kJournalKeyBytes.
std::string encrypt_line(const base::SecretBytes& key, const BoxedText& clear);

// Errors: kMalformed; kInconsistent where the box was not made by this key for this line.
base::Result<std::string> decrypt_line(const base::SecretBytes& key, const BoxedText& box);

// The key for one keeper: base64url of 80 bytes. Errors: kInvalidArgument for a bad public key.
base::Result<std::string> seal_journal_key(const base::SecretBytes& key,
                                           const X25519PublicKey& keeper);

// The public key of a keeper's secret (32 bytes). Errors: kInvalidArgument.
base::Result<X25519PublicKey> keeper_public_key(const base::SecretBytes& secret);

// Opens what seal_journal_key() made. Errors: kMalformed; kRefusedByPolicy where it was sealed to
// somebody else; kInvalidArgument for a secret that is not 32 bytes.
base::Result<base::SecretBytes> open_journal_key(const base::SecretBytes& keeper_secret,
                                                 std::string_view sealed);

// 32 hex digits that tell whether a key is this journal's: BLAKE2b-128, keyed with it.
std::string journal_key_check(const base::SecretBytes& key);

// The key as people copy it from the resume ticket: 16 groups of 4 hex digits.
base::SecretBytes ticket_text(const base::SecretBytes& key);

// Reads what ticket_text() wrote; blanks, line ends and '-' anywhere, either case.
// Errors: kMalformed; the message shows nothing of what was typed.
base::Result<base::SecretBytes> key_of_ticket(const base::SecretBytes& text);

}  // namespace ceremony
