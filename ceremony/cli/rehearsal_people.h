// ceremony/cli/rehearsal_people.h - the invented people of a rehearsal, with throw-away secrets.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "ceremony/plan.h"
#include "ceremony/signed_note.h"
#include "shamir/passphrase.h"
#include "shamir/quorum.h"

namespace ceremony::cli {

// A key executive who does not exist.
struct RehearsedHolder {
  PlannedHolder planned;
  shamir::Passphrase passphrase;
};

// An officer who does not exist; signs the records of this rehearsal alone.
struct RehearsedOfficer {
  std::string role;
  std::string vkey;
  base::SecretBytes key_file;     // as it lies on the officer's stick, ca/key_file.h
  shamir::Passphrase passphrase;  // of the key file
  base::SecretBytes pin;
};

// Whoever may read the confidential records later.
struct RehearsedKeeper {
  std::string public_key;         // X25519, 64 hex digits
  base::SecretBytes secret;       // 32 bytes
  base::SecretBytes key_file;     // as it lies on the keeper's stick, ca/key_file.h
  shamir::Passphrase passphrase;  // of the key file
};

struct RehearsedPeople {
  std::vector<RehearsedHolder> holders;
  std::vector<RehearsedOfficer> officers;
  std::vector<PlannedSite> sites;
  RehearsedKeeper keeper;
};

// One person for each share; as many as are needed live where site-1 is, of the others one on each
// other continent, so that no second one could open the key; who is left lives where site-1 is.
RehearsedPeople invent_people(const shamir::Quorum& quorum, shamir::ConfidentialAccess access);

// Makes a stick (a folder) for each holder below `folder`, with the marked passphrase on it.
// Errors: as base::save_new().
base::Result<void> make_sticks(const RehearsedPeople& people, const std::filesystem::path& folder);

// The number of the bag that the share of that seat lies in, from the hand-over on.
std::string rehearsed_bag(const std::string& seat);

// The signers file that stands for the paper roster.
std::string signers_text(const RehearsedPeople& people);

}  // namespace ceremony::cli
