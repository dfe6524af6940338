// The act that looks at a site: is its vault whole, does it know of everything, is it live.

#include <algorithm>
#include <array>
#include <utility>

#include "base/digest.h"
#include "base/media.h"
#include "base/text_encoding.h"
#include "ca/pem.h"
#include "ceremony/action.h"
#include "ceremony/ledger_files.h"
#include "ceremony/ledger_guard.h"
#include "ceremony/ledger_slip.h"
#include "ceremony/plan_comparisons.h"
#include "ceremony/published.h"
#include "ceremony/site_facts.h"
#include "ceremony/vault.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

// Every certificate of the records must lie in the vault: a key that was certified once is found by
// it. Errors: kInconsistent, naming the first that does not.
Result<void> check_issued(const fs::path& home, const LedgerState& ledger) {
  for (const IssuedCertificate& one : ledger.issued) {
    if (one.certificate == ledger.root_certificate || one.is_void) {
      continue;
    }
    const auto pem = base::read_file(home / "ca" / (one.serial + ".pem"), kLargestCertificate);
    const auto objects =
        pem ? ca::read_objects(*pem) : Result<std::vector<ca::EncodedObject>>(pem.error());
    if (!objects || objects->size() != 1 ||
        base::sha256_hex(objects->front().der) != one.certificate) {
      return Error{ErrorCode::kInconsistent,
                   "the certificate " + one.serial +
                       ", which the records name, is missing from this vault or is not the same; "
                       "nothing was signed; bring the copy of the other site"};
    }
  }
  return {};
}

Result<void> check_vault_fits(const Plan& plan, const Vault& vault, const LedgerState& ledger) {
  const Mode mode = *mode_named(shamir::name_of(vault.header.set.set.mode));
  if (mode != plan.mode) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "this vault is of mode " + std::string(name_of(mode)) + " and the plan of mode " +
                     std::string(name_of(plan.mode)) +
                     "; bring the vault that belongs to the plan"};
  }
  if (vault.header.root_sha256 != ledger.root_certificate ||
      vault.header.request_sha256 != ledger.signing_request ||
      vault.header.set.set.generation != ledger.generation) {
    return Error{ErrorCode::kInconsistent,
                 "this vault holds another key, or another generation of shares, than its records "
                 "name; nothing was signed; bring the vault that belongs to the records"};
  }
  return {};
}

// The purpose of a step that may find the encrypted key gone: a destruction that goes on.
constexpr std::string_view kEnding = "end";

// A root's ceremony needs a root certificate; a signing key's vault has none.
Result<void> check_kind_of_vault(const Script& script, const VaultHeader& header) {
  const bool needs_root = std::ranges::any_of(script.steps, [](const Step& step) {
    return std::ranges::find(step.needs, "root-certificate") != step.needs.end();
  });
  if (needs_root && header.is_signing_key()) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "this is the vault of a signing key, and this ceremony is for a root; nothing was "
                 "signed; bring the vault of the root"};
  }
  return {};
}

// What is rehearsed must not be worth anything, and what is real must not be signed in a rehearsal.
Result<void> check_mode_of_vault(const Plan& plan, const VaultHeader& header) {
  const std::string mode(shamir::name_of(header.set.set.mode));
  if (mode == name_of(plan.mode)) {
    return {};
  }
  return Error{ErrorCode::kRefusedByPolicy,
               "this is the vault of a " + mode + ", and the plan is for " +
                   std::string(name_of(plan.mode)) +
                   "; nothing was signed; bring the vault that the plan was written for"};
}

Result<Asking> ask_slips(const Workplace& work) {
  Asking asking;
  asking.asks.push_back({.name = "slips",
                         .kind = client::AskKind::kText,
                         .prompt = "Slips that people have brought from earlier ceremonies, with "
                                   "semicolons between them; or none",
                         .expected = {},
                         .is_optional = true});
  if (site_act_of(work.step) == SiteAct::kActivate) {
    asking.asks.push_back({.name = "published-absent",
                           .kind = client::AskKind::kText,
                           .prompt = "If the newest published CRL or record cannot be had: why; "
                                     "else nothing",
                           .expected = {},
                           .is_optional = true});
  }
  return asking;
}

