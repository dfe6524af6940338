#include "ceremony/plan_reserve.h"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "ceremony/ledger.h"
#include "ceremony/plan_comparisons.h"
#include "ceremony/plan_next_ceremony.h"
#include "ceremony/plan_writer.h"
#include "support/texts.h"

namespace {

using namespace ceremony;
using support::has;

Plan plan_with_reserve() {
  Plan plan;
  plan.date = "2026-11-28";
  plan.crl = PlannedCrl{.this_update = "2026-11-28", .next_update = "2027-02-26"};  // 90 days
  plan.crl->reserve = 3;
  plan.crl->reserve_overlap_days = 10;
  return plan;
}

std::string first_message(const PlanFaults& faults) {
  return faults.empty() ? "" : faults.front().message;
}

LedgerState records_of_root(const std::string& profile) {
  LedgerState ledger = empty_state();
  ledger.root_public_key = "root";
  ledger.issued = {{.serial = "01",
                    .certificate = "root",
                    .public_key = "root",
                    .subject = "CN=Root",
                    .profile = profile,
                    .not_after = "2027-10-24",
                    .is_root = true}};
  return ledger;
}

}  // namespace

TEST_CASE("reserve CRLs: each begins before the one before it ends, and is as long") {
  const auto days = days_of_crls(*plan_with_reserve().crl);
  REQUIRE(days.size() == 4);
  CHECK(days[0].this_update == "2026-11-28");
  CHECK(days[1].this_update == "2027-02-16");
  CHECK(days[1].next_update == "2027-05-17");
  CHECK(days[2].this_update == "2027-05-07");
  CHECK(days[2].next_update == "2027-08-05");
  CHECK(days[3].this_update == "2027-07-26");
  CHECK(days[3].next_update == "2027-10-24");
  CHECK(object_to_reserve(plan_with_reserve()).empty());
  CHECK(days_of_crls({.this_update = "2026-11-28", .next_update = "2027-02-26"}).size() == 1);
}

