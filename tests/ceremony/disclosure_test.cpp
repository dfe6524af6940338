#include "ceremony/disclosure.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using ceremony::Json;

TEST_CASE("disclosure: the published example opens n = 5 under its digest") {
  // Source: RFC 9901 section 4.2.1 (form) and 4.2.3 (digest); the digest was made with openssl.
  const std::string text = "WyJzWElhUFZHc1o5ZU9FYVpMVVRnSlVRIiwibiIsNV0";
  const auto parsed = ceremony::parse_disclosure(text);
  REQUIRE(parsed);
  CHECK(parsed->name == "n");
  CHECK(parsed->value == 5);
  CHECK(parsed->text().value() == text);
  CHECK(ceremony::disclosure_digest(text) == "OvB8_RtWV1__PfTK5sAKcwNNP8NwCSljLI0WGoKC3tE");
}

TEST_CASE("disclosure: RFC 9901 section 4.2.3 has this digest for its example") {
  CHECK(ceremony::disclosure_digest("WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7"
                                    "ZiaXVzIl0") == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0");
}

TEST_CASE("disclosure: salts are 128 bits and never the same") {
  const auto one = ceremony::disclose({"k", 3});
  const auto other = ceremony::disclose({"k", 3});
  CHECK(one.salt.size() == 22);
  CHECK(one.salt != other.salt);
  CHECK(one.text().value() != other.text().value());
  CHECK_FALSE(ceremony::disclose({"k", 0.5}).text());
}

TEST_CASE("disclosure: a damaged string opens nothing") {
  const std::string text = ceremony::disclose({"holders", {"a", "b"}}).text().value();
  for (std::size_t at = 0; at <= text.size(); ++at) {
    CHECK_FALSE(ceremony::parse_disclosure(text.substr(0, at) + "=" + text.substr(at)));
  }
  for (const char* const bad : {"", "WzFd", "e30", "WyJhIiwiYiIsMV0", "bm90IGpzb24", "W10"}) {
    CAPTURE(bad);
    CHECK(ceremony::parse_disclosure(bad).error().code == base::ErrorCode::kMalformed);
  }
}

TEST_CASE("disclosure: a reserved name is refused, as RFC 9901 section 7.1 demands") {
  for (const ceremony::HiddenFact& fact : std::vector<ceremony::HiddenFact>{
           {"_sd", 1}, {"...", 1}, {"k", {{"_sd", {"x"}}}}, {"k", {{{"...", "x"}}}}}) {
    CAPTURE(fact.name);
    CHECK_FALSE(ceremony::may_be_hidden(fact));
    const std::string text = ceremony::disclose(fact).text().value();
    CHECK(ceremony::parse_disclosure(text).error().message ==
          "this is not a disclosure: a name in it is reserved; copy the whole string anew");
  }
  CHECK(ceremony::may_be_hidden({"_sd_alg", {"_sd", "..."}}));  // names alone are reserved
}

TEST_CASE("digest list: always 32 in order, whatever is hidden") {
  for (std::size_t count = 0; count <= ceremony::kDigestCount; ++count) {
    std::vector<std::string> disclosures;
    for (std::size_t i = 0; i < count; ++i) {
      disclosures.push_back(ceremony::disclose({"f" + std::to_string(i), i}).text().value());
    }
    const auto list = ceremony::digest_list(disclosures);
    REQUIRE(list);
    CHECK(list->dump().size() == 2 + 32 * 45 + 31);
    CHECK(ceremony::check_digest_list(*list));
    for (const std::string& disclosure : disclosures) {
      CHECK(std::count(list->begin(), list->end(), ceremony::disclosure_digest(disclosure)) == 1);
    }
  }
  CHECK(ceremony::digest_list(std::vector<std::string>(33)).error().code ==
        base::ErrorCode::kInvalidArgument);
}

TEST_CASE("digest list: one that is shorter, longer, out of order or no digest is refused") {
  const Json list = ceremony::digest_list({}).value();
  Json shorter = list;
  shorter.erase(5);
  CHECK_FALSE(ceremony::check_digest_list(shorter));
  Json swapped = list;
  std::swap(swapped[3], swapped[4]);
  CHECK(ceremony::check_digest_list(swapped).error().message == "its list \"_sd\" is not in order");
  Json twice = list;
  twice[3] = twice[4];
  CHECK_FALSE(ceremony::check_digest_list(twice));
  Json none = list;
  none[0] = "short";
  CHECK_FALSE(ceremony::check_digest_list(none));
  none[0] = 1;
  CHECK_FALSE(ceremony::check_digest_list(none));
  CHECK_FALSE(ceremony::check_digest_list(Json::object()));
}
