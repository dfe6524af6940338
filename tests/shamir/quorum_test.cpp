#include "shamir/quorum.h"

#include <ostream>
#include <set>
#include <string>
#include <type_traits>

#include "support/shamir_secrets.h"

using shamir::ConfidentialAccess;
using shamir::Quorum;
using shamir::QuorumNumbers;
using shamir::SpareShares;
using shamir_test::refusal;

namespace {

template <typename T>
concept Streamable = requires(std::ostream& stream, const T& value) {
  stream << value;
};

static_assert(!Streamable<Quorum>);
static_assert(!Streamable<SpareShares>);
static_assert(!std::is_default_constructible_v<ConfidentialAccess>);
static_assert(!std::is_aggregate_v<ConfidentialAccess>);
static_assert(!std::is_constructible_v<Quorum, QuorumNumbers>);
static_assert(!std::is_convertible_v<unsigned, SpareShares>);
static_assert(!std::is_constructible_v<SpareShares, unsigned>);
static_assert(!std::is_constructible_v<SpareShares, int>);

// The first words of a rule's sentence tell which rule it is.
void check_rule(QuorumNumbers numbers, const std::string& beginning) {
  const base::Error error = refusal(Quorum::of(numbers));
  CHECK(error.code == base::ErrorCode::kRefusedByPolicy);
  CHECK(error.message.substr(0, beginning.size()) == beginning);
}

}  // namespace

TEST_CASE(
    "quorum: allowed are 2 <= k < n <= 16 and nothing else, with one sentence for each rule") {
  std::set<std::string> sentences;
  for (unsigned k = 0; k <= 300; ++k) {
    for (unsigned n = 0; n <= 300; ++n) {
      const auto quorum = Quorum::of({.threshold = k, .shares = n});
      REQUIRE(quorum.ok() == (k >= 2 && k < n && n <= 16));
      if (!quorum) {
        sentences.insert(quorum.error().message);
        continue;
      }
      CHECK(quorum->threshold(ConfidentialAccess::in_the_room()) == k);
      CHECK(quorum->shares(ConfidentialAccess::in_the_room()) == n);
      CHECK(quorum->spare_shares().count() == n - k);
    }
  }
  CHECK(sentences.size() == 6);
  for (const std::string& sentence : sentences) {
    CHECK(sentence.find_first_of("0123456789") == std::string::npos);
  }
}

TEST_CASE("quorum: each broken rule is named") {
  check_rule({.threshold = 3, .shares = 0}, "no shares were asked for");
  check_rule({.threshold = 0, .shares = 0}, "no shares were asked for");
  check_rule({.threshold = 3, .shares = 17}, "more than sixteen shares");
  check_rule({.threshold = 300, .shares = 0xFFFFFFFFU}, "more than sixteen shares");
  check_rule({.threshold = 0, .shares = 5}, "the number of shares that open the secret");
  check_rule({.threshold = 1, .shares = 5}, "one share alone");
  check_rule({.threshold = 1, .shares = 1}, "one share alone");
  check_rule({.threshold = 6, .shares = 5}, "more shares would be needed than are made");
  check_rule({.threshold = 5, .shares = 5}, "every share would be needed");
}

TEST_CASE("quorum: spare shares can be read back from a record within their range only") {
  for (unsigned count = 0; count <= 20; ++count) {
    CHECK(SpareShares::of(count).ok() == (count >= 1 && count <= 14));
  }
  CHECK(*SpareShares::of(2) ==
        shamir_test::quorum_of({.threshold = 3, .shares = 5}).spare_shares());
  CHECK(refusal(SpareShares::of(15)).code == base::ErrorCode::kInvalidArgument);
}
