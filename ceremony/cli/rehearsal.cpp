#include "ceremony/cli/rehearsal.h"

#include <array>
#include <utility>

#include "base/calendar.h"
#include "base/digest.h"
#include "base/media.h"
#include "ca/pem.h"
#include "ca/request_writer.h"
#include "ca/signing_request.h"
#include "ca/software_key.h"
#include "ceremony/cli/rehearsal_text.h"
#include "ceremony/json_lines.h"
#include "ceremony/ledger.h"
#include "ceremony/ledger_slip.h"
#include "ceremony/plan_writer.h"
#include "ceremony/set_inventory.h"

namespace ceremony::cli {

namespace {

using base::Result;
namespace fs = std::filesystem;

constexpr int kCrlDays = 180;
// A request of a subordinate that does not exist.
Result<std::string> invented_request(const std::string& common_name) {
  auto key = ca::SoftwareKey::generate(ca::Algorithm::kP256);
  if (!key) {
    return std::move(key).error();
  }
  auto name = ca::DistinguishedName::of({{.type = "C", .value = "DE"},
                                         {.type = "O", .value = "Conclave Rehearsal"},
                                         {.type = "CN", .value = common_name}});
  if (!name) {
    return std::move(name).error();
  }
  auto der = ca::write_request(*name, **key);
  if (!der) {
    return std::move(der).error();
  }
  return ca::pem_text("CERTIFICATE REQUEST", *der);
}

}  // namespace

Rehearsal::Rehearsal(const RehearsalOptions& options)
    : Rehearsal(options, invent_people(options.quorum, shamir::ConfidentialAccess::in_the_room())) {
  for (std::size_t i = 0; i < people_.holders.size() && i < options_.carriers.size(); ++i) {
    people_.holders[i].planned.carrier = options_.carriers[i];
  }
}

Rehearsal::Rehearsal(RehearsalOptions options, RehearsedPeople people)
    : options_(std::move(options)),
      people_(std::move(people)),
      today_(base::format_date(base::date_of(base::SystemClock().now()))),
      head_(no_previous()) {}

Result<void> Rehearsal::run() {
  using Part = Result<void> (Rehearsal::*)();
  struct Row {
    Part part;
    bool is_of_all = false;
  };
  constexpr std::array kRows{Row{.part = &Rehearsal::prepare},
                             Row{.part = &Rehearsal::generate_root},
                             Row{.part = &Rehearsal::hand_over, .is_of_all = true},
                             Row{.part = &Rehearsal::sign_subordinates},
                             Row{.part = &Rehearsal::revoke_one},
                             Row{.part = &Rehearsal::verify_shares},
                             Row{.part = &Rehearsal::replace_set, .is_of_all = true},
                             Row{.part = static_cast<Part>(&Rehearsal::activate_backup)},
                             Row{.part = &Rehearsal::return_to_primary},
                             Row{.part = &Rehearsal::drill},
                             Row{.part = &Rehearsal::evaluate},
                             Row{.part = &Rehearsal::revoke_rest, .is_of_all = true},
                             Row{.part = &Rehearsal::destroy_key, .is_of_all = true},
                             Row{.part = &Rehearsal::publish},
                             Row{.part = &Rehearsal::rehearse_signing_key, .is_of_all = true}};
  for (const auto& [part, is_of_all] : kRows) {
    if (is_of_all && !options_.is_all) {
      continue;
    }
    if (auto done = (this->*part)(); !done) {
      return done;
    }
  }
  return {};
}

Result<void> Rehearsal::prepare() {
  if (auto room = prepare_room(); !room) {
    return room;
  }
  return prepare_requests();
}

Result<void> Rehearsal::prepare_room() {
  if (auto made = base::make_new_folder(options_.out); !made) {
    return made;
  }
  auto made = make_folders(options_.out,
                           {"holders",
                            "transfer",
                            "transfer/in",
                            "transfer/out",
                            "record",
                            "record/confidential",
                            "record/public"});
  if (!made) {
    return made;
  }
  if (auto sticks = make_sticks(people_, options_.out / "holders"); !sticks) {
    return sticks;
  }
  const std::string signers = signers_text(people_);
  auto saved = base::save_new(options_.out / "signers.vkey", base::bytes_of(signers));
  return saved ? Result<void>() : Result<void>(std::move(saved).error());
}

Result<void> Rehearsal::prepare_requests() {
  const fs::path in = options_.out / "transfer" / "in";
  for (const fs::path& given : options_.requests) {
    auto bytes = base::read_file(given, ca::kLargestRequest);
    if (!bytes) {
      return std::move(bytes).error();
    }
    request_names_.push_back(given.filename().string());
    if (auto saved = base::save_new(in / request_names_.back(), *bytes); !saved) {
      return std::move(saved).error();
    }
  }
  if (!request_names_.empty()) {
    return {};
  }
  for (const std::string name : {"device-identity-1", "device-identity-2"}) {
    auto text = invented_request("Rehearsal " + name);
    if (!text) {
      return std::move(text).error();
    }
    request_names_.push_back(name + ".csr");
    if (auto saved = base::save_new(in / request_names_.back(), base::bytes_of(*text)); !saved) {
      return std::move(saved).error();
    }
  }
  return {};
}

client::OpenRequest Rehearsal::room() const {
  const fs::path& out = options_.out;
  const std::string other = live_site_ == "site-1" ? "site-2" : "site-1";
  std::vector<fs::path> sites{out / live_site_};
  if (sites_ == SitesInRoom::kBoth) {
    sites.push_back(out / other);
  }
  return {.plan = {},
          .annex = {},
          .data = options_.data,
          .sites = std::move(sites),
          .holders = out / "holders",
          .transfer_in = out / "transfer" / "in",
          .transfer_out = out / "transfer" / "out",
          .confidential = out / "record" / "confidential",
          .published = out / "record" / "public"};
}

Plan Rehearsal::new_plan(const std::string& ceremony) const {
  Plan plan;
  plan.ceremony = ceremony;
  plan.mode = options_.mode;
  plan.sequence = sequence_ + 1;
  plan.date = today_;
  plan.origin = "conclave.example/rehearsal/" + record_name(plan);
  plan.previous_head = head_;
  plan.site = live_site_;
  plan.kdf = options_.kdf;
  plan.keepers.push_back({.name = "keeper-1", .public_key = people_.keeper.public_key});
  for (const RehearsedOfficer& officer : people_.officers) {
    plan.signers.push_back({.role = officer.role, .vkey = officer.vkey});
  }
  return plan;
}

PlannedCrl Rehearsal::new_crl() const {
  return {.this_update = today_, .next_update = days_after(today_, kCrlDays), .revocations = {}};
}

Annex Rehearsal::full_annex() const {
  Annex annex{.quorum = options_.quorum, .holders = {}, .sites = people_.sites};
  for (const RehearsedHolder& holder : people_.holders) {
    annex.holders.push_back(holder.planned);
  }
  return annex;
}

QuorumOrder Rehearsal::quorum_from(std::size_t first) const {
  const auto access = shamir::ConfidentialAccess::in_the_room();
  QuorumOrder order;
  for (unsigned i = 0; i < options_.quorum.threshold(access); ++i) {
    order.push_back((first + i) % people_.holders.size());
  }
  return order;
}

// Writes plan and annex into the ceremony's confidential folder and runs it.
Result<RehearsedResult> Rehearsal::hold(Plan plan,
                                        const Annex* annex,
                                        client::OpenRequest room,
                                        QuorumOrder quorum) {
  const fs::path folder = room.confidential / record_name(plan);
  if (auto made = base::make_new_folder(folder); !made) {
    return std::move(made).error();
  }
  if (annex != nullptr) {
    const std::string text = write_annex(*annex);
    plan.annex_sha256 = base::sha256_hex(base::bytes_of(text));
    room.annex = folder / "annex.toml";
    if (auto saved = base::save_new(room.annex, base::bytes_of(text)); !saved) {
      return std::move(saved).error();
    }
  }
  if (const std::string facts = std::exchange(facts_, {}); !facts.empty()) {
    if (auto saved = base::save_new(folder / kOldSetFile, base::bytes_of(facts)); !saved) {
      return std::move(saved).error();
    }
  }
  room.plan = folder / "plan.toml";
  const std::string text = write_plan(plan);
  if (auto saved = base::save_new(room.plan, base::bytes_of(text)); !saved) {
    return std::move(saved).error();
  }
  auto result = run_ceremony({.room = std::move(room),
                              .quorum = std::move(quorum),
                              .title = plan.ceremony,
                              .slips = slip_,
                              .open = options_.open},
                             people_);
  if (!result) {
    return std::move(result).error().while_doing(plan.ceremony);
  }
  sequence_ = plan.sequence;
  if (auto learned = learn_head(); !learned) {
    return std::move(learned).error();
  }
  return result;
}

Result<void> Rehearsal::learn_head() {
  auto ledger = read_ledger(options_.out / live_site_ / "ledger");
  if (!ledger) {
    return std::move(ledger).error();
  }
  head_ = ledger->head;
  auto slip = slip_of(*ledger);
  if (!slip) {
    return std::move(slip).error();
  }
  slip_ = slip_line(*slip);
  return {};
}

}  // namespace ceremony::cli
