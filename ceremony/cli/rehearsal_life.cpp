// The ceremonies of a rehearsal but those of the sites, in the order of a root key's life.

#include <array>
#include <map>
#include <utility>

#include "base/calendar.h"
#include "base/digest.h"
#include "base/media.h"
#include "ca/certificate.h"
#include "ca/pem.h"
#include "ceremony/cli/rehearsal.h"
#include "ceremony/cli/rehearsal_text.h"
#include "ceremony/journal_reader.h"
#include "ceremony/json_lines.h"

namespace ceremony::cli {

namespace {

using base::Result;
namespace fs = std::filesystem;

constexpr std::uint32_t kObjectiveSeconds = 3600;  // of the drill: cold start to the first CRL
constexpr int kRootYears = 20;
constexpr int kSubordinateYears = 10;
constexpr std::size_t kLargestRecordedFile = 1U << 20U;  // bytes

}  // namespace

Result<void> Rehearsal::generate_root() {
  Plan plan = new_plan("root-generation");
  plan.root = PlannedRoot{.algorithm = options_.algorithm,
                          .profile = options_.root_profile,
                          .name = {.common_name = "REHEARSAL Root - not trusted",
                                   .organization = "Conclave Rehearsal",
                                   .country = "DE"},
                          .not_before = today_,
                          .not_after = years_after(today_, kRootYears)};
  plan.crl = new_crl();
  const Annex annex = full_annex();
  auto result = hold(std::move(plan), &annex, room(), {});
  if (!result) {
    return std::move(result).error();
  }
  say_held("root generation",
           result->seconds,
           std::string(ca::name_of(options_.algorithm)) +
               " root, every share read back, restored by a quorum drawn by lot, two vaults");
  return learn_possession_keys("0001-root-generation");
}

// The entries of a ceremony's journal, whose disclosures about share sets are learned.
Result<std::vector<JournalEntry>> Rehearsal::read_journal(const std::string& record) {
  auto bytes = base::read_file(options_.out / "record" / "confidential" / record / kJournalFile,
                               kLargestRecordedFile);
  if (!bytes) {
    return std::move(bytes).error();
  }
  auto entries = read_stored_journal(
      base::text_of(*bytes), {.journal_key = nullptr, .keeper_secret = &people_.keeper.secret});
  if (!entries) {
    return std::move(entries).error();
  }
  for (const JournalEntry& entry : *entries) {
    if (entry.type == "public") {
      learn_disclosures(entry.data);
    }
  }
  return entries;
}

// The holders' possession keys stand in the journal of the ceremony that made their shares, and
// nowhere else; so do the strings that open k, n, holders and sites to a ceremony that ends the
// set.
Result<void> Rehearsal::learn_possession_keys(const std::string& record) {
  auto entries = read_journal(record);
  if (!entries) {
    return std::move(entries).error();
  }
  std::map<std::string, std::string> by_seat;
  for (const JournalEntry& entry : *entries) {
    if (entry.type != "holders") {
      continue;
    }
    for (const Json& noted : entry.data.at("holders")) {
      by_seat[noted.at("seat")] = noted.at("possession_key").get<std::string>();
    }
  }
  for (RehearsedHolder& holder : people_.holders) {
    holder.planned.possession_key = by_seat[holder.planned.seat];
  }
  return {};
}

Result<void> Rehearsal::hand_over() {
  Annex annex = full_annex();
  annex.quorum.reset();
  auto result = hold(new_plan("share-hand-over"), &annex, room(), {});
  if (!result) {
    return std::move(result).error();
  }
  for (RehearsedHolder& holder : people_.holders) {
    holder.planned.bag = rehearsed_bag(holder.planned.seat);
  }
  say_held("share hand-over", result->seconds, "every share in a bag of its own, signed for");
  return {};
}

Result<void> Rehearsal::sign_subordinates() {
  std::vector<PlannedRequest> requests;
  for (const std::string& name : request_names_) {
    const fs::path file = options_.out / "transfer" / "in" / name;
    auto digest = base::sha256_of_file(file);
    if (!digest) {
      return std::move(digest).error();
    }
    requests.push_back({.file = name,
                        .sha256 = base::digest_hex(*digest),
                        .profile = "subordinate-device-identity",
                        .not_before = today_,
                        .not_after = years_after(today_, kSubordinateYears),
                        .policies = {"2.999.1.1"},
                        .crl_uris = {"http://pki.conclave.example/rehearsal.crl"},
                        .ca_issuer_uris = {"http://pki.conclave.example/rehearsal.cer"}});
  }
  return certify(std::move(requests));
}

Result<void> Rehearsal::certify(std::vector<PlannedRequest> requests,
                                std::optional<PlannedBatch> batch) {
  Plan plan = new_plan("subordinate-signing");
  plan.requests = std::move(requests);
  plan.batch = std::move(batch);
  const std::string record = record_name(plan);
  const std::string held = plan.batch ? "a batch of requests signed, linted before and after"
                                      : std::to_string(plan.requests.size()) +
                                            (plan.requests.size() == 1 ? " request" : " requests") +
                                            " signed, linted before and after";
  auto result = hold(std::move(plan), nullptr, room(), quorum_from(0));
  if (!result) {
    return std::move(result).error();
  }
  signed_in_ = record;
  say_held("subordinate signing", result->seconds, held);
  return {};
}

Result<void> Rehearsal::revoke_one() {
  return revoke(0);
}

// Of the certificate that was issued for that request.
Result<std::string> Rehearsal::serial_for(std::size_t request) const {
  const fs::path folder = options_.out / "transfer" / "out" / signed_in_;
  const std::string name = fs::path(request_names_[request]).stem().string();
  auto bytes = base::read_file(folder / (name + ".pem"), kLargestRecordedFile);
  if (!bytes) {
    return std::move(bytes).error();
  }
  auto objects = ca::read_objects(*bytes);
  if (!objects) {
    return std::move(objects).error();
  }
  auto certificate = ca::Certificate::parse(objects->front().der);
  return certificate ? Result<std::string>(certificate->serial_hex())
                     : Result<std::string>(std::move(certificate).error());
}

Result<void> Rehearsal::revoke(std::size_t request) {
  auto serial = serial_for(request);
  if (!serial) {
    return std::move(serial).error();
  }
  PlannedCrl crl = new_crl();
  crl.revocations.push_back({.serial = *serial, .date = today_, .reason = "cessationOfOperation"});
  return issue_crl(std::move(crl));
}

Result<void> Rehearsal::issue_crl(PlannedCrl crl) {
  Plan plan = new_plan("crl");
  const std::size_t count = crl.revocations.size();
  plan.crl = std::move(crl);
  auto result = hold(std::move(plan), nullptr, room(), quorum_from(1));
  if (!result) {
    return std::move(result).error();
  }
  say_held("CRL", result->seconds, count == 1 ? "one certificate revoked" : "nothing more revoked");
  return {};
}

Result<void> Rehearsal::ask_for_cross() {
  auto result = hold(new_plan("cross-csr"), nullptr, room(), quorum_from(1));
  if (!result) {
    return std::move(result).error();
  }
  say_held("cross-certificate", result->seconds, "a request for the root's own name and key");
  return {};
}

// A CRL that outlasts everything that it revokes.
Result<void> Rehearsal::revoke_rest() {
  Plan plan = new_plan("crl");
  plan.crl = PlannedCrl{.this_update = today_,
                        .next_update = years_after(today_, kSubordinateYears),
                        .profile = kLastCrlProfile};
  for (std::size_t i = 1; i < request_names_.size(); ++i) {
    auto serial = serial_for(i);
    if (!serial) {
      return std::move(serial).error();
    }
    plan.crl->revocations.push_back(
        {.serial = *serial, .date = today_, .reason = "cessationOfOperation"});
  }
  auto result = hold(std::move(plan), nullptr, room(), quorum_from(0));
  if (!result) {
    return std::move(result).error();
  }
  say_held("last CRL", result->seconds, "everything revoked, for as long as it would have lasted");
  return {};
}

Result<void> Rehearsal::verify_shares() {
  Annex annex = full_annex();
  annex.quorum.reset();
  auto result = hold(new_plan("share-verification"), &annex, room(), {});
  if (!result) {
    return std::move(result).error();
  }
  say_held("share verification",
           result->seconds,
           "every holder's share is good; the key was not rebuilt");
  return {};
}

Result<void> Rehearsal::drill() {
  Plan plan = new_plan("recovery-drill");
  plan.mode = Mode::kDrill;
  plan.objective_s = kObjectiveSeconds;
  plan.root = PlannedRoot{.algorithm = ca::Algorithm::kP256,
                          .profile = "root",
                          .name = {.common_name = "DRILL - NOT TRUSTED",
                                   .organization = "Conclave Drill",
                                   .country = "DE"},
                          .not_before = today_,
                          .not_after = days_after(today_, 7)};
  plan.crl =
      PlannedCrl{.this_update = today_, .next_update = days_after(today_, 6), .revocations = {}};
  const Annex annex = full_annex();
  auto result = hold(std::move(plan), &annex, room(), quorum_from(1));
  if (!result) {
    return std::move(result).error();
  }
  say_held("recovery drill", result->seconds, result->recovery_note + "; a real share was refused");
  return {};
}

Result<void> Rehearsal::evaluate() {
  const fs::path declarations = options_.data / "declarations.toml";
  auto bytes = base::read_file(declarations, kLargestRecordedFile);
  if (!bytes) {
    return std::move(bytes).error();
  }
  auto saved = base::save_new(options_.out / "transfer" / "in" / "declarations.toml", *bytes);
  if (!saved) {
    return std::move(saved).error();
  }
  const Annex annex = full_annex();
  auto result = hold(new_plan("evaluation"), &annex, room(), {});
  if (!result) {
    return std::move(result).error();
  }
  say_held(
      "evaluation", result->seconds, "all 18 questions of the draft answered or marked unanswered");
  return {};
}

}  // namespace ceremony::cli
