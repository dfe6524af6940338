#include "ceremony/recorded_words.h"

#include <string>

#include <doctest/doctest.h>

#include "ceremony/action.h"

namespace {

using Words = std::vector<std::string>;

ceremony::Step step_of(const std::string& act) {
  ceremony::Step step;
  step.title = "Do it";
  step.act = act;
  step.actor = "operator";
  step.witness = "internal-witness";
  step.gives = {"bag-number", "closed"};
  return step;
}

constexpr const char* kWho =
    "Journal: the operator did this step, the internal-witness acknowledged it, and when";

}  // namespace

TEST_CASE("recorded words: an act says what goes to which record") {
  CHECK(ceremony::to_be_recorded(step_of("sign-crl")) ==
        Words{kWho,
              "Journal: the CRL, and what is signed with it",
              "Public record: number, digest, dates and list of each CRL; each OCSP response"});
  CHECK(ceremony::to_be_recorded(step_of("destroy-key")) ==
        Words{kWho, "Public record: that the key in this machine is destroyed"});
}

TEST_CASE(
    "recorded words: every act of the scripts has a sentence of its own, or records nothing") {
  for (const std::string_view act : ceremony::action_names()) {
    CAPTURE(act);
    const Words words = ceremony::to_be_recorded(step_of(std::string(act)));
    CHECK(words.front() == kWho);
    CHECK(words != Words{kWho, "Journal: bag-number, closed"});
  }
}

TEST_CASE("recorded words: an act that is not known says the facts of its step") {
  CHECK(ceremony::to_be_recorded(step_of("")) == Words{kWho, "Journal: bag-number, closed"});
}

TEST_CASE("recorded words: what was done names facts and public entries, and no value of them") {
  const ceremony::Completion completion{
      .step = "do",
      .acted_by = "operator",
      .acknowledged_by = "internal-witness",
      .facts = {{"drawn", {3, 1}}},
      .publications = {{.type = "shares.issue", .data = {{"extra", 2}}, .hidden = {}}}};
  CHECK(ceremony::recorded_words(step_of("split-kek"), completion) ==
        Words{"Journal: \"Do it\" is done, by the operator, acknowledged by the internal-witness",
              "Journal: drawn",
              "Public record: entry shares.issue"});
  const ceremony::Completion bare{
      .step = "do", .acted_by = "a", .acknowledged_by = "b", .facts = {}, .publications = {}};
  CHECK(ceremony::recorded_words(step_of(""), bare) ==
        Words{"Journal: \"Do it\" is done, by the a, acknowledged by the b"});
}
