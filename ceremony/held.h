// ceremony/held.h - the secrets that a ceremony has in memory between two steps, and nothing else.
//
// They die with this object, with the step that `drops` them, and with the process.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/secret_bytes.h"
#include "ca/kek.h"
#include "ca/root_key.h"
#include "ca/soft_token.h"
#include "shamir/held_share.h"
#include "shamir/possession.h"
#include "shamir/share_set.h"

namespace ceremony {

// A share's possession key kept for the seal: its holder signs with it.
struct PossessionForSeal {
  std::string seat;
  shamir::PossessionKey key;
};

// How far the record was looked through for secrets, by what was typed and what keys were in hand
// then; see record_guard.h.
struct LookedThrough {
  std::optional<base::SecretBytes> salt;  // drawn at the first look
  std::vector<std::uint64_t> keys;        // marks of them under the salt
  std::size_t typed = 0;                  // secrets
  std::uint64_t forgotten = 0;            // how often a typed one was forgotten by then
  std::size_t entries = 0;                // of the journal
};

struct Held {
  std::unique_ptr<ca::SoftToken> token;    // destroyed after the key in it
  std::unique_ptr<ca::RootKey> root_key;   // "root-key"
  std::optional<ca::Kek> kek;              // "kek"
  std::vector<shamir::HeldShare> shares;   // "shares": signed, not yet locked
  std::optional<shamir::ShareSet> quorum;  // "quorum": gathered; combined it becomes the KEK
  std::vector<PossessionForSeal> possession;
  std::vector<std::string> signature_lines;  // of the seal, as they come in
  std::map<std::string, std::string> pins;   // hashes by role, while the attendance is taken
  std::size_t turn = 0;                      // of the step in progress
  LookedThrough looked_through;

  // Wipes what a script calls by this name. Unknown names are a script's fault that its check
  // finds; here they do nothing.
  void drop(const std::string& name) {
    if (name == "root-key") {
      root_key.reset();
      token.reset();
    } else if (name == "kek") {
      kek.reset();
    } else if (name == "shares") {
      shares.clear();
    } else if (name == "quorum") {
      quorum.reset();
      kek.reset();
    }
  }
};

}  // namespace ceremony