TEST_CASE("reserve CRLs: a row that makes no sense is refused, by its field") {
  const auto message = [](auto change) {
    Plan plan = plan_with_reserve();
    change(plan);
    const PlanFaults faults = object_to_reserve(plan);
    CHECK(faults.size() == 1);
    CHECK(days_of_crls(*plan.crl).size() <= 4);
    return faults.front().rule + " " + faults.front().field + ": " + faults.front().message;
  };
  CHECK(has(message([](Plan& plan) { plan.crl->reserve = 0; }),
            "plan-crl-reserve crl.reserve_overlap_days: \"reserve_overlap_days\" is for reserve"));
  for (const std::uint32_t overlap : {0U, 90U, 4'000'000'000U}) {
    CHECK(has(message([&](Plan& plan) { plan.crl->reserve_overlap_days = overlap; }),
              "must be at least 1, and less than the CRL lasts"));
  }
  CHECK(has(message([](Plan& plan) { plan.crl->reserve = kMostReserveCrls + 1; }),
            "more than 12 reserve CRLs"));
  CHECK(has(message([](Plan& plan) { plan.crl->profile = kLastCrlProfile; }), "is the last one"));
  Plan plan = plan_with_reserve();
  plan.crl->reserve = kMostReserveCrls;
  CHECK(object_to_reserve(plan).empty());
  plan.crl->next_update = "soon";  // said elsewhere
  CHECK(object_to_reserve(plan).empty());
}

TEST_CASE("OCSP responses: neither a new root nor a drill has a certificate to answer for") {
  Plan plan = plan_with_reserve();
  CHECK(object_to_answers(plan).empty());
  plan.crl->ocsp = true;
  CHECK(object_to_answers(plan).empty());
  plan.mode = Mode::kDrill;
  REQUIRE(object_to_answers(plan).size() == 1);
  CHECK(object_to_answers(plan).front().rule == "plan-crl-ocsp");
  CHECK(has(object_to_answers(plan).front().message, "the key of a drill has issued none"));
  plan.mode = Mode::kRehearsal;
  plan.root = PlannedRoot{
      .profile = "root", .name = {}, .not_before = "2026-11-28", .not_after = "2027-10-24"};
  REQUIRE(object_to_answers(plan).size() == 1);
  CHECK(has(object_to_answers(plan).front().message, "this root has issued none yet"));
}

TEST_CASE("reserve CRLs: the last one ends within the root, that of the plan or of the records") {
  Plan plan = plan_with_reserve();
  plan.root = PlannedRoot{
      .profile = "root", .name = {}, .not_before = "2026-11-28", .not_after = "2027-10-24"};
  CHECK(object_to_reserve(plan).empty());
  plan.root->not_after = "2027-10-23";
  const PlanFaults faults = object_to_reserve(plan);
  REQUIRE(faults.size() == 1);
  CHECK(faults.front().rule == "plan-beyond-root");

  LedgerState ledger = records_of_root("root");
  Plan later = plan_with_reserve();
  later.sequence = 1;
  later.previous_head = ledger.head;
  CHECK(compare_with_ledger(later, ledger).empty());
  later.crl->reserve = 4;
  const PlanFaults beyond = compare_with_ledger(later, ledger);
  REQUIRE(beyond.size() == 1);
  CHECK(beyond.front().field == "crl.reserve");
  CHECK(has(beyond.front().message, "plan fewer of them"));
}

TEST_CASE("reserve CRLs: the next ceremony may come when the last one of them ends") {
  Plan plan = plan_with_reserve();
  plan.crl->next_ceremony = "2027-08-20";
  CHECK(compare_with_next_ceremony(plan).empty());
  plan.crl->next_ceremony = "2027-10-01";
  CHECK(has(first_message(compare_with_next_ceremony(plan)),
            "the last reserve CRL ends on 2027-10-24"));
  plan.crl->next_ceremony = "2027-10-24";
  const PlanFaults gap = compare_with_next_ceremony(plan);
  CHECK(has(first_message(gap), "plan so many reserve CRLs that the last one ends on"));
  CHECK(gap.front().rule == "plan-crl-gap");
}

TEST_CASE("reserve CRLs: what a plan asks for comes back from its text") {
  Plan plan = plan_with_reserve();
  plan.ceremony = "crl";
  plan.crl->ocsp = true;
  plan.sequence = 2;
  plan.origin = "pki.example/root-g1/0002-crl";
  plan.site = "site-1";
  plan.kdf = "fast";
  plan.previous_head = std::string(64, 'a');
  plan.signers = {{.role = "director", .vkey = "x"}};
  const auto read = parse_plan(write_plan(plan));
  REQUIRE_MESSAGE(read.ok(), (read ? "" : read.error().message));
  CHECK(read->crl->reserve == 3);
  CHECK(read->crl->reserve_overlap_days == 10);
  CHECK(read->crl->ocsp);
  plan.crl->reserve_overlap_days = 0;
  const auto refused = parse_plan(write_plan(plan));
  REQUIRE_FALSE(refused.ok());
  CHECK(has(refused.error().message, "reserve_overlap_days"));
}

TEST_CASE("plan check: a root whose profile does not let it answer is told before the ceremony") {
  const std::filesystem::path profiles = std::string(TEST_VECTORS) + "/../../ca/profiles";
  Plan plan = plan_with_reserve();
  CHECK(compare_answers_with_root(plan, records_of_root("root"), profiles).empty());
  plan.crl->ocsp = true;
  const PlanFaults faults = compare_answers_with_root(plan, records_of_root("root"), profiles);
  REQUIRE(faults.size() == 1);
  CHECK(faults.front().rule == "plan-ocsp-root");
  CHECK(has(faults.front().message, "does not let it sign any"));
  CHECK(compare_answers_with_root(plan, records_of_root("root-ocsp"), profiles).empty());
}
