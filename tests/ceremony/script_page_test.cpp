#include "ceremony/script_page.h"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "ceremony/action.h"
#include "support/texts.h"

namespace ceremony {
namespace {

using support::has;

Script shipped_script(const std::string& name) {
  auto script =
      load_script(std::string(TEST_VECTORS) + "/../../ceremony/scripts", name, action_names());
  REQUIRE_MESSAGE(script.ok(), (script ? "" : script.error().message));
  return std::move(script).value();
}

TEST_CASE("script page: every step stands in it, with who acts, what is said, and room to sign") {
  const Script script = shipped_script("root-generation");
  const std::string page = script_page(script, nullptr);
  for (const auto* const steps : {&script.steps, &script.abort_steps, &script.resume_steps}) {
    for (const Step& step : *steps) {
      CHECK_MESSAGE(has(page, step.title), step.title);
      CHECK_MESSAGE(has(page, step.say), step.say);
    }
  }
  CHECK(has(page, "<kbd>THE ROOT IS LIVE</kbd>"));
  CHECK(has(page, "<b>director</b>"));
  CHECK(has(page, "Initials"));
  CHECK(has(page, "If the ceremony is given up"));
  CHECK(!has(page, "src="));  // nothing is loaded from elsewhere
  CHECK(!has(page, "href="));
  CHECK(!has(page, "<script"));
}

TEST_CASE("script page: what comes from files is escaped") {
  Script script = shipped_script("crl");
  script.title = "<script>alert(1)</script>";
  script.steps[0].say = "a < b & \"c\"";
  script.steps[1].actor = "<b>x";
  Plan plan;
  plan.site = "<img src=x>";
  plan.requests.push_back({.file = "<i>.csr",
                           .sha256 = {},
                           .profile = "<u>",
                           .not_before = {},
                           .not_after = {},
                           .policies = {},
                           .crl_uris = {},
                           .ca_issuer_uris = {}});
  const std::string page = script_page(script, &plan);
  CHECK(!has(page, "<script>"));
  CHECK(!has(page, "<img"));
  CHECK(!has(page, "<b>x"));
  CHECK(!has(page, "<i>.csr"));
  CHECK(!has(page, "<u>"));
  CHECK(has(page, "a &lt; b &amp;"));
}

TEST_CASE("script page: with a plan it has its day, its work and its digest in words") {
  const Script script = shipped_script("crl");
  Plan plan;
  plan.ceremony = "crl";
  plan.sequence = 3;
  plan.date = "2026-11-27";
  plan.sha256 = std::string(64, '0');
  plan.crl =
      PlannedCrl{.this_update = "2026-11-27",
                 .next_update = "2027-05-26",
                 .revocations = {{.serial = "0189", .date = "2026-11-20", .reason = "superseded"}}};
  const std::string page = script_page(script, &plan);
  CHECK(has(page, "0003"));
  CHECK(has(page, "next update 2027-05-26"));
  CHECK(has(page, "superseded"));
  CHECK(has(page, "aardvark adroitness aardvark adroitness"));
  CHECK(has(page, "mode REHEARSAL"));
}

}  // namespace
}  // namespace ceremony
