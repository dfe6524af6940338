// shamir/passphrase.h - what a holder types to open the own share, in the one form that is hashed.
//
// Source: Unicode Standard Annex #15, NFKC, by utf8proc: the same passphrase gives the same bytes
// whether a keyboard sends an accented letter as one character or as two.
// Compatible with Python: " ".join(unicodedata.normalize("NFKC", text).split(" ")) without empty
// pieces.

#pragma once

#include <cstddef>
#include <utility>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace shamir {

// Drawn by default: six of 1024 words, 60 bits. With Argon2id at 1 GiB and 4 passes (3.5 s and
// 1 GiB a guess on a ceremony machine) half of them take about 6 * 10^10 machine years, and what
// was guessed is one share of the several that are needed.
inline constexpr std::size_t kDrawnWords = 6;

// What is taken as typed, in bytes of UTF-8.
inline constexpr std::size_t kLongestPassphrase = 1024;

// A passphrase in NFKC, runs of blanks made one, none at the ends. Move-only, wiped at its end.
class Passphrase {
 public:
  // From what was typed, in UTF-8. A final line end (LF or CR LF, as files have) does not count.
  // Errors: kInvalidArgument, without repeating any of it: empty, too long, not UTF-8, or with
  // control characters, invisible characters or characters that Unicode has not assigned (whose
  // NFKC may change one day, and then the passphrase would not open its card).
  static base::Result<Passphrase> from_typed(const base::SecretBytes& utf8);

  // `words` words drawn uniformly from the SLIP-39 list, single blanks between; at least
  // kDrawnWords, where fewer are asked for.
  static Passphrase drawn(std::size_t words = kDrawnWords);

  // The bytes that are hashed, and shown to its holder alone.
  [[nodiscard]] const base::SecretBytes& text() const { return text_; }

 private:
  explicit Passphrase(base::SecretBytes text) : text_(std::move(text)) {}

  base::SecretBytes text_;
};

}  // namespace shamir
