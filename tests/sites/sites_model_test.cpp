// One CA at two sites, driven by random schedules of signing, loss, restore from old copies, copies
// between the sites, activations, returns and merges, through the real fold, guards and merge.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "ceremony/ledger_guard.h"
#include "ceremony/ledger_merge.h"
#include "ceremony/ledger_slip.h"

using namespace ceremony;

namespace {

constexpr std::uint64_t kSchedules = 100'000;
constexpr int kStepsInSchedule = 14;

using Heads = std::set<std::string>;

Heads heads_in(const Ledger& ledger) {
  Heads heads;
  for (const LedgerRecord& record : ledger.records()) {
    heads.insert(record.head);
  }
  return heads;
}

bool contains_all(const Heads& all, const Heads& part) {
  return std::includes(all.begin(), all.end(), part.begin(), part.end());
}

// What was done and refused, over all schedules: a test in which nothing happens proves nothing.
struct Counts {
  std::uint64_t certificates = 0;
  std::uint64_t crls = 0;
  std::uint64_t activations = 0;
  std::uint64_t returns = 0;
  std::uint64_t merges = 0;
  std::uint64_t restores = 0;
  std::uint64_t copies = 0;
  std::uint64_t forks = 0;
  std::uint64_t refused_forked = 0;
  std::uint64_t refused_by_slip = 0;
  std::uint64_t refused_fenced = 0;
};

struct Site {
  std::string name;
  Ledger ledger;
  std::vector<Ledger> old_copies;
};

// A slip with what the model knows about it.
struct HandedOut {
  Slip slip;
  std::string head;
};

class World {
 public:
  World(std::mt19937_64& random, Counts& counts) : random_(random), counts_(counts) {
    const LedgerRecord first{.name = {},
                             .ceremony = "root-generation",
                             .date = "2026-11-27",
                             .sequence = 1,
                             .previous = std::string(64, '0'),
                             .head = new_head(),
                             .events = {IssuedShares{.generation = 1},
                                        IssuedCertificate{.serial = new_serial(),
                                                          .certificate = "root",
                                                          .public_key = "root",
                                                          .subject = {},
                                                          .profile = {},
                                                          .not_after = "2046-01-01",
                                                          .is_root = true},
                                        IssuedCrl{.number = 1,
                                                  .sha256 = "1",
                                                  .this_update = "2026-11-27",
                                                  .next_update = {},
                                                  .revoked = {}}}};
    for (Site& site : sites_) {
      must(site.ledger.add(first));
    }
  }

  void step() {
    Site& site = sites_[below(2)];
    Site& other = &site == &sites_[0] ? sites_[1] : sites_[0];
    switch (below(13)) {
      case 0:
      case 1:
        return sign_certificate(site);
      case 2:
      case 3:
        return sign_crl(site);
      case 4:
        return activate(site);
      case 5:
      case 6:
      case 7:
        return give_back(site);
      case 8:
        return site.old_copies.push_back(site.ledger);
      case 9:
        return restore(site);
      case 10:
      case 11:
        return copy(other, site);
      default:
        return merge(site);
    }
  }