std::string typed(const client::Input& input, const char* name) {
  const auto found = input.texts.find(name);
  return found == input.texts.end() ? std::string() : found->second;
}

// What this site has, and what others bring that it may lack.
struct SiteView {
  Ledger ledger;
  LedgerState state;
  Vault vault;
  std::vector<Slip> slips;
  Published published;
};

Result<SiteView> look_at_site(const Workplace& work,
                              const client::Input& input,
                              const fs::path& home) {
  auto ledger = Ledger::read(home / "ledger");
  auto state = ledger ? ledger->state() : Result<LedgerState>(ledger.error());
  const std::uint32_t generation = state ? state->generation : 1;
  const bool is_ending = work.step.purpose == kEnding || (state && !state->ended.empty());
  auto vault = is_ending ? read_vault_papers(home, generation) : read_vault(home, generation);
  if (!vault) {
    return std::move(vault).error();
  }
  if (!state) {
    return std::move(state).error();
  }
  auto slips = parse_slips(typed(input, "slips"));
  if (!slips) {
    return std::move(slips).error();
  }
  const fs::path in = work.room.transfer_in;
  auto published = in.empty() ? Result<Published>(Published())
                              : read_published(in / "published", vault->header.public_key_info);
  if (!published) {
    return std::move(published).error();
  }
  return SiteView{.ledger = std::move(ledger).value(),
                  .state = std::move(state).value(),
                  .vault = std::move(vault).value(),
                  .slips = std::move(slips).value(),
                  .published = std::move(published).value()};
}

// Whether an activation has decided that what slips or published CRLs tell of is lost.
bool accepts_loss(const Workplace& work) {
  return site_act_of(work.step) == SiteAct::kActivate && work.plan.activation &&
         work.plan.activation->records_lost;
}

// What the other sites in this room have done must be known here.
Result<void> check_others(const Workplace& work, const SiteView& site) {
  for (std::size_t i = 1; i < work.room.sites.size(); ++i) {
    auto theirs = read_records(work.room.sites[i] / "ledger", CutOff::kLeftOut);
    auto checked = theirs ? check_presented(site.ledger, site.state, *theirs)
                          : Result<void>(std::move(theirs).error());
    if (!checked) {
      return checked;
    }
  }
  return {};
}

// Whether this site knows of everything that people have brought, and may act.
Result<void> check_standing(const Workplace& work, const SiteView& site) {
  LedgerState state = site.state;
  if (const std::uint64_t lost = lost_up_to(state, site.slips); accepts_loss(work) && lost != 0) {
    state.lost.push_back({.from = state.sequence + 1, .to = lost, .epoch = state.epoch + 1});
  }
  if (auto checked = check_slips(site.ledger, state, site.slips); !checked) {
    return checked;
  }
  if (auto checked = check_others(work, site); !checked) {
    return checked;
  }
  const NewerCrl newer = accepts_loss(work) ? NewerCrl::kTaken : NewerCrl::kRefused;
  if (auto checked = check_published(site.ledger, state, site.published, newer); !checked) {
    return checked;
  }
  const SiteIntent intent{
      .site = work.plan.site, .ceremony = work.plan.ceremony, .act = site_act_of(work.step)};
  if (auto live = check_live(state, intent); !live) {
    return live;
  }
  const PlanFaults answers =
      compare_answers_with_root(work.plan, state, work.room.data / "profiles");
  if (!answers.empty()) {
    return Error{answers.front().code, answers.front().message};
  }
  return check_chain(work.plan, state);
}

Result<void> check_contents(const Workplace& work, const SiteView& site, const fs::path& home) {
  if (auto kind = check_kind_of_vault(work.script, site.vault.header); !kind) {
    return kind;
  }
  if (auto mode = check_mode_of_vault(work.plan, site.vault.header); !mode) {
    return mode;
  }
  if (auto fits = check_vault_fits(work.plan, site.vault, site.state); !fits) {
    return fits;
  }
  if (site.state.crl_number != 0) {
    auto newest = read_site_crl(home, site.state.crl_number, site.state.crl_sha256);
    if (!newest) {
      return std::move(newest).error().while_doing("the newest CRL of this vault");
    }
  }
  return check_issued(home, site.state);
}

