// shamir/slip39.h - shares as SLIP-39 makes, writes and combines them.
//
// Source: SLIP-0039, "Shamir's Secret-Sharing for Mnemonic Codes" (satoshilabs/slips). All of it:
// both forms (extendable and older), two levels (groups), every length from 16 bytes on, and every
// error that it names. What this house uses: one group, extendable, empty passphrase, members at
// random of the sixteen points, and combine_blind(), for which no share needs to know k.
//
// Slip39Share carries numbers that are confidential (threshold, and index as a bound on n). It has
// no stream output, and no message here repeats one.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "shamir/quorum.h"
#include "shamir/split.h"

namespace shamir {

// kYes: the identifier takes no part in the encryption, so further sets of the same master secret
// can be made. kNo: the form before 2024, still to be read.
enum class Extendable { kNo, kYes };

// One share: the fields of SLIP-39, and its value. Move-only, as its value is.
struct Slip39Share {
  std::uint16_t identifier = 0;  // the same in a whole set; 15 bits
  Extendable extendable = Extendable::kYes;
  std::uint8_t iteration_exponent = 0;  // 0 to 15; 10000 * 2^e rounds of PBKDF2
  std::uint8_t group_index = 0;         // 0 to 15
  std::uint8_t group_threshold = 1;     // 1 to 16; groups needed
  std::uint8_t group_count = 1;         // 1 to 16, at least group_threshold
  std::uint8_t index = 0;               // 0 to 15; the share's x coordinate
  std::uint8_t threshold = 1;           // 1 to 16; shares of this group needed
  base::SecretBytes value;              // 16 to 64 bytes, an even number
};

// The lengths of secrets and share values that we take, in bytes; even ones only.
inline constexpr std::size_t kShortestSecret = 16;
inline constexpr std::size_t kLongestSecret = 64;

// The words of a share: lower case, single blanks between, no end of line. Standard words: they
// show the threshold to whoever reads them. Parsed back and compared before they are given.
// Errors: kInvalidArgument where a field is out of its range.
base::Result<base::SecretBytes> write_words(const Slip39Share& share);

// The share that words stand for. Takes upper and lower case, any blanks and ends of lines, and
// words cut after their first four letters. Nothing is corrected silently.
// Errors: kMalformed: a word that is not in the list (its place is named), too few or too many
// words, padding, checksum, more groups needed than there are.
base::Result<Slip39Share> read_words(const base::SecretBytes& text);

// What is split or encrypted, and the passphrase of SLIP-39: printable ASCII, and in this house of
// no length. A wrong passphrase gives another secret and no error (SLIP-39, "Passphrase").
struct MasterSecret {
  const base::SecretBytes& secret;
  const base::SecretBytes& passphrase;
};

// One group: `threshold` of the shares at `indices` (0 to 15, distinct) are needed.
struct Slip39Group {
  std::uint8_t threshold = 0;
  std::vector<std::uint8_t> indices;
};

// `group_threshold` of the groups are needed; group i of the list gets group index i.
struct Slip39Layout {
  std::uint8_t group_threshold = 1;
  std::vector<Slip39Group> groups;
};

// One group for a quorum, its members at indices drawn at random from all sixteen, in random order,
// so that an index says nothing about n.
Slip39Layout one_group(const Quorum& quorum, ConfidentialAccess access);

struct Slip39Options {
  Extendable extendable = Extendable::kYes;
  std::uint8_t iteration_exponent = 0;
  std::optional<std::uint16_t> identifier = std::nullopt;  // 15 bits; none: drawn at random
  RandomSource random = base::SecretBytes::random;
};

// All shares of a new set, group by group, in the order of the indices given.
// Errors: kInvalidArgument for a secret, passphrase, layout or option outside what SLIP-39 allows
// (thresholds from 1 to the number of shares, and 1 of 1 where the threshold is 1).
base::Result<std::vector<Slip39Share>> split_master_secret(const MasterSecret& master,
                                                           const Slip39Layout& layout,
                                                           const Slip39Options& options = {});

// The master secret of a set, by the letter of SLIP-39: as many groups, and in each as many shares,
// as the shares themselves ask for; no fewer and no more.
// Errors, each naming the share at fault by its place ("share 2 of those given"):
// kInvalidArgument for fields out of range; kInconsistent where shares are of different sets, the
// same share stands twice, or the digest does not agree; kInsufficient where more are needed.
base::Result<base::SecretBytes> combine(std::span<const Slip39Share> shares,
                                        const base::SecretBytes& passphrase);

// The master secret of one group with an empty passphrase, from any number of shares that is at
// least k; `threshold` in the shares is not looked at. As many genuine shares as were given lie on
// the same polynomial whatever k was, so k is never needed, and surplus shares are welcome.
// The digest has 32 bits: the caller must compare the result with the KEK commitment before use.
// Errors: kInsufficient for fewer than two shares; kInconsistent as combine(); too few shares and a
// false share cannot be told apart here.
base::Result<base::SecretBytes> combine_blind(std::span<const Slip39Share> shares);

// The dealer's proof over the shares of one group, right after a split: all of them lie on one
// polynomial of degree < threshold (so every sufficient subset gives the same secret), and their
// digest agrees.
// Errors: as combine(); kInconsistent where a share does not lie there.
base::Result<void> prove_one_polynomial(std::span<const Slip39Share> shares);

}  // namespace shamir
