// ceremony/evaluation_facts.h - what the public records of a root key say, sorted for the
// evaluation.
//
// Records of one key belong together: they chain (`previous_head`) or name the same root key.
// A drill has keys of its own, so of a drill only its result counts. An aborted or unfinished
// ceremony proves nothing, save that a certificate once signed exists.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "base/result.h"
#include "ceremony/mode.h"
#include "ceremony/transcript.h"
#include "shamir/quorum.h"

namespace ceremony {

// One ceremony's public record. Whoever makes one has checked it (transcript, seal).
struct PublicRecord {
  std::string id;           // folder, "0001-root-generation"
  std::string origin;       // first line of its seal
  std::string seal_sha256;  // of the seal.note as stored; 64 hex digits
  Transcript transcript;
};

// Where in the records a fact stands.
struct EntryRef {
  std::size_t record = 0;  // place in RecordFacts::records; written as "T" and this plus one
  std::uint64_t i = 0;
  std::string sha256;
};

struct KeyFact {
  EntryRef entry;
  std::string algorithm;
  std::string public_key;
  std::string made_in;  // "token" or "locked-memory"
  std::string manufacturer;
  std::string model;
  std::string firmware;
};

struct CertificateFact {
  EntryRef entry;
  std::string profile;
  std::string subject;
  std::string public_key;
  std::string issuer_public_key;
  base::Date not_before;
  base::Date not_after;
  std::int64_t path_length = -1;  // -1: the certificate has none
  std::string algorithm;
};

struct ShareSetFact {
  EntryRef entry;
  std::uint64_t generation = 0;
  std::string scheme;
  shamir::SpareShares extra;
};

// All that the records say of one root key.
struct AnchorFacts {
  std::optional<KeyFact> key;
  std::optional<CertificateFact> root;
  std::vector<CertificateFact> issued;    // all but the root, oldest first
  std::vector<ShareSetFact> share_sets;   // oldest first
  std::vector<EntryRef> wrapped;          // key.wrap
  std::vector<EntryRef> shares_verified;  // shares.verify
  std::vector<EntryRef> restored;         // restore.prove
  std::vector<EntryRef> healthy;          // shares.health
  std::vector<EntryRef> destroyed;        // key.destroy
  std::vector<EntryRef> activated;        // site.activate
  std::vector<EntryRef> drilled;          // drill.result
  bool whole = false;                     // from the first ceremony on, without a gap
};

// One record in the order of the evaluation's list.
struct RecordSummary {
  std::string id;
  std::string origin;
  std::string seal_sha256;
  std::string head;
};

struct RecordFacts {
  Mode mode = Mode::kRehearsal;  // of all but the drills
  std::string as_of;             // date of the newest entry
  std::vector<RecordSummary> records;
  std::vector<AnchorFacts> anchors;  // one for each root key, in the order of the records
};

// Errors: kInvalidArgument without a record; kMalformed for an entry that is not as
// docs/formats/entries.md has it, naming record and entry; kInconsistent where records contradict
// each other (modes, the same record twice, two roots in one chain).
base::Result<RecordFacts> facts_of(const std::vector<PublicRecord>& records);

}  // namespace ceremony
