#include "ceremony/client/codec.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

using namespace ceremony::client;
using base::ErrorCode;

constexpr const char* kNotUnderstood =
    "The other program sent a message that this one does not understand. Both must come from one "
    "release.";

const std::string open_request =
    R"({"protocol":3,"request":{"annex":"a.toml","confidential":"c","data":"d","holders":"h",)"
    R"("plan":"p.toml","published":"u","sites":["site-1","Büro"],"transfer_in":"i",)"
    R"("transfer_out":"o"},"secrets":["journal-key"],"verb":"open"})";
const std::string perform_request =
    R"({"input":{"acknowledged_by":"witness","acted_by":"operator","secrets":["passphrase","pin"],)"
    R"("step":"unlock","texts":{"bag":"12"}},"verb":"perform"})";
const std::string exception_request =
    R"({"sheet":{"decided":"d","expected":"e","raised_by":"r","seen":"s"},"verb":"exception"})";
const std::string step_reply =
    R"({"step":{"actor":"operator","asks":[{"expected":"yes","kind":"phrase",)"
    R"("name":"bag","new":true,"optional":true,"prompt":"Bag?"}],"ceremony":"crl","count":9,"id":"open-bag","index":2,"is_private":false,)"
    R"("kind":"confirm","mode":"DRILL","records":["Who did it"],"say":"Cut it.","shown":["Bag 12"],"subject":"","title":"Open","witness":"w"}})";

const std::vector<std::string> requests{open_request,
                                        R"({"verb":"step"})",
                                        perform_request,
                                        exception_request,
                                        R"({"reason":"fire","verb":"abort"})",
                                        R"({"reason":"lunch","verb":"pause"})",
                                        R"({"verb":"close"})"};
const std::vector<std::string> replies{
    R"({"ready":{"protocol":3}})",
    R"({"done":{}})",
    R"({"opened":{"secrets":[]}})",
    R"({"opened":{"secrets":["journal-key"]}})",
    step_reply,
    R"({"outcome":{"private_note":"","progress":"fresh-engine","public_note":"done","recorded":["a"]}})",
    R"({"error":{"code":"insufficient","message":"More shares are needed."}})"};

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

void check_refused(const std::string& text) {
  CAPTURE(text);
  const auto request = decode_request(text);
  REQUIRE(!request.ok());
  CHECK(request.error().code == ErrorCode::kMalformed);
  CHECK(request.error().message == kNotUnderstood);
  CHECK(!decode_reply(text).ok());
}

}  // namespace

TEST_CASE("codec: every kind of message is written as it was read") {
  for (const std::string& text : requests) {
    CAPTURE(text);
    const auto request = decode_request(text);
    REQUIRE(request.ok());
    CHECK(*encode_request(*request) == text);
  }
  for (const std::string& text : replies) {
    CAPTURE(text);
    const auto reply = decode_reply(text);
    REQUIRE(reply.ok());
    CHECK(*encode_reply(*reply) == text);
  }
  for (const std::string text : {R"({"done":-1,"text":""})", R"({"done":1000,"text":"hashing"})"}) {
    CHECK(*encode_progress(*decode_progress(text)) == text);
  }
}

TEST_CASE("codec: what is read lands in its field") {
  const Request open = std::move(decode_request(open_request)).value();
  CHECK(open.verb == Verb::kOpen);
  CHECK(open.open.plan == "p.toml");
  CHECK(open.open.annex == "a.toml");
  CHECK(open.open.data == "d");
  CHECK(open.open.sites == std::vector<std::filesystem::path>{"site-1", "Büro"});
  CHECK(open.open.holders == "h");
  CHECK(open.open.transfer_in == "i");
  CHECK(open.open.transfer_out == "o");
  CHECK(open.open.confidential == "c");
  CHECK(open.open.published == "u");
  const Request perform = std::move(decode_request(perform_request)).value();
  CHECK(perform.input.step == "unlock");
  CHECK(perform.input.acted_by == "operator");
  CHECK(perform.input.acknowledged_by == "witness");
  CHECK(perform.input.texts == std::map<std::string, std::string>{{"bag", "12"}});
  CHECK(perform.secret_names == std::vector<std::string>{"passphrase", "pin"});
  CHECK(perform.input.secrets.empty());
  const Request exception = std::move(decode_request(exception_request)).value();
  CHECK(exception.sheet.expected == "e");
  CHECK(exception.sheet.seen == "s");
  CHECK(exception.sheet.decided == "d");
  CHECK(exception.sheet.raised_by == "r");
  const Reply reply = std::move(decode_reply(step_reply)).value();
  const auto& step = std::get<StepView>(reply);
  CHECK(step.asks.at(0).kind == AskKind::kPhrase);
  CHECK(step.asks.at(0).expected == "yes");
  CHECK(step.shown == std::vector<std::string>{"Bag 12"});
  CHECK(step.index == 2);
  CHECK(step.count == 9);
}

