// ceremony/plan.h - the one reviewed file that says what a ceremony is to do, and its annex.
//
// The plan is public in tone: its digest stands in the public record. What is confidential (k, n,
// names, continents) lies in an annex with a 256-bit salt; the plan holds only the annex's digest,
// so that no dictionary over all (k, n) can be matched against it. docs/formats/plan.md.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ca/algorithm.h"
#include "ceremony/mode.h"
#include "ceremony/plan_artefacts.h"
#include "ceremony/plan_holders.h"
#include "ceremony/plan_requests.h"
#include "ceremony/plan_sites.h"
#include "shamir/quorum.h"

namespace ceremony {

// An officer who signs the seal. Executives are not among them: they sign with their shares.
struct PlannedSigner {
  std::string role;  // "director", "operator", "internal-witness", "auditor"
  std::string vkey;  // signed-note key, "name+hash+base64"
};

// Somebody who may read the confidential record later.
struct PlannedKeeper {
  std::string name;
  std::string public_key;  // X25519, 64 hex digits
};

// One certificate to be revoked, by its serial number and never by subject or key.
struct PlannedRevocation {
  std::string serial;  // hex
  std::string date;    // YYYY-MM-DD
  std::string reason;  // RFC 5280 name, "cessationOfOperation"
};

struct PlannedName {
  std::string common_name;
  std::string organization;
  std::string country;  // two letters
};

// What the first CRL or the next one says about time. Dates are YYYY-MM-DD, midnight UTC.
// The profile of a CRL after which nobody needs the key.
inline constexpr const char* kLastCrlProfile = "crl-last";

struct PlannedCrl {
  std::string this_update;
  std::string next_update;
  std::string profile = "crl";  // or kLastCrlProfile
  std::vector<PlannedRevocation> revocations = {};
  std::string next_ceremony = {};  // day of the one that makes the next CRL; "": not planned yet
  std::uint32_t reserve = 0;       // so many reserve CRLs (plan_reserve.h)
  std::uint32_t reserve_overlap_days = 0;  // each begins so long before the one before it ends
  bool ocsp = false;  // the root signs an OCSP response for each subordinate, too
};

struct PlannedRoot {
  ca::Algorithm algorithm = ca::Algorithm::kP384;
  std::string profile;
  PlannedName name;
  std::string not_before;
  std::string not_after;
};

// A code- or update-signing key that is to be born, and the name that its certificate is asked for.
struct PlannedSigningKey {
  ca::Algorithm algorithm = ca::Algorithm::kP384;
  PlannedName name;
};

struct Plan {
  std::string ceremony;  // name of the script
  Mode mode = Mode::kRehearsal;
  std::uint32_t sequence = 0;       // number in the chain of records, from 1
  std::string date;                 // of the ceremony
  std::string origin;               // of the seal: "pki.example/root-g1"
  std::string previous_head;        // head of the record before; 64 zeros for the first
  std::string site;                 // where it is held: "site-1"
  std::uint32_t objective_s = 0;    // recovery time objective in seconds; 0: none
  std::string kdf;                  // "production" or "fast"
  std::string token_library;        // PKCS #11 library of the holders' tokens; "": none are used
  std::optional<PlannedRoot> root;  // root generation and drill
  std::optional<PlannedCrl> crl;
  std::vector<PlannedRequest> requests;
  std::optional<PlannedBatch> batch;
  std::optional<PlannedActivation> activation;
  std::optional<PlannedMerge> merge;
  std::optional<PlannedSigningKey> signing_key;  // signing-key generation
  std::optional<PlannedSigning> signing;         // artefact signing
  std::vector<PlannedArtefact> artefacts;
  std::vector<PlannedSigner> signers;
  std::vector<PlannedKeeper> keepers;  // at least one in PRODUCTION
  std::string annex_sha256;            // "" where the ceremony has no annex
  std::string sha256;                  // of the plan file itself
};

struct PlannedSite {
  std::string name;
  std::string continent;
};

// The confidential half. Whoever reads its members is in the room.
struct Annex {
  std::optional<shamir::Quorum> quorum;  // root generation and drill; else nobody need know
  std::vector<PlannedHolder> holders;
  std::vector<PlannedSite> sites;
};

// The ceremony's number in four digits: "0001".
std::string numbered(const Plan& plan);

// The folder of the ceremony's record, confidential and public: "0001-root-generation".
std::string record_name(const Plan& plan);

// Reads and checks a plan. Unknown keys are refused, naming the line.
// Errors: kNotFound, kMalformed (with line), kInconsistent.
base::Result<Plan> read_plan(const std::filesystem::path& path);

// The same from the text of a plan file. Errors: kMalformed, kInconsistent, kRefusedByPolicy.
base::Result<Plan> parse_plan(std::string_view text);

// The annex in a text whose digest has been compared. Errors: kMalformed, kRefusedByPolicy for a
// quorum that is none.
base::Result<Annex> parse_annex(std::string_view text);

// Reads the annex and compares its digest with the plan's. Errors: as above; kInconsistent where
// the digest differs ("the annex is not the one that the plan was reviewed with").
base::Result<Annex> read_annex(const std::filesystem::path& path, const Plan& plan);

}  // namespace ceremony
