#include "ceremony/transcript.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/text_encoding.h"

namespace {

using ceremony::HiddenFact;
using ceremony::Json;

ceremony::PublicEntry entry_of(const std::string& type, Json data) {
  return {.i = 0,
          .prev = ceremony::no_previous(),
          .date = "2026-11-23",
          .type = type,
          .data = std::move(data),
          .journal = std::string(64, 'a')};
}

std::string line_of(const std::string& text) {
  return base::sha256_hex(base::bytes_of(text)) + " " + text + "\n";
}

// A transcript of three entries that holds.
std::vector<std::string> good_texts() {
  std::vector<std::string> texts;
  ceremony::Transcript transcript;
  for (const char* const type : {"open", "shares.issue", "close"}) {
    ceremony::PublicEntry entry = entry_of(type, {{"x", 1}});
    entry.i = texts.size();
    entry.prev = transcript.head();
    texts.push_back(ceremony::build_public_line(entry, {}).value().text);
    REQUIRE(transcript.add(texts.back()));
  }
  return texts;
}

std::string content_of(const std::vector<std::string>& texts) {
  std::string content;
  for (const std::string& text : texts) {
    content += line_of(text);
  }
  return content;
}

}  // namespace

TEST_CASE("public line: its length does not depend on what is hidden") {
  const Json open_data = {{"extra", 3}};
  const auto length = [&](std::vector<HiddenFact> hidden) {
    return ceremony::build_public_line(entry_of("shares.issue", open_data), std::move(hidden))
        .value()
        .text.size();
  };
  const std::size_t bare = length({});
  Json holders = Json::array({"the first", "the second"});
  for (unsigned n = 3; n <= 16; ++n) {
    holders.push_back("holder with a name of some length " + std::to_string(n));
    for (unsigned k = 2; k < n; ++k) {
      CHECK(length({{"k", k}, {"n", n}, {"holders", holders}}) == bare);
    }
  }
}

TEST_CASE("public line: every hidden fact is found by its digest, and only the journal has it") {
  const auto line =
      ceremony::build_public_line(entry_of("shares.issue", Json::object()), {{"k", 2}, {"n", 5}});
  REQUIRE(line);
  REQUIRE(line->disclosures.size() == 2);
  for (const std::string& disclosure : line->disclosures) {
    CHECK(line->text.find(ceremony::disclosure_digest(disclosure)) != std::string::npos);
    CHECK(line->text.find(disclosure) == std::string::npos);
  }
}

TEST_CASE("public line: what readers would refuse is not built") {
  const auto code = [](const ceremony::PublicEntry& entry, std::vector<HiddenFact> hidden) {
    return ceremony::build_public_line(entry, std::move(hidden)).error().code;
  };
  const auto invalid = base::ErrorCode::kInvalidArgument;
  CHECK(code(entry_of("Shares", Json::object()), {}) == invalid);
  CHECK(code(entry_of("", Json::object()), {}) == invalid);
  CHECK(code(entry_of(std::string(41, 'a'), Json::object()), {}) == invalid);
  CHECK(code(entry_of("open", Json::array()), {}) == invalid);
  CHECK(code(entry_of("open", {{"_sd", 1}}), {}) == invalid);
  CHECK(code(entry_of("open", {{"a", {{{"...", 1}}}}}), {}) == invalid);
  CHECK(code(entry_of("open", {{"a", 0.5}}), {}) == invalid);
  CHECK(code(entry_of("open", Json::object()), {{"k", 2}}) == invalid);
  CHECK(code(entry_of("shares.issue", {{"k", 2}}), {{"k", 2}}) == invalid);
  CHECK(code(entry_of("shares.issue", Json::object()), {{"k", 2}, {"k", 2}}) == invalid);
  CHECK(code(entry_of("shares.issue", Json::object()), {{"k", 0.5}}) == invalid);
  // RFC 9901 section 4.2.1: a hidden name "MUST NOT be _sd, ...", and none may stand inside.
  CHECK(code(entry_of("shares.issue", Json::object()), {{"_sd", 2}}) == invalid);
  CHECK(code(entry_of("shares.issue", Json::object()), {{"...", 2}}) == invalid);
  CHECK(code(entry_of("shares.issue", Json::object()), {{"k", {{{"_sd", 2}}}}}) == invalid);
  std::vector<HiddenFact> many;
  for (int i = 0; i < 33; ++i) {
    many.push_back({"fact" + std::to_string(i), i});
  }
  CHECK(code(entry_of("shares.issue", Json::object()), many) == invalid);
}

TEST_CASE("transcript: what was written is read, with head and root") {
  const auto texts = good_texts();
  const auto transcript = ceremony::Transcript::parse(content_of(texts));
  REQUIRE(transcript);
  CHECK(transcript->entries().size() == 3);
  CHECK(transcript->head() == base::sha256_hex(base::bytes_of(texts.back())));
  std::vector<ceremony::MerkleHash> leaves;
  for (const std::string& text : texts) {
    leaves.push_back(ceremony::merkle_leaf(text));
  }
  CHECK(transcript->root() == ceremony::merkle_root(leaves));
  CHECK(transcript->opening("x").empty());
  CHECK(ceremony::Transcript().head() == ceremony::no_previous());
  CHECK(ceremony::Transcript().opening("mode").empty());
}

TEST_CASE("transcript: every cut and every flipped bit is noticed, in the right entry") {
  const auto texts = good_texts();
  const std::string content = content_of(texts);
  std::size_t entry = 0;
  for (std::size_t at = 0; at < content.size(); ++at) {
    std::string changed = content;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
    const auto reading = ceremony::read_transcript(changed, ceremony::Keep::kAll);
    REQUIRE(reading.flaws.size() == 1);
    CHECK(reading.flaws.front().entry == entry);
    const auto cut = ceremony::read_transcript(content.substr(0, at), ceremony::Keep::kForVerdict);
    const bool between_lines = at != 0 && content[at - 1] == '\n';
    CHECK(cut.flaws.size() == (between_lines ? 0 : 1));
    entry += content[at] == '\n' ? 1U : 0U;
  }
}

TEST_CASE("transcript: flaws are named in words") {
  auto texts = good_texts();
  const std::string content = content_of(texts);
  const auto message = [](const std::string& text) {
    return ceremony::Transcript::parse(text).error().message;
  };
  CHECK(message("") == "entry 0: the transcript is empty");
  CHECK(message(content.substr(0, content.size() - 1)) ==
        "entry 2: its line has no end; the file was cut short");
  CHECK(message(content + "\n") == "entry 3: its line does not begin with a hash and a blank");
  CHECK(message(line_of(texts[0]) + line_of(texts[2])) == "entry 1: it says that it is entry 2");
  CHECK(message(content + line_of(texts[2])) == "entry 3: it says that it is entry 2");
}

TEST_CASE("transcript: a file that is not there is not found") {
  CHECK(ceremony::Transcript::read("/nonexistent/transcript.log").error().code ==
        base::ErrorCode::kNotFound);
}
