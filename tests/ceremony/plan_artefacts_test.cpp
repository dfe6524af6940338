#include "ceremony/plan_artefacts.h"

#include <functional>
#include <string>

#include <doctest/doctest.h>

#include "ceremony/plan.h"
#include "ceremony/plan_writer.h"
#include "support/texts.h"

using namespace ceremony;
using support::has;

namespace {

Plan artefact_plan() {
  Plan plan;
  plan.ceremony = "artefact-signing";
  plan.sequence = 2;
  plan.date = "2026-11-27";
  plan.origin = "pki.example/updates-g1/0002-artefact-signing";
  plan.previous_head = std::string(64, '1');
  plan.site = "site-1";
  plan.kdf = "fast";
  plan.signers = {{.role = "director", .vkey = "x"}};
  plan.signing_key = PlannedSigningKey{
      .algorithm = ca::Algorithm::kEd25519,
      .name = {.common_name = "REHEARSAL updates", .organization = "Example", .country = "DE"}};
  plan.signing = PlannedSigning{.certificate = "signer.pem", .sha256 = std::string(64, 'a')};
  plan.artefacts = {{.file = "pump.bin", .sha256 = std::string(64, 'b'), .form = "cms"},
                    {.file = "pump.bin", .sha256 = std::string(64, 'b'), .form = "raw"}};
  return plan;
}

// What is said of that plan with one change.
std::string fault_of(const std::function<void(Plan&)>& change) {
  Plan plan = artefact_plan();
  change(plan);
  const auto read = parse_plan(write_plan(plan));
  return read ? std::string() : read.error().message;
}

}  // namespace

TEST_CASE("plan: the sections about artefacts come back as they were written") {
  const auto read = parse_plan(write_plan(artefact_plan()));
  REQUIRE_MESSAGE(read.ok(), (read ? std::string() : read.error().message));
  REQUIRE(read->signing_key);
  CHECK(read->signing_key->algorithm == ca::Algorithm::kEd25519);
  CHECK(read->signing_key->name.common_name == "REHEARSAL updates");
  REQUIRE(read->signing);
  CHECK(read->signing->certificate == "signer.pem");
  REQUIRE(read->artefacts.size() == 2);
  CHECK(read->artefacts[1].form == "raw");
  CHECK(signature_name(read->artefacts[0]) == "pump.bin.p7s");
  CHECK(signature_name(read->artefacts[1]) == "pump.bin.sig");
}

TEST_CASE("plan: each fault of the sections about artefacts is named") {
  CHECK(has(fault_of([](Plan& p) { p.artefacts[0].form = "pgp"; }), "must be \"cms\" or \"raw\""));
  CHECK(has(fault_of([](Plan& p) { p.artefacts[0].file = "../pump.bin"; }),
            "the bare name of its file"));
  CHECK(has(fault_of([](Plan& p) { p.artefacts[0].sha256 = "abc"; }), "its SHA-256"));
  CHECK(has(fault_of([](Plan& p) {
              p.artefacts[1] = p.artefacts[0];
              p.artefacts[1].file = "PUMP.BIN";
            }),
            "two would give signatures of one name, \"PUMP.BIN.p7s\""));
  CHECK(has(fault_of([](Plan& p) { p.signing->certificate = ".."; }),
            "the signing certificate needs"));
  CHECK(has(fault_of([](Plan& p) { p.signing->sha256 = std::string(64, 'A'); }),
            "the signing certificate needs"));
  CHECK(has(fault_of([](Plan& p) { p.signing_key->name.common_name = "Updates"; }),
            "\"common_name\" of a signing key in mode REHEARSAL must contain the word REHEARSAL"));
  std::string text = write_plan(artefact_plan());
  const std::string algorithm = "algorithm = 'ed25519'";
  const std::size_t at = text.find(algorithm);
  REQUIRE_MESSAGE(at != std::string::npos, text);
  text.replace(at, algorithm.size(), "algorithm = 'ed448'");
  REQUIRE(!parse_plan(text).ok());
  CHECK(has(parse_plan(text).error().message, "ed448"));
}
