// ceremony/ledger_record.h - what one closed public record says about the state of its CA.

#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "ceremony/transcript.h"

namespace ceremony {

// A certificate that this root issued, as the record tells.
struct IssuedCertificate {
  std::string serial;       // hex
  std::string certificate;  // SHA-256 of the DER, 64 hex digits
  std::string public_key;   // SHA-256 of the SubjectPublicKeyInfo, 64 hex digits
  std::string subject;
  std::string profile;
  std::string not_after;  // YYYY-MM-DD
  bool is_root = false;   // it is the root's own certificate
  bool is_void = false;   // signed in a ceremony that was given up: it lies in no vault
};

// One line of a CRL, as the record tells.
struct RecordedRevocation {
  std::string serial;  // hex
  std::string date;    // YYYY-MM-DD
  std::string reason;  // RFC 5280 name

  bool operator==(const RecordedRevocation&) const = default;
};

struct IssuedCrl {
  std::uint64_t number = 0;
  std::string sha256;       // of the DER, 64 hex digits
  std::string this_update;  // YYYY-MM-DD
  std::string next_update;  // YYYY-MM-DD
  std::vector<RecordedRevocation> revoked;
  bool is_reserve = false;  // kept until its day comes, and void as soon as another CRL is signed
};

// An OCSP response that the root has signed itself.
struct IssuedOcspResponse {
  std::string serial;       // hex
  std::string sha256;       // of the DER, 64 hex digits
  std::string status;       // "good" or "revoked"
  std::string date;         // of the revocation, YYYY-MM-DD; "" where there is none
  std::string reason;       // RFC 5280 name; "" where there is none
  std::string next_update;  // YYYY-MM-DD
};

// A CRL that was signed in a ceremony that was given up. Its number is used all the same.
struct VoidCrl {
  std::uint64_t number = 0;
};

// A signing key that was born in this record: the beginning of its own chain.
struct BornSigningKey {
  std::string public_key;  // SHA-256 of the SubjectPublicKeyInfo, 64 hex digits
  std::string request;     // SHA-256 of the DER of its request, 64 hex digits
};

// A share set that was dealt. The first is live from here on; a later one from its LiveSet on.
struct IssuedShares {
  std::uint32_t generation = 0;
};

// The point of no return of a re-share: this set is live, and the one before it retires.
struct LiveSet {
  std::uint32_t generation = 0;
};

// What is known of a set that was replaced.
struct RetiredSet {
  std::uint32_t generation = 0;
  bool is_dead = false;  // by blob, by shares, or both
};

// The key was destroyed: no record follows this one, but where the claim is kNotComplete.
struct EndedKey {
  std::uint32_t generation = 0;  // of the share set that was live
  std::string claim;
};

// The claim of a destruction that has left a way to the key.
inline constexpr const char* kNotComplete = "not-complete";

// An activation, a return or a merge: from here another site, or the same anew, is live.
struct OpenedEpoch {
  std::uint64_t epoch = 0;
  std::string site;
  std::vector<std::string> allowed;  // ceremonies that may be held in it; none named: all
  std::uint64_t lost_to = 0;         // number of the last record that is known to be lost; 0: none
};

// A merge: this record goes on from the one before it, and takes in the branch that ends at
// `joined`.
struct MergedBranch {
  std::string joined;  // head, 64 hex digits
  std::string kept;    // head of the record before this one, 64 hex digits
  OpenedEpoch opened;
};

using LedgerEvent = std::variant<IssuedShares,
                                 LiveSet,
                                 RetiredSet,
                                 EndedKey,
                                 IssuedCertificate,
                                 IssuedCrl,
                                 IssuedOcspResponse,
                                 VoidCrl,
                                 OpenedEpoch,
                                 MergedBranch,
                                 BornSigningKey>;

struct LedgerRecord {
  std::string name;  // of its folder; "" where it has none
  std::string ceremony;
  std::string date;  // of its opening
  std::uint64_t sequence = 0;
  std::string previous;  // head of the record before it
  std::string head;
  std::vector<LedgerEvent> events;  // in order; none in mode DRILL. Of a ceremony that was given up
                                    // before its point of no return: what the root has signed
};

// Errors: kInconsistent where the record does not begin with its opening.
base::Result<LedgerRecord> ledger_record_of(const Transcript& record);

// The head that a merge takes in, or "" where the record is no merge.
std::string joined_head(const LedgerRecord& record);

}  // namespace ceremony