// What cannot be had for comparison is an exception, with the reason that was given.
Result<Json> compared_with(const Workplace& work,
                           const client::Input& input,
                           const SiteView& site) {
  const bool has_crl = site.published.newest_crl.has_value();
  const bool has_record = !site.published.records.empty();
  const std::string why = typed(input, "published-absent");
  if ((!has_crl || !has_record) && why.empty()) {
    return Error{ErrorCode::kInsufficient,
                 "the newest published CRL and record are not both in the folder published of the "
                 "transfer stick; bring them, or say why they cannot be had; nothing was done"};
  }
  if (!has_crl || !has_record) {
    auto noted =
        note_exception(work,
                       {.expected = "the newest published CRL and record",
                        .seen = has_crl ? "no record" : (has_record ? "no CRL" : "neither"),
                        .decided = why,
                        .raised_by = input.acted_by});
    if (!noted) {
      return std::move(noted).error();
    }
  }
  return Json{{"crl", has_crl ? "compared" : "absent"},
              {"record", has_record ? "compared" : "absent"},
              {"lost_to", accepts_loss(work) ? lost_up_to(site.state, site.slips) : 0}};
}

// A published CRL that is newer than the records takes its place in the vault: the next one must
// list all that it does.
Result<void> take_newer_crl(const fs::path& home, SiteView& site) {
  const auto& crl = site.published.newest_crl;
  if (!crl || crl->number <= highest_crl_number(site.state)) {
    return {};
  }
  if (auto made = base::make_folder_where_missing(home / "crl"); !made) {
    return made;
  }
  auto saved =
      base::save_new_or_same(home / "crl" / (std::to_string(crl->number) + ".crl"), crl->der);
  if (!saved) {
    return std::move(saved).error();
  }
  site.state.crl_number = crl->number;
  site.state.crl_sha256 = crl->sha256;
  return {};
}

Result<Turn> check_vault(Workplace& work, client::Input& input) {
  auto home = home_site(work);
  if (!home) {
    return std::move(home).error();
  }
  auto site = look_at_site(work, input, *home);
  if (!site) {
    return std::move(site).error();
  }
  if (auto standing = check_standing(work, *site); !standing) {
    return std::move(standing).error();
  }
  if (auto contents = check_contents(work, *site, *home); !contents) {
    return std::move(contents).error();
  }
  auto set = shamir::write_set_header(site->vault.header.set);
  if (!set) {
    return std::move(set).error();
  }
  Turn turn;
  if (site_act_of(work.step) == SiteAct::kActivate) {
    auto compared = compared_with(work, input, *site);
    auto taken = compared ? take_newer_crl(*home, *site) : Result<void>(compared.error());
    if (!taken) {
      return std::move(taken).error();
    }
    turn.facts["compared"] = std::move(compared).value();
  }
  turn.facts.update({{"set", *set},
                     {"public-key", base::to_base64(site->vault.header.public_key_info)},
                     {"crl-number", site->state.crl_number},
                     {"void-crl-number", site->state.void_crl_number},
                     {"crl-sha256", site->state.crl_sha256},
                     {"standing-reserve", reserve_facts(site->state)},
                     {"revoked", revoked_facts(site->state)},
                     {"ended", site->state.ended},
                     {"epoch", site->state.epoch}});
  if (!site->vault.header.is_signing_key()) {
    turn.facts["root-certificate"] = base::to_base64(site->vault.root_certificate);
  }
  turn.public_note =
      "the vault is whole and knows " + std::to_string(site->state.sequence) + " records";
  return turn;
}

constexpr std::array kSiteActions{
    Action{.name = "check-vault", .ask = ask_slips, .act = check_vault}};

}  // namespace

std::span<const Action> site_actions() {
  return kSiteActions;
}

}  // namespace ceremony
