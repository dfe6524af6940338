// shamir/verify/verify_command.h - what `conclave-verify` does once its command line is understood.

#pragma once

#include <string>

#include "base/result.h"
#include "shamir/possession.h"

namespace shamir::verify {

struct VerifyArguments {
  std::string header;           // the file set.header
  std::string share;            // a share, a card's lines, or "-" for lines on standard input
  std::string passphrase_file;  // empty: asked for at the terminal
  std::string challenge;        // empty: asked for at the terminal
  std::string possession_key;   // hex digits from the confidential record; empty: not compared
};

// What a good share gives: for its holder's eyes, not for the public.
struct VerifiedShare {
  std::string check_name;
  PossessionPublicKey possession_key{};
  PossessionSignature signature{};
};

// Checks one share alone: format and check characters, passphrase, set, generation, the dealer's
// signature, and that the share signs the challenge (context "share verification").
// Errors: as read_share_lines(), verify_share() and Passphrase::from_typed(); kInconsistent where
// the share's possession key is not the one given; kNotFound, kMalformed, kStorageFailure.
base::Result<VerifiedShare> verify_one(const VerifyArguments& arguments);

}  // namespace shamir::verify
