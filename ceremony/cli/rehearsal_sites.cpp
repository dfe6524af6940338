// The ceremonies of a rehearsal in which another site becomes live.

#include <system_error>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "ceremony/cli/rehearsal.h"
#include "ceremony/cli/rehearsal_text.h"
#include "ceremony/ledger.h"
#include "ceremony/ledger_files.h"

namespace ceremony::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::string_view kNotice =
    "REHEARSAL. The backup site takes over: the primary site cannot act. Whoever knows that it is "
    "alive says so now.\n";

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

// What relying parties have got: the newest CRL and record, on the transfer stick.
Result<void> Rehearsal::bring_published() const {
  const fs::path site = options_.out / "site-2";
  const fs::path published = options_.out / "transfer" / "in" / "published";
  auto ledger = read_ledger(site / "ledger");
  if (!ledger) {
    return std::move(ledger).error();
  }
  auto crl = read_site_crl(site, ledger->crl_number, ledger->crl_sha256);
  if (!crl) {
    return std::move(crl).error();
  }
  if (auto made = base::make_folder_where_missing(published); !made) {
    return made;
  }
  auto saved =
      base::save_new_or_same(published / (std::to_string(ledger->crl_number) + ".crl"), *crl);
  if (!saved) {
    return std::move(saved).error();
  }
  const fs::path record = site / "ledger" / ledger->records.back();
  return add_to_ledger({.from = record, .to = published});
}

Result<PlannedActivation> Rehearsal::new_activation() const {
  auto saved = base::save_new_or_same(options_.out / "transfer" / "in" / "notice.txt",
                                      base::bytes_of(kNotice));
  if (!saved) {
    return std::move(saved).error();
  }
  return PlannedActivation{.reason = "primary-unreachable",
                           .ways = {"telephone", "radio", "a courier"},
                           .notice = "notice.txt",
                           .notice_sha256 = saved->sha256,
                           .waiting_hours = 0,
                           .allowed = {"crl", "subordinate-signing"}};
}

Result<void> Rehearsal::activate_backup() {
  auto activation = new_activation();
  return activation ? activate_backup(*activation) : Result<void>(std::move(activation).error());
}

// The primary site and every record are really moved away while the backup site is activated, and
// come back whatever happens.
Result<void> Rehearsal::activate_backup(const PlannedActivation& activation) {
  const fs::path away = options_.out / "unreachable";
  if (auto moved = move_primary_away(away); !moved) {
    return moved;
  }
  if (auto published = bring_published(); !published) {
    return published;
  }
  live_site_ = "site-2";
  Plan plan = new_plan("backup-activation");
  const std::string record = record_name(plan);
  plan.crl = new_crl();
  plan.activation = activation;
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
  say_held("backup activation",
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

Result<void> Rehearsal::go_on_at(const std::string& site, SitesInRoom sites) {
  auto ledger = read_ledger(options_.out / site / "ledger");
  if (!ledger) {
    return std::move(ledger).error();
  }
  live_site_ = site;
  sites_ = sites;
  head_ = ledger->head;
  sequence_ = static_cast<std::uint32_t>(ledger->sequence);
  return {};
}

Result<void> Rehearsal::merge_with(const std::string& other) {
  auto ledger = read_ledger(options_.out / other / "ledger");
  if (!ledger) {
    return std::move(ledger).error();
  }
  Plan plan = new_plan("ledger-merge");
  plan.merge = PlannedMerge{.joined = ledger->head};
  auto result = hold(std::move(plan), nullptr, room(), {});
  if (!result) {
    return std::move(result).error();
  }
  say_held("merge", result->seconds, "both branches are one");
  return {};
}

// The primary site takes the backup site's records, and is live again.
Result<void> Rehearsal::return_to_primary() {
  live_site_ = "site-1";
  auto result = hold(new_plan("backup-return"), nullptr, room(), {});
  if (!result) {
    return std::move(result).error();
  }
  say_held("return to the primary",
           result->seconds,
           "epoch 3 at site-1, which has the records of site-2 now");
  return {};
}

}  // namespace ceremony::cli
