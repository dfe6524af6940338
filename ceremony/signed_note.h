// ceremony/signed_note.h - a text with one signature line per signer.
//
// Source: C2SP signed-note (c2sp.org/signed-note). Signature types 0x01 (Ed25519, RFC 8032) and
// 0x02 (ECDSA over SHA-256, here P-256 alone), nothing else. Anybody's line can be taken away and
// the others still stand: that is how the public seal keeps the number of executives to itself.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"

namespace ceremony {

enum class NoteAlgorithm : std::uint8_t { kEd25519 = 0x01, kP256 = 0x02 };

// A verifier key: who signs, and the public key. Written NAME+HASH+BASE64(type || key).
struct Vkey {
  std::string name;  // no blanks, no '+', e.g. "pki.example/root-g1/witness"
  NoteAlgorithm algorithm = NoteAlgorithm::kEd25519;
  base::Bytes public_key;                  // Ed25519: 32 bytes. P-256: SubjectPublicKeyInfo, DER
  std::array<std::uint8_t, 4> key_hash{};  // Ed25519: SHA-256(name || 0x0A || 0x01 || key)[:4];
                                           // P-256: SHA-256(SubjectPublicKeyInfo)[:4]

  [[nodiscard]] std::string text() const;
  bool operator==(const Vkey&) const = default;
};

// What a key is made from; key_hash is computed.
struct VkeyParts {
  std::string name;
  NoteAlgorithm algorithm = NoteAlgorithm::kEd25519;
  base::Bytes public_key;
};

// Errors: kInvalidArgument for a name that a note cannot hold or a public key of another form.
base::Result<Vkey> make_vkey(VkeyParts parts);

// Errors: kMalformed, also where the hash does not belong to name and key.
base::Result<Vkey> parse_vkey(std::string_view text);

// Somebody who signs here: the Ed25519 seed (32 bytes) lives in secret memory.
struct NoteSigner {
  std::string name;
  base::SecretBytes seed;
};

// Errors: kInvalidArgument for a bad name or a seed that is not 32 bytes.
base::Result<Vkey> vkey_of(const NoteSigner& signer);

// The signature line of `signer` under `text`, with its LF: "EM-DASH SP NAME SP BASE64 LF".
// Errors: kInvalidArgument for a bad name or seed, or for a text that is no note text (it ends in
// LF, is UTF-8, and has no control character but LF).
base::Result<std::string> sign_note_line(const NoteSigner& signer, std::string_view text);

// One signature line, taken apart.
struct NoteSignature {
  std::string name;
  std::array<std::uint8_t, 4> key_hash{};
  base::Bytes signature;

  // The line with its LF.
  [[nodiscard]] std::string line() const;
  bool operator==(const NoteSignature&) const = default;
};

struct SignedNote {
  std::string text;  // with its last LF, without the blank line
  std::vector<NoteSignature> signatures;

  [[nodiscard]] std::string whole() const;
};

// At most 100 signatures and 1 MiB. Errors: kMalformed; parse_signed_note(x).whole() == x.
base::Result<SignedNote> parse_signed_note(std::string_view note);

// One signature line with its LF, such as an auditor's own machine hands back. Errors: kMalformed.
base::Result<NoteSignature> parse_signature_line(std::string_view line);

// A text and the signature that is said to stand under it.
struct SignedText {
  std::string_view text;
  const NoteSignature* signature = nullptr;
};

// Whether `key` made the signature over the text. Ed25519 is checked strictly (libsodium: canonical
// S, no key or R of small order). Errors: kInconsistent where name, hash or signature do not fit.
base::Result<void> verify_signature(const Vkey& key, const SignedText& signed_text);

}  // namespace ceremony
