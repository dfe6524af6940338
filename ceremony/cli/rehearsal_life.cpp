// The seven ceremonies of a rehearsal, in the order of a root key's life.

#include <array>
#include <iomanip>
#include <iostream>
#include <map>
#include <system_error>
#include <utility>

#include "base/append_log.h"
#include "base/calendar.h"
#include "base/digest.h"
#include "base/media.h"
#include "ca/certificate.h"
#include "ca/pem.h"
#include "ceremony/cli/rehearsal.h"
#include "ceremony/cli/rehearsal_text.h"
#include "ceremony/json_lines.h"

namespace ceremony::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::uint32_t kObjectiveSeconds = 3600;  // of the drill: cold start to the first CRL
constexpr int kRootYears = 20;
constexpr int kSubordinateYears = 10;
constexpr std::size_t kLargestFile = 1U << 20U;  // bytes

std::string years_after(const std::string& date, int years) {
  const auto later = base::add_years(*base::parse_date(date), std::chrono::years(years));
  return base::format_date(*base::add_days(*later, std::chrono::days(-1)));
}

void say(const std::string& ceremony, double seconds, const std::string& what) {
  std::cout << "  " << std::left << std::setw(24) << ceremony << ' ' << std::right << std::fixed
            << std::setprecision(1) << std::setw(6) << seconds << " s  " << what << std::endl;
}

Result<void> rename_folder(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::rename(from, to, failed);
  if (failed) {
    return Error{ErrorCode::kStorageFailure,
                 from.filename().string() + " could not be moved aside: " + failed.message()};
  }
  return {};
}

}  // namespace

