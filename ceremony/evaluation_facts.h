// ceremony/evaluation_facts.h - what the public records of a root key say, sorted for the
// evaluation.
//
// Records of one key belong together: they chain (`previous_head`) or name the same root key.
// A drill has keys of its own, so of a drill only its result counts. A ceremony that was given up
// or never finished proves nothing, save what cannot be undone: a certificate that was signed, an
// evaluation that was published, a share set that had become live, the end of the key.

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
  std::string evaluation;  // bytes of the evaluation.json that it vouches for; "" if none is there
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

// From here on `site` is live. The reason of an activation; "" where it is a return.
struct SiteFact {
  EntryRef entry;
  std::string site;
  std::string reason;
};

// What came of a verification of all shares.
struct HealthFact {
  EntryRef entry;
  bool all_good = false;
};

// That an evaluation.json was published.
struct PublicationFact {
  EntryRef entry;
  std::string sha256;
  std::string bytes;  // as they lie with the record; "" where the file is not there
};

// A ceremony that was no drill.
struct CeremonyFact {
  std::size_t record = 0;
  std::string opening;  // hash of its first public entry
  bool is_completed = false;
  bool has_health = false;  // what holders said of their shares stands in its journal
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
  std::vector<HealthFact> health;         // shares.health
  std::vector<EntryRef> destroyed;        // key.destroy
  std::vector<EntryRef> drilled;          // drill.result
  std::vector<EntryRef> ended;            // key.end
  std::vector<SiteFact> sites;            // site.activate and site.return
  std::vector<PublicationFact> published;
  std::vector<CeremonyFact> ceremonies;
  std::string as_of;   // date of the newest entry
  bool whole = false;  // from the first ceremony on, without a gap
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
  std::vector<RecordSummary> records;
  std::vector<AnchorFacts> anchors;  // one for each root key, in the order of the records
};

// Errors: kInvalidArgument without a record; kMalformed for an entry that is not as
// docs/formats/entries.md has it, naming record and entry; kInconsistent where records contradict
// each other (modes, the same record twice, two roots in one chain, two live share sets), where
// both sites have acted and no merge says so, and where nobody can say whose a record is.
base::Result<RecordFacts> facts_of(const std::vector<PublicRecord>& records);

}  // namespace ceremony
