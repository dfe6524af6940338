// ceremony/roster.h - who must have signed a ceremony: as its transcript says, and as paper says.
//
// The transcript's own roster proves nothing by itself: whoever forges a whole record forges its
// roster too. So a verifier is given the keys from the paper roster, and with them demands that
// every rostered key stands on paper and that no role of the paper roster is left out.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ceremony/signed_note.h"
#include "ceremony/transcript.h"

namespace ceremony {

// One line of a signers file: a verifier key, and whether every ceremony needs its role.
struct PaperSigner {
  enum class Need { kEveryCeremony, kWherePresent };

  Vkey key;
  Need need = Need::kEveryCeremony;
};

// Reads a signers file: one "VKEY" or "VKEY optional" a line; empty lines and what follows '#' do
// not count. Errors: kMalformed, naming the line; also where no key is left, or a key comes twice.
base::Result<std::vector<PaperSigner>> parse_signers(std::string_view content);

// The role that a key name ends in: "witness" of "pki.example/root-g1/witness".
std::string_view role_of(std::string_view key_name);

// What is wrong, and in which entry (if in one).
struct RosterFlaw {
  std::optional<std::uint64_t> entry;
  std::string message;
};

// The keys of the one entry of type "roster", which must be entry 1.
struct Roster {
  std::vector<Vkey> keys;
  std::optional<RosterFlaw> flaw;
};
Roster read_roster(const Transcript& transcript);

// Whether the keys of a transcript's roster agree with paper. Gives what does not.
std::optional<RosterFlaw> compare_with_paper(const std::vector<Vkey>& roster,
                                             const std::vector<PaperSigner>& paper);

// Whether a public seal says what `transcript` says, and everybody of the roster signed it and
// nobody else. Gives the first thing that is wrong.
std::optional<std::string> object_to_seal(std::string_view note,
                                          const Transcript& transcript,
                                          const std::vector<Vkey>& roster);

}  // namespace ceremony
