#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "ceremony/cli/answers.h"
#include "ceremony/pins.h"
#include "support/temporary_folder.h"

namespace {

using ceremony::cli::Answers;
using ceremony::cli::read_answers;
namespace client = ceremony::client;

constexpr const char* kAnswers = R"(ceremony = "crl"

[person.director]
pin = "1"

[person.operator]
pin = "2"

[person."Seat A"]
passphrase = "a"
share = "sticks/a"

[step.gather-quorum]
order = ["Seat B", "Seat A"]

[step.lock]
passphrase = "everybody's"

[step.lock.seat."Seat A"]
passphrase = "A's alone"
)";

base::Result<Answers> answers_in(const std::string& text) {
  const support::TemporaryFolder folder;
  std::ofstream(folder.path() / "answers.toml") << text;
  return read_answers(folder.path() / "answers.toml");
}

client::StepView step_named(const std::string& id) {
  client::StepView step;
  step.id = id;
  step.actor = "director";
  step.witness = "operator";
  return step;
}

std::string found(const Answers& answers,
                  const std::string& step,
                  std::string_view ask,
                  const std::string& who) {
  const client::Ask asked{.name = std::string(ask), .prompt = {}, .expected = {}};
  const std::string* const text = answers.find(step_named(step), asked, who);
  return text == nullptr ? "none" : *text;
}

}  // namespace

TEST_CASE("answers: a seat's own go before the step's, and these before the person's") {
  const auto answers = answers_in(kAnswers);
  REQUIRE(answers.ok());
  CHECK(found(*answers, "lock", "passphrase", "Seat A") == "A's alone");
  CHECK(found(*answers, "lock", "passphrase", "Seat B") == "everybody's");
  CHECK(found(*answers, "open", "passphrase", "Seat A") == "a");
  CHECK(found(*answers, "open", "passphrase", "Seat B") == "none");
  CHECK(found(*answers, "open", "share", "Seat A") == "sticks/a");
}

TEST_CASE("answers: a PIN is that of whoever acts, acknowledges or sets it") {
  const auto answers = answers_in(kAnswers);
  REQUIRE(answers.ok());
  CHECK(found(*answers, "open", ceremony::kActorPin, "") == "1");
  CHECK(found(*answers, "open", ceremony::kWitnessPin, "Seat A") == "2");
  CHECK(found(*answers, "attendance", ceremony::kNewPin, "operator") == "2");
  CHECK(found(*answers, "attendance", ceremony::kNewPin, "auditor") == "none");
}

TEST_CASE("answers: who comes is kept in order") {
  const auto answers = answers_in(kAnswers);
  REQUIRE(answers.ok());
  CHECK(answers->steps.at("gather-quorum").order == std::vector<std::string>{"Seat B", "Seat A"});
  CHECK(answers->ceremony == "crl");
}

TEST_CASE("answers: what is not in the form is refused, saying where") {
  const auto message = [](const std::string& text) {
    const auto answers = answers_in(text);
    return answers ? std::string("taken") : answers.error().message;
  };
  const std::string ending = "; correct it, and start again";
  CHECK(message("") == "the answers: \"ceremony\" is no name of a ceremony" + ending);
  CHECK(message("ceremony = \"a\"\nx = 1") ==
        "the answers: \"x\" is no key that is known" + ending);
  CHECK(message("ceremony = \"a\"\nperson = 1") == "the answers: [person] is no table" + ending);
  CHECK(message("ceremony = \"a\"\nperson.b = 1") ==
        "the answers: [person.b] is no table" + ending);
  CHECK(message("ceremony = \"a\"\n[person.b]\npin = 1") ==
        "the answers: \"pin\" of [person.b] is no text in quotation marks" + ending);
  CHECK(message("ceremony = \"a\"\n[step.b]\norder = [\"c\", 1]") ==
        "the answers: \"order\" of [step.b] is no list of texts" + ending);
  CHECK(message("ceremony = \"a\"\n[step.b]\nseat = 1") ==
        "the answers: [seat] is no table" + ending);
  CHECK(answers_in("ceremony").error().code == base::ErrorCode::kMalformed);
  CHECK(read_answers("/nowhere/answers.toml").error().code != base::ErrorCode::kMalformed);
}
