#include "ceremony/recorded_words.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace ceremony {

namespace {

// What an act leaves in the two records; "" for nothing.
struct ActRecord {
  std::string_view act;
  std::string_view journal;
  std::string_view published;
};

constexpr std::array kActRecords{
    ActRecord{"accept-generation", "", "that the new share set is live, and the old one retiring"},
    ActRecord{"activate-site", "", "this site is live, in the next epoch"},
    ActRecord{"agree-to-destroy", "", "that this officer agrees to the destruction"},
    ActRecord{"attend", "a hash of each officer's PIN", ""},
    ActRecord{"check-artefacts", "the digest of each file", ""},
    ActRecord{"check-dependencies", "", "that no certificate depends on the key any more"},
    ActRecord{"check-machine", "", "whether this machine is fit, and that randomness was tested"},
    ActRecord{"check-old-set", "the share set that is replaced, and who holds it", ""},
    ActRecord{"check-requests", "serial numbers", "each request: its digest, name and public key"},
    ActRecord{"check-retiring-set", "the share set that is retired, and who holds it", ""},
    ActRecord{"check-vault", "the share set, key and state that the vault shows", ""},
    ActRecord{
        "claim-end", "what is left, and who sees to it", "the claim of how far the key is gone"},
    ActRecord{"close-record", "", "whether there was any exception, and that this is the end"},
    ActRecord{"collect-shares", "each share that was destroyed, or who sees to it", ""},
    ActRecord{"compare-ticket", "", ""},
    ActRecord{"compare-watches", "the time by both watches and by this computer", ""},
    ActRecord{"declare-activation", "the time of the declaration", "its reason, what is allowed"},
    ActRecord{"delete-key", "", "that the deleted key failed to sign"},
    ActRecord{"deliver", "that every file was read back", ""},
    ActRecord{"destroy-blobs", "each encrypted key that was destroyed", ""},
    ActRecord{"destroy-key", "", "that the key in this machine is destroyed"},
    ActRecord{"destroy-old-blobs", "each encrypted key that was destroyed", ""},
    ActRecord{"draw-order", "the order that the lot has drawn", ""},
    ActRecord{"draw-quorum", "whom the lot has named", ""},
    ActRecord{"evaluate", "", "the digest of evaluation.json"},
    ActRecord{"gather-drawn", "each share's signature under the plan", ""},
    ActRecord{"gather-quorum", "each share's signature under the plan", ""},
    ActRecord{"generate-key", "public key, serial number", "algorithm, public key, and the token"},
    ActRecord{"give-notice", "", "the digest of the notice"},
    ActRecord{"hand-over-shares",
              "each holder's receipt, signed with the share",
              "whether all shares were handed over"},
    ActRecord{"import-records", "how many records were brought", ""},
    ActRecord{"lock-shares", "that every share is locked", ""},
    ActRecord{"merge-ledger", "", "both branches, and all that either has revoked"},
    ActRecord{"open-key", "", "that a quorum opened the key, and that it is the right one"},
    ActRecord{"open-record", "", "ceremony, mode, plan, script, record before, and the officers"},
    ActRecord{"open-records", "which journals open, and which do not", "whether all journals open"},
    ActRecord{"present-bags", "each bag: its number, and whether it is whole", ""},
    ActRecord{"reach-primary", "what was answered to each call", ""},
    ActRecord{"read-back-shares", "", "that every copy was read back, and all fit together"},
    ActRecord{"record-order", "the order to destroy, and its reason", ""},
    ActRecord{"refuse-production", "that a production share was refused", ""},
    ActRecord{"return-site", "", "the primary site is live again, in the next epoch"},
    ActRecord{"rewrap-key", "the digest of the encrypted key", "how it is encrypted, and checked"},
    ActRecord{"seal-bags", "the number of each new bag and seal", ""},
    ActRecord{"seal-record", "the seal with every signature", "the seal of the officers"},
    ActRecord{"show-artefacts", "", ""},
    ActRecord{"show-certificates", "", ""},
    ActRecord{"show-crl", "", ""},
    ActRecord{"show-cross-request", "", ""},
    ActRecord{"show-key-request", "", ""},
    ActRecord{"show-merge", "", ""},
    ActRecord{"show-plan", "", ""},
    ActRecord{"show-root", "", ""},
    ActRecord{"sign-artefacts", "", "each file and its signature: their digests"},
    ActRecord{"sign-crl",
              "the CRL, and what is signed with it",
              "number, digest, dates and list of each CRL; each OCSP response"},
    ActRecord{"sign-cross-request", "the request", "the digest of the request, and whose it is"},
    ActRecord{"sign-key-request", "the request", "the digest of the request, and the public key"},
    ActRecord{"sign-requests", "the certificates", "each certificate: digest, serial, dates"},
    ActRecord{"sign-root", "the certificate", "the root certificate: digest, serial, dates"},
    ActRecord{"sign-statement",
              "whether a last statement was signed",
              "the digests of statement and signature"},
    ActRecord{"split-kek", "the holders' possession keys", "that shares were issued, and spares"},
    ActRecord{"start-clock", "the time", ""},
    ActRecord{"state-old-set",
              "what is left of it, and who sees to it",
              "whether the old set is dead by blob, by shares"},
    ActRecord{"stop-clock", "the recovery time", "whether the recovery was in time"},
    ActRecord{"tick-inventory", "every item, seen or missing", ""},
    ActRecord{"verify-shares", "that each share is good", "that all shares were verified"},
    ActRecord{"void-outputs", "", "that what was written is void, or live"},
    ActRecord{"wait-activation", "", "the waiting time, and whether it was shortened"},
    ActRecord{"wipe-all", "", ""},
    ActRecord{"wrap-key", "the digest of the encrypted key", "how it is encrypted, and checked"},
    ActRecord{"write-drill", "that every copy was read back", ""},
    ActRecord{"write-generation", "how many vaults were read back", "how many sites have a copy"},
    ActRecord{"write-set-header", "that the header of the set was written", ""},
    ActRecord{"write-vaults", "that every copy was read back", "how many sites have a copy"},
};

std::string names_listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

}  // namespace

std::vector<std::string> to_be_recorded(const Step& step) {
  std::vector<std::string> words{"Journal: the " + step.actor + " did this step, the " +
                                 step.witness + " acknowledged it, and when"};
  const auto* const row =
      std::ranges::find_if(kActRecords, [&](const ActRecord& one) { return one.act == step.act; });
  if (row == kActRecords.end()) {
    if (!step.gives.empty()) {
      words.push_back("Journal: " + names_listed(step.gives));
    }
    return words;
  }
  if (!row->journal.empty()) {
    words.push_back("Journal: " + std::string(row->journal));
  }
  if (!row->published.empty()) {
    words.push_back("Public record: " + std::string(row->published));
  }
  return words;
}

std::vector<std::string> recorded_words(const Step& step, const Completion& completion) {
  std::vector<std::string> words{"Journal: \"" + step.title + "\" is done, by the " +
                                 completion.acted_by + ", acknowledged by the " +
                                 completion.acknowledged_by};
  std::vector<std::string> facts;
  for (const auto& fact : completion.facts.items()) {
    facts.push_back(fact.key());
  }
  if (!facts.empty()) {
    words.push_back("Journal: " + names_listed(facts));
  }
  for (const Publication& publication : completion.publications) {
    words.push_back("Public record: entry " + publication.type);
  }
  return words;
}

}  // namespace ceremony
