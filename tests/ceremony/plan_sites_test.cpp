#include "ceremony/plan_sites.h"

#include <string>

#include <doctest/doctest.h>

#include "ceremony/plan.h"
#include "ceremony/plan_writer.h"

using namespace ceremony;

namespace {

Plan activation_plan() {
  Plan plan;
  plan.ceremony = "backup-activation";
  plan.sequence = 5;
  plan.date = "2026-11-27";
  plan.origin = "pki.example/root-g1/0005-backup-activation";
  plan.previous_head = std::string(64, '1');
  plan.site = "site-2";
  plan.kdf = "fast";
  plan.signers = {{.role = "director", .vkey = "x"}};
  plan.activation = PlannedActivation{.reason = "deadline",
                                      .ways = {"telephone", "radio", "a courier"},
                                      .notice = "notice.txt",
                                      .notice_sha256 = std::string(64, 'a'),
                                      .waiting_hours = 12,
                                      .allowed = {"crl"},
                                      .records_lost = true};
  plan.merge = PlannedMerge{.joined = std::string(64, '2')};
  return plan;
}

}  // namespace

TEST_CASE("plan: the sections about sites come back as they were written") {
  const auto read = parse_plan(write_plan(activation_plan()));
  REQUIRE_MESSAGE(read.ok(), (read ? std::string() : read.error().message));
  REQUIRE(read->activation);
  CHECK(read->activation->reason == "deadline");
  CHECK(read->activation->ways.size() == 3);
  CHECK(read->activation->waiting_hours == 12);
  CHECK(read->activation->allowed == std::vector<std::string>{"crl"});
  CHECK(read->activation->records_lost);
  REQUIRE(read->merge);
  CHECK(read->merge->joined == std::string(64, '2'));
}

TEST_CASE("plan: each fault of the sections about sites is named") {
  const auto fault_of = [](void (*change)(Plan&)) {
    Plan plan = activation_plan();
    change(plan);
    const auto read = parse_plan(write_plan(plan));
    REQUIRE(!read.ok());
    return read.error().message;
  };
  const auto has = [](const std::string& text, const std::string& part) {
    INFO(text);
    return text.find(part) != std::string::npos;
  };
  CHECK(has(fault_of([](Plan& plan) { plan.activation->reason = "because"; }), "\"reason\""));
  CHECK(has(fault_of([](Plan& plan) { plan.activation->ways.pop_back(); }), "\"ways\""));
  CHECK(has(fault_of([](Plan& plan) { plan.activation->notice = "a/b"; }), "the notice needs"));
  CHECK(has(fault_of([](Plan& plan) { plan.activation->notice_sha256 = "7"; }), "its SHA-256"));
  CHECK(has(fault_of([](Plan& plan) { plan.activation->waiting_hours = 9999; }), "0 to 2160"));
  CHECK(has(fault_of([](Plan& plan) { plan.activation->allowed.clear(); }), "\"allowed\""));
  CHECK(has(fault_of([](Plan& plan) { plan.merge->joined = "7"; }), "\"joined\""));
}
