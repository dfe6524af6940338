#include "ceremony/json_lines.h"

#include <string>

#include <doctest/doctest.h>

namespace {

using ceremony::Json;

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + "1" + std::string(depth, ']');
}

}  // namespace

TEST_CASE("json: what is written is read back, and written the same") {
  const Json value = {{"z", 1},
                      {"a", "b\n\x7f\xf0\x9f\x94\x91\"\\"},
                      {"list", {true, -5}},
                      {"big", 18446744073709551615U},
                      {"empty", Json::object()}};
  const auto text = ceremony::write_json(value);
  REQUIRE(text);
  CHECK(
      *text ==
      R"({"z":1,"a":"b\n\u007f\ud83d\udd11\"\\","list":[true,-5],"big":18446744073709551615,"empty":{}})");
  const auto again = ceremony::parse_json(*text);
  REQUIRE(again);
  CHECK(ceremony::write_json(*again).value() == *text);
}

TEST_CASE("json: a value that no log may hold is not written") {
  CHECK(ceremony::write_json({{"x", 0.5}}).error().code == base::ErrorCode::kInvalidArgument);
  CHECK_FALSE(ceremony::write_json({{"x", nullptr}}));
  CHECK_FALSE(ceremony::write_json({{"x", "\xff"}}));
  CHECK_FALSE(ceremony::write_json({{"x", "\xed\xa0\x80"}}));
  CHECK_FALSE(ceremony::write_json({{"x", Json::binary({1, 2})}}));
}

TEST_CASE("json: a text with two meanings is refused") {
  for (const char* const text : {"",
                                 "{",
                                 "{}x",
                                 " {}",
                                 "{} ",
                                 R"({"a": 1})",
                                 R"({"a":1,"a":1})",
                                 R"({"a":{"b":1,"b":2}})",
                                 R"({"a":1.0})",
                                 R"({"a":1e3})",
                                 R"({"a":-0})",
                                 R"({"a":01})",
                                 R"({"a":null})",
                                 R"({"a":18446744073709551616})",
                                 R"({"a":-9223372036854775809})",
                                 R"({"a":NaN})",
                                 R"({"a":"\u0041"})",
                                 R"({"a":"\/"})",
                                 R"({"a":"\uD83D\uDD11"})",
                                 R"({"a":"\ud83d"})",
                                 "{\"a\":\"\xc3\xb6\"}",
                                 "{\"a\":\"\xff\"}",
                                 "{\"a\":\"\t\"}",
                                 R"({"a":1,})",
                                 "nul"}) {
    CAPTURE(text);
    const auto value = ceremony::parse_json(text);
    REQUIRE_FALSE(value);
    CHECK(value.error().code == base::ErrorCode::kMalformed);
  }
  CHECK(ceremony::parse_json(R"({"a":1,"a":1})").error().message == "its JSON has one key twice");
}

TEST_CASE("json: sixteen levels are read, seventeen are not, a million do no harm") {
  CHECK(ceremony::parse_json(nested(ceremony::kMaxJsonDepth)));
  CHECK_FALSE(ceremony::parse_json(nested(ceremony::kMaxJsonDepth + 1)));
  CHECK_FALSE(ceremony::parse_json(nested(1000000)));
}

TEST_CASE("json: members are found by name and kind") {
  const Json object = {{"text", "x"}, {"number", 7U}, {"negative", -1}};
  CHECK(ceremony::string_member(object, "text").value() == "x");
  CHECK(ceremony::number_member(object, "number").value() == 7);
  CHECK(ceremony::string_member(object, "number").error().message ==
        "the text \"number\" is missing");
  CHECK_FALSE(ceremony::number_member(object, "negative"));
  CHECK_FALSE(ceremony::number_member(object, "none"));
  CHECK_FALSE(ceremony::string_member(Json::array(), "text"));
}

TEST_CASE("json: dates are days that the calendar has") {
  for (const char* const good : {"2026-11-23", "2024-02-29", "0001-01-01", "9999-12-31"}) {
    CHECK(ceremony::is_date(good));
  }
  for (const char* const bad : {"2026-02-29",
                                "2026-13-01",
                                "0000-01-01",
                                "2026-1-01",
                                "2026-11-23 ",
                                "",
                                "2026/11/23",
                                "2026-11-00"}) {
    CAPTURE(bad);
    CHECK_FALSE(ceremony::is_date(bad));
  }
}