  // Whatever happened: the sites meet, and go on as one CA.
  void reconcile() {
    copy(sites_[0], sites_[1]);
    while (sites_[1].ledger.tips().size() > 1) {
      merge(sites_[1]);
    }
    copy(sites_[1], sites_[0]);
    const auto one = sites_[0].ledger.state();
    const auto two = sites_[1].ledger.state();
    REQUIRE(one.ok());
    REQUIRE(two.ok());
    REQUIRE(one->head == two->head);
    Site& live = sites_[one->live_site == sites_[1].name ? 1 : 0];
    // A record that both sites have lost stays in the slips; nobody brings one here.
    slips_.clear();
    const std::uint64_t before = counts_.crls;
    sign_crl(live);
    REQUIRE(counts_.crls == before + 1);
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  static void must(const base::Result<void>& done) {
    REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
  }

  std::string new_head() {
    static constexpr std::array kDigits{
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    std::string head(64, '0');
    for (std::size_t i = 0; i < head.size(); i += 16) {
      std::uint64_t bits = random_();
      for (std::size_t j = 0; j < 16; ++j, bits >>= 4U) {
        head[i + j] = kDigits[bits & 0xfU];
      }
    }
    return head;
  }

  // Serial numbers are random, so an old copy cannot give one out again.
  std::string new_serial() { return new_head().substr(0, 32); }

  // What the holders who are present bring along: none, one or two slips.
  std::vector<HandedOut> slips_present() {
    std::vector<HandedOut> present;
    for (std::uint64_t count = below(3); count > 0 && !slips_.empty(); --count) {
      present.push_back(slips_[below(slips_.size())]);
    }
    return present;
  }

  // What the tool does before it signs: the state, or nothing where it refuses. The model judges
  // by sets of heads alone, so it does not repeat the code's own reasoning.
  std::optional<LedgerState> allowed(const Site& site, const SiteIntent& intent) {
    const std::vector<HandedOut> present = slips_present();
    const Heads heads = heads_in(site.ledger);
    const bool is_known = std::all_of(present.begin(), present.end(), [&](const HandedOut& one) {
      return heads.contains(one.head);
    });
    auto state = site.ledger.state();
    if (!state) {
      ++counts_.refused_forked;
      return std::nullopt;
    }
    const bool is_fenced = std::any_of(present.begin(), present.end(), [&](const HandedOut& one) {
      return one.slip.epoch > state->epoch;
    });
    std::vector<Slip> slips;
    for (const HandedOut& one : present) {
      slips.push_back(one.slip);
    }
    const auto by_slip = check_slips(site.ledger, *state, slips);
    REQUIRE(by_slip.ok() == is_known);
    if (!by_slip) {
      REQUIRE((by_slip.error().code == base::ErrorCode::kRefusedByPolicy) == is_fenced);
      ++counts_.refused_by_slip;
      return std::nullopt;
    }
    if (auto live = check_live(*state, intent); !live) {
      ++counts_.refused_fenced;
      return std::nullopt;
    }
    const bool is_other_live = !state->live_site.empty() && state->live_site != site.name;
    REQUIRE((intent.act != SiteAct::kOrdinary || !is_other_live));
    return std::move(state).value();
  }

  void close(Site& site, const LedgerState& state, std::vector<LedgerEvent> events) {
    const LedgerRecord record{.name = {},
                              .ceremony = "model",
                              .date = "2026-11-27",
                              .sequence = state.sequence + 1,
                              .previous = state.head,
                              .head = new_head(),
                              .events = std::move(events)};
    must(site.ledger.add(record));
    const auto after = site.ledger.state_at(record.head);
    REQUIRE_MESSAGE(after.ok(), (after ? std::string() : after.error().message));
    slips_.push_back({.slip = slip_of(*after).value(), .head = record.head});
  }

  void sign_certificate(Site& site) {
    const auto state = allowed(site, {.site = site.name, .ceremony = "signing"});
    if (!state) {
      return;
    }
    const std::string serial = new_serial();
    REQUIRE(serials_.insert(serial).second);
    close(site,
          *state,
          {IssuedCertificate{.serial = serial,
                             .certificate = serial,
                             .public_key = serial,
                             .subject = {},
                             .profile = {},
                             .not_after = "2036-01-01"}});
    ++counts_.certificates;
  }

  // The next CRL by the state: all that must be listed, and perhaps one more certificate.
  IssuedCrl next_crl(const Site& site, const LedgerState& state, std::uint64_t jump) {
    IssuedCrl crl{.number = state.crl_number + jump,
                  .sha256 = new_head(),
                  .this_update = "2026-11-27",
                  .next_update = {},
                  .revoked = {}};
    for (const auto& [serial, one] : state.revoked) {
      crl.revoked.push_back(one);
    }
    if (const auto& one = state.issued[below(state.issued.size())];
        !one.is_root && !state.revoked.contains(one.serial)) {
      crl.revoked.push_back({.serial = one.serial, .date = "2026-11-27", .reason = "superseded"});
    }
    check_crl(site, crl);
    return crl;
  }

  // Above every CRL of every branch that the site knows, and revoking all that any of them does.
  static void check_crl(const Site& site, const IssuedCrl& crl) {
    std::set<std::string> listed;
    for (const RecordedRevocation& one : crl.revoked) {
      listed.insert(one.serial);
    }
    REQUIRE(listed.size() == crl.revoked.size());
    for (const LedgerRecord& record : site.ledger.records()) {
      for (const LedgerEvent& event : record.events) {
        const auto* const older = std::get_if<IssuedCrl>(&event);
        if (older == nullptr) {
          continue;
        }
        REQUIRE(older->number < crl.number);
        for (const RecordedRevocation& one : older->revoked) {
          REQUIRE(listed.contains(one.serial));
        }
      }
    }
  }

  void sign_crl(Site& site) {
    if (const auto state = allowed(site, {.site = site.name, .ceremony = "crl"})) {
      close(site, *state, {next_crl(site, *state, 1)});
      ++counts_.crls;
    }
  }

  void activate(Site& site) {
    if (const auto state = allowed(
            site, {.site = site.name, .ceremony = "activation", .act = SiteAct::kActivate})) {
      close(site,
            *state,
            {OpenedEpoch{.epoch = state->epoch + 1, .site = site.name, .allowed = {}},
             next_crl(site, *state, kActivationJump)});
      ++counts_.activations;
    }
  }

  void give_back(Site& site) {
    if (const auto state =
            allowed(site, {.site = site.name, .ceremony = "return", .act = SiteAct::kReturn})) {
      close(
          site, *state, {OpenedEpoch{.epoch = state->epoch + 1, .site = site.name, .allowed = {}}});
      ++counts_.returns;
    }
  }

  void restore(Site& site) {
    if (!site.old_copies.empty()) {
      site.ledger = site.old_copies[below(site.old_copies.size())];
      ++counts_.restores;
    }
  }

  void copy(const Site& from, Site& to) {
    const Heads theirs = heads_in(from.ledger);
    const Heads ours = heads_in(to.ledger);
    const bool was_one = from.ledger.tips().size() == 1 && to.ledger.tips().size() == 1;
    must(to.ledger.add_all(from.ledger.records()));
    const bool is_fork = to.ledger.tips().size() > 1;
    if (was_one) {  // both acted, or one only follows the other: found at once, and only then
      REQUIRE(is_fork == (!contains_all(theirs, ours) && !contains_all(ours, theirs)));
    }
    REQUIRE(to.ledger.state().ok() == !is_fork);
    counts_.forks += is_fork ? 1 : 0;
    ++counts_.copies;
  }

  void merge(Site& site) {
    const auto heads = proposed_merge(site.ledger);
    if (!heads) {
      REQUIRE(site.ledger.tips().size() == 1);
      return;
    }
    const auto plan = plan_merge(site.ledger, *heads);
    REQUIRE_MESSAGE(plan.ok(), (plan ? std::string() : plan.error().message));
    for (const LedgerBranch* const branch : {&plan->kept, &plan->joined}) {
      REQUIRE(plan->merged.crl_number >= branch->state.crl_number);
      REQUIRE(plan->merged.epoch > branch->state.epoch);
      for (const auto& [serial, one] : branch->state.revoked) {
        REQUIRE(plan->merged.revoked.contains(serial));
      }
    }
    close(
        site,
        plan->kept.state,
        {MergedBranch{.joined = heads->joined,
                      .kept = heads->kept,
                      .opened = {.epoch = plan->merged.epoch, .site = site.name, .allowed = {}}}});
    ++counts_.merges;
  }

  std::mt19937_64& random_;
  Counts& counts_;
  std::array<Site, 2> sites_{Site{.name = "site-1", .ledger = {}, .old_copies = {}},
                             Site{.name = "site-2", .ledger = {}, .old_copies = {}}};
  std::vector<HandedOut> slips_;
  std::set<std::string> serials_;
};

}  // namespace

TEST_CASE("one CA at two sites stays one, whatever is lost, restored, copied or signed") {
  const char* const given = std::getenv("CONCLAVE_SEED");
  const std::uint64_t seed =
      given == nullptr ? std::random_device()() : std::strtoull(given, nullptr, 10);
  std::cout << "sites model: CONCLAVE_SEED=" << seed << '\n';
  std::mt19937_64 random(seed);
  Counts counts;
  for (std::uint64_t i = 0; i < kSchedules; ++i) {
    INFO("schedule " << i);
    World world(random, counts);
    for (int step = 0; step < kStepsInSchedule; ++step) {
      world.step();
    }
    world.reconcile();
  }
  std::cout << "sites model: " << kSchedules << " schedules, " << counts.certificates
            << " certificates, " << counts.crls << " CRLs, " << counts.activations
            << " activations, " << counts.returns << " returns, " << counts.restores
            << " restores, " << counts.copies << " copies, " << counts.forks << " forks found, "
            << counts.merges << " merges; refused: " << counts.refused_forked << " forked, "
            << counts.refused_by_slip << " by a slip, " << counts.refused_fenced << " fenced\n";
  for (const std::uint64_t count : {counts.certificates,
                                    counts.activations,
                                    counts.returns,
                                    counts.restores,
                                    counts.forks,
                                    counts.merges,
                                    counts.refused_forked,
                                    counts.refused_by_slip,
                                    counts.refused_fenced}) {
    CHECK(count > kSchedules / 20);
  }
}