TEST_CASE("codec: every enumerator has a spelling of its own") {
  for (int value = 0; value <= static_cast<int>(ErrorCode::kStorageFailure); ++value) {
    const base::Error error{static_cast<ErrorCode>(value), "why"};
    const Reply again = std::move(decode_reply(*encode_reply(error))).value();
    CHECK(std::get<base::Error>(again).code == error.code);
  }
  for (int value = 0; value <= static_cast<int>(Progress::kPaused); ++value) {
    StepOutcome outcome;
    outcome.progress = static_cast<Progress>(value);
    const Reply again = std::move(decode_reply(*encode_reply(outcome))).value();
    CHECK(std::get<StepOutcome>(again).progress == outcome.progress);
  }
  for (int value = 0; value <= static_cast<int>(AskKind::kSecretFile); ++value) {
    StepView view;
    view.asks.push_back(
        {.name = "", .kind = static_cast<AskKind>(value), .prompt = "", .expected = ""});
    const Reply again = std::move(decode_reply(*encode_reply(view))).value();
    CHECK(std::get<StepView>(again).asks.at(0).kind == view.asks.at(0).kind);
  }
}

TEST_CASE("codec: a text that the writer would have written differently is refused") {
  check_refused("");
  check_refused("null");
  check_refused("[]");
  check_refused("{}");
  check_refused(R"({"verb":"step"} )");
  check_refused(R"({ "verb":"step"})");
  check_refused(R"({"verb":"step","verb":"step"})");
  check_refused(R"({"verb":"step","verb":"close"})");
  check_refused(R"({"verb":"dance"})");
  check_refused(R"({"verb":"step","more":1})");
  check_refused(R"({"verb":"\u0073tep"})");
  check_refused(R"({"verb":7})");
  check_refused(R"({"done":{},"step":{}})");
  check_refused(R"({"done":{"x":1}})");
  check_refused(R"({"done":null})");
  check_refused(R"({"ready":{"protocol":2}})");
  check_refused(R"({"opened":{"secrets":["kek"]}})");
  check_refused(R"({"opened":{"secrets":["journal-key","journal-key"]}})");
  check_refused(R"({"ready":{"protocol":1.0}})");
  check_refused(replaced(open_request, R"("protocol":3)", R"("protocol":2)"));
  check_refused(replaced(open_request, R"("annex")", R"("annex2")"));
  check_refused(replaced(open_request, R"(["site-1","Büro"])", R"("site-1")"));
  check_refused(replaced(open_request, R"("Büro")", "3"));
  check_refused(replaced(open_request, R"("p.toml")", R"("p\u0000.toml")"));
  check_refused(replaced(open_request, R"("site-1")", R"("site\u0000")"));
  check_refused(replaced(open_request, "ü", "\xff"));
  check_refused(replaced(perform_request, R"({"bag":"12"})", R"({"bag":12})"));
  check_refused(replaced(perform_request, R"({"bag":"12"})", "[]"));
  check_refused(replaced(perform_request, R"(["passphrase","pin"])", R"(["pin","passphrase"])"));
  check_refused(replaced(perform_request, R"(["passphrase","pin"])", R"(["pin","pin"])"));
  check_refused(replaced(exception_request, R"("seen":"s")", R"("seen":null)"));
  check_refused(replaced(step_reply, R"("phrase")", R"("riddle")"));
  check_refused(replaced(step_reply, R"("index":2)", R"("index":-2)"));
  check_refused(replaced(step_reply, R"("index":2)", R"("index":4294967296)"));
  check_refused(replaced(step_reply, R"("index":2)", R"("index":02)"));
  check_refused(replaced(step_reply, "false", "0"));
  check_refused(std::string(100'000, '['));
  CHECK(!decode_progress(R"({"done":1001,"text":""})").ok());
  CHECK(!decode_progress(R"({"done":-2,"text":""})").ok());
  CHECK(!decode_progress(R"({"done":"1","text":""})").ok());
}

TEST_CASE("codec: every message cut anywhere is refused") {
  for (const std::vector<std::string>* const texts : {&requests, &replies}) {
    for (const std::string& text : *texts) {
      for (std::size_t length = 0; length < text.size(); ++length) {
        CHECK(!decode_request(text.substr(0, length)).ok());
        CHECK(!decode_reply(text.substr(0, length)).ok());
      }
    }
  }
}

TEST_CASE("codec: as many secrets as the limit says, and not one more") {
  for (const std::size_t count : {kMaxSecretsInInput, kMaxSecretsInInput + 1}) {
    Request request;
    request.verb = Verb::kPerform;
    for (std::size_t number = 0; number < count; ++number) {
      request.secret_names.push_back("secret-" + std::to_string(100 + number));
    }
    CHECK(decode_request(*encode_request(request)).ok() == (count == kMaxSecretsInInput));
  }
}

TEST_CASE("codec: a text that is not UTF-8 is not written") {
  Request request;
  request.verb = Verb::kAbort;
  request.reason = "\xff";
  const auto text = encode_request(request);
  REQUIRE(!text.ok());
  CHECK(text.error().code == ErrorCode::kInvalidArgument);
  CHECK(text.error().message ==
        "A text or a path is not written in UTF-8. Write it again, or rename the file.");
}
