// ceremony/ledger.h - the state of a CA: the fold over its closed public records, and no database.
//
// A site keeps a copy of every record in its ledger/ folder. Each record names the head of the one
// before it, so a record that is missing, altered or from another CA is found here. Where two
// records name the same one before them, both sites have acted: the ledger is forked, and gives no
// state until a record of type ledger.merge names both branches. docs/formats/ledger.md.

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "ceremony/ledger_record.h"
#include "ceremony/transcript.h"

namespace ceremony {

// Records of which slips tell, and which an activation has declared lost.
struct LostRecords {
  std::uint64_t from = 0;   // number of the first
  std::uint64_t to = 0;     // number of the last
  std::uint64_t epoch = 0;  // they are from before it
};

// A reserve CRL that may be published when its day comes, as long as no other CRL was signed. One
// that is void is never to be published: its number is used, and its copies are to be destroyed.
struct ReserveCrl {
  std::uint64_t number = 0;
  std::string this_update;  // YYYY-MM-DD: not before
  std::string next_update;  // YYYY-MM-DD
  bool is_void = false;     // a merge has joined a branch of which it does not know
};

struct LedgerState {
  std::uint64_t sequence = 0;            // of the last record; 0: there is none
  std::string head;                      // of the last record; 64 zeros where there is none
  std::uint64_t epoch = 1;               // rises with every activation, return and merge
  std::string live_site;                 // where the epoch was opened; "": the first epoch
  std::vector<std::string> allowed;      // ceremonies of this epoch; none named: all
  std::uint64_t crl_number = 0;          // highest known; 0: no CRL yet
  std::string crl_sha256;                // of the CRL with that number
  std::string crl_next_update;           // of that CRL, YYYY-MM-DD; "" where no record says it
  std::uint64_t void_crl_number = 0;     // highest of a CRL that was signed and made void; 0: none
  std::vector<ReserveCrl> reserve_crls;  // of the newest CRL; since a merge, void ones of both
                                         // branches too; each number once
  std::map<std::string, RecordedRevocation> revoked;  // by serial: what the next CRL must list
  std::map<std::string, IssuedOcspResponse> answers;  // by serial: the newest OCSP response
  std::uint32_t generation = 0;                       // of the share set that is live
  std::map<std::uint32_t, std::string> sets;          // by generation: head of the record that made
                                                      // it live
  std::set<std::uint32_t> retiring;  // generations that were replaced, and may not be dead yet
  std::string ended;                 // what was claimed when the key was destroyed; "": it lives
  std::string root_public_key;       // SHA-256 of the SubjectPublicKeyInfo
  std::string root_certificate;      // SHA-256 of the DER
  std::string signing_key;           // of a signing key's chain: SHA-256 of the
                                     // SubjectPublicKeyInfo
  std::string signing_request;       // SHA-256 of the DER of its request
  std::vector<IssuedCertificate> issued;
  std::vector<LostRecords> lost;
  std::vector<std::string> records;  // names of the folders, in order; without joined branches
};

// The highest number of a CRL of a ceremony that was not given up, reserve CRLs among them, also
// those that a merge made void; 0: no CRL yet.
std::uint64_t highest_crl_number(const LedgerState& state);

// The number of the CRL that a ceremony signs next: above all that were ever signed. One that opens
// an epoch by an activation jumps further (ca::NumberStep).
std::uint64_t next_crl_number(const LedgerState& state);

// Whether the CA has issued a certificate with that serial number (hex), as far as the records
// know; one that was signed in a ceremony that was given up is none.
bool has_issued(const LedgerState& state, const std::string& serial);

// The state before the first ceremony.
LedgerState empty_state();

// Takes one more record into account that is no merge, or whose other branch was joined before.
// Errors: kInconsistent where it does not follow; where a CRL number does not rise, a certificate
// that is still valid is no longer revoked, an OCSP response contradicts it, an epoch does not
// rise, a share set does not follow the one before it, or the key was destroyed before; `state` is
// then no longer to be used.
base::Result<void> fold_record(const LedgerRecord& record, LedgerState& state);
base::Result<void> fold_record(const Transcript& record, LedgerState& state);

// Takes in what another branch has done: its certificates, its revocations (none is ever undone),
// the higher CRL number, the later epoch and generation of shares. Where both revoke one
// certificate, the entry of the CRL with the higher number stays. The reserve CRLs of a branch
// become void, but where its newest CRL is that of the merged state and lists all that is revoked
// now. Of two OCSP responses that say "good" of one certificate, the one that lasts longer stays;
// else that of `state`. Errors: kInconsistent for another root, one serial number for two
// certificates, or one generation for two share sets.
base::Result<void> join_branch(const LedgerState& other, LedgerState& state);

// The closed records that a site has, in whatever branches.
class Ledger {
 public:
  // Reads every record below `ledger` (a folder that may be missing: then none).
  // Errors: kMalformed, kInconsistent: a record that is damaged, missing or cut off, named.
  static base::Result<Ledger> read(const std::filesystem::path& ledger);

  // A ledger of these records, in whatever order. Errors: as add_all().
  static base::Result<Ledger> of(std::vector<LedgerRecord> records);

  // Adds a record; one that is there already changes nothing. Errors: kInconsistent where the
  // record before it, or a branch that it joins, is not there.
  base::Result<void> add(LedgerRecord record);

  // Adds records that stand in whatever order. Errors: as add(), naming one that does not fit; some
  // may have been added.
  base::Result<void> add_all(std::vector<LedgerRecord> records);

  [[nodiscard]] bool has(const std::string& head) const { return by_head_.contains(head); }
  [[nodiscard]] const std::vector<LedgerRecord>& records() const { return records_; }

  // The record with that head, or nullptr.
  [[nodiscard]] const LedgerRecord* find(const std::string& head) const;

  // Heads of the records that none goes on from and none has joined, in the order in which they
  // were added; more than one: the ledger is forked.
  [[nodiscard]] std::vector<std::string> tips() const;

  // The state after the one tip. Errors: kInconsistent: the ledger is forked; as fold_record().
  [[nodiscard]] base::Result<LedgerState> state() const;

  // The state after the record with that head. Errors: kNotFound; as fold_record().
  [[nodiscard]] base::Result<LedgerState> state_at(const std::string& head) const;

 private:
  std::optional<base::Error> add_those_that_fit(std::vector<LedgerRecord>& records);
  [[nodiscard]] std::vector<const LedgerRecord*> chain_to(const std::string& head) const;
  base::Result<void> join_and_fold(const LedgerRecord& record, LedgerState& state) const;

  std::vector<LedgerRecord> records_;  // each behind those that it names
  std::map<std::string, std::size_t> by_head_;
};

// Ledger::read() and its state().
base::Result<LedgerState> read_ledger(const std::filesystem::path& ledger);

}  // namespace ceremony