Result<void> Rehearsal::generate_root() {
  Plan plan = new_plan("root-generation");
  plan.root = PlannedRoot{.algorithm = options_.algorithm,
                          .profile = "root",
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
  say("root generation",
      result->seconds,
      std::string(ca::name_of(options_.algorithm)) +
          " root, every share read back, restored by a quorum drawn by lot, two vaults");
  return learn_possession_keys();
}

// The holders' possession keys stand in the journal of the root generation and nowhere else.
Result<void> Rehearsal::learn_possession_keys() {
  auto bytes = base::read_file(
      options_.out / "record" / "confidential" / "0001-root-generation" / "journal.log",
      kLargestFile);
  if (!bytes) {
    return std::move(bytes).error();
  }
  auto lines = base::parse_log(base::text_of(*bytes));
  if (!lines) {
    return std::move(lines).error();
  }
  std::map<std::string, std::string> by_seat;
  for (const base::LogLine& line : *lines) {
    auto entry = parse_json(line.text);
    if (!entry || entry->value("type", "") != "holders") {
      continue;
    }
    for (const Json& noted : entry->at("data").at("holders")) {
      by_seat[noted.at("seat")] = noted.at("possession_key").get<std::string>();
    }
  }
  for (RehearsedHolder& holder : people_.holders) {
    holder.planned.possession_key = by_seat[holder.planned.seat];
  }
  return {};
}

Result<void> Rehearsal::sign_subordinates() {
  Plan plan = new_plan("subordinate-signing");
  for (const std::string& name : request_names_) {
    const fs::path file = options_.out / "transfer" / "in" / name;
    auto digest = base::sha256_of_file(file);
    if (!digest) {
      return std::move(digest).error();
    }
    plan.requests.push_back({.file = name,
                             .sha256 = base::digest_hex(*digest),
                             .profile = "subordinate-device-identity",
                             .not_before = today_,
                             .not_after = years_after(today_, kSubordinateYears),
                             .policies = {"2.999.1.1"},
                             .crl_uris = {"http://pki.conclave.example/rehearsal.crl"},
                             .ca_issuer_uris = {"http://pki.conclave.example/rehearsal.cer"}});
  }
  auto result = hold(std::move(plan), nullptr, room(), quorum_from(0));
  if (!result) {
    return std::move(result).error();
  }
  say("subordinate signing",
      result->seconds,
      std::to_string(request_names_.size()) + " requests signed, linted before and after");
  return {};
}

Result<void> Rehearsal::revoke_one() {
  const fs::path folder = options_.out / "transfer" / "out" / "0002-subordinate-signing";
  const std::string name = fs::path(request_names_.front()).stem().string();
  auto bytes = base::read_file(folder / (name + ".pem"), kLargestFile);
  if (!bytes) {
    return std::move(bytes).error();
  }
  auto objects = ca::read_objects(*bytes);
  if (!objects) {
    return std::move(objects).error();
  }
  auto certificate = ca::Certificate::parse(objects->front().der);
  if (!certificate) {
    return std::move(certificate).error();
  }
  Plan plan = new_plan("crl");
  plan.crl = new_crl();
  plan.crl->revocations.push_back(
      {.serial = certificate->serial_hex(), .date = today_, .reason = "cessationOfOperation"});
  auto result = hold(std::move(plan), nullptr, room(), quorum_from(1));
  if (!result) {
    return std::move(result).error();
  }
  say("CRL", result->seconds, result->notes.empty() ? "" : "one certificate revoked");
  return {};
}

Result<void> Rehearsal::verify_shares() {
  Annex annex = full_annex();
  annex.quorum.reset();
  auto result = hold(new_plan("share-verification"), &annex, room(), {});
  if (!result) {
    return std::move(result).error();
  }
  say("share verification",
      result->seconds,
      "every holder's share is good; the key was not rebuilt");
  return {};
}

// The primary site and every record are really moved away while the backup site is activated, and
// come back whatever happens.
Result<void> Rehearsal::activate_backup() {
  const fs::path away = options_.out / "unreachable";
  if (auto moved = move_primary_away(away); !moved) {
    return moved;
  }
  live_site_ = "site-2";
  Plan plan = new_plan("backup-activation");
  const std::string record = record_name(plan);
  plan.crl = new_crl();
  client::OpenRequest only_backup = room();
  only_backup.sites.resize(1);
  auto result =
      hold(std::move(plan), nullptr, only_backup, quorum_from(people_.holders.size() - 1));
  auto back = bring_primary_back(away, record);
  if (!result) {
    return std::move(result).error();
  }
  if (!back) {
    return back;
  }
  say("backup activation",
      result->seconds,
      "epoch 2 at site-2, next CRL signed there, with site-1 and the records out of reach");
  return {};
}

Result<void> Rehearsal::move_primary_away(const fs::path& away) const {
  if (auto made = base::make_new_folder(away); !made) {
    return made;
  }
  for (const char* const name : {"site-1", "record"}) {
    if (auto moved = rename_folder(options_.out / name, away / name); !moved) {
      return moved;
    }
  }
  return make_folders(options_.out, {"record", "record/confidential", "record/public"});
}

// The new record joins the others.
Result<void> Rehearsal::bring_primary_back(const fs::path& away, const std::string& record) const {
  const fs::path& out = options_.out;
  std::error_code failed;
  for (const char* const kind : {"confidential", "public"}) {
    const fs::path made = out / "record" / kind / record;
    if (!fs::exists(made, failed)) {
      continue;  // the activation was refused before it was made
    }
    if (auto moved = rename_folder(made, away / "record" / kind / record); !moved) {
      return moved;
    }
  }
  for (const char* const empty : {"record/confidential", "record/public", "record"}) {
    fs::remove(out / empty, failed);
  }
  for (const char* const name : {"site-1", "record"}) {
    if (auto moved = rename_folder(away / name, out / name); !moved) {
      return moved;
    }
  }
  fs::remove(away, failed);
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
  say("recovery drill", result->seconds, result->recovery_note + "; a real share was refused");
  return {};
}

Result<void> Rehearsal::evaluate() {
  const fs::path declarations = options_.data / "declarations.toml";
  auto bytes = base::read_file(declarations, kLargestFile);
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
  say("evaluation", result->seconds, "all 18 questions of the draft answered or marked unanswered");
  return {};
}

}  // namespace ceremony::cli
