#include "ceremony/inference.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

using ceremony::ContinentCount;
using ceremony::infer;
using ceremony::InferenceVerdict;
using ceremony::Publications;
using ceremony::PublishedFigures;
using ceremony::SpareSharesLeft;
using shamir::SpareShares;

namespace {

SpareSharesLeft spare(unsigned count) {
  return SpareSharesLeft(SpareShares::of(count).value());
}

ContinentCount continents(unsigned count) {
  return ContinentCount::of(count).value();
}

// Spare shares and continents.
struct Pair {
  unsigned e;
  unsigned c;
};

PublishedFigures both(Pair pair) {
  return {.spare = spare(pair.e), .continents = continents(pair.c)};
}

// 2, 3, ..., `last`: every answer of this unit begins with 2.
std::vector<unsigned> two_to(unsigned last) {
  std::vector<unsigned> list;
  for (unsigned number = 2; number <= last; ++number) {
    list.push_back(number);
  }
  return list;
}

bool holds(const std::vector<unsigned>& list, unsigned number) {
  return std::find(list.begin(), list.end(), number) != list.end();
}

// A share set, and a number of continents that it can serve.
struct PlacedSet {
  unsigned k;
  unsigned n;
  unsigned c;
};

// Calls `check(PlacedSet)` for all of them.
template <typename Check>
unsigned for_every_set(Check check) {
  unsigned cases = 0;
  for (unsigned k = 2; k < 16; ++k) {
    for (unsigned n = k + 1; n <= 16; ++n) {
      for (unsigned c = 0; c <= 7 && c * k <= n; ++c) {
        check(PlacedSet{.k = k, .n = n, .c = c});
        ++cases;
      }
    }
  }
  return cases;
}

}  // namespace

TEST_CASE("inference: the true numbers are among the hypotheses, for every set and continents") {
  const unsigned cases = for_every_set([](const PlacedSet& set) {
    const auto [k, n, c] = set;
    const ceremony::QuorumHypothesis truth{.threshold = k, .shares = n};
    for (const PublishedFigures& figures :
         {both({n - k, c}),
          PublishedFigures{.spare = spare(n - k), .continents = {}},
          PublishedFigures{.spare = {}, .continents = continents(c)},
          PublishedFigures{}}) {
      const auto inference = infer(figures);
      REQUIRE(inference.ok());
      const auto& all = inference->hypotheses;
      CHECK(std::find(all.begin(), all.end(), truth) != all.end());
      CHECK(holds(inference->thresholds, k));
    }
  });
  CHECK(cases == 317);
}

TEST_CASE("inference: both figures leave exactly 2 <= k <= e / (c - 1), as far as 16 shares go") {
  for_every_set([](const PlacedSet& set) {
    const auto [k, n, c] = set;
    const unsigned e = n - k;
    const unsigned most = c < 2 ? 16 - e : std::min(e / (c - 1), 16 - e);
    CHECK(infer(both({e, c}))->thresholds == two_to(most));
  });
}

TEST_CASE("inference: the table of the reference") {
  CHECK(infer(both({2, 2}))->thresholds == two_to(2));
  CHECK(infer(both({2, 2}))->hypotheses.front() ==
        ceremony::QuorumHypothesis{.threshold = 2, .shares = 4});
  CHECK(infer(both({3, 2}))->thresholds == two_to(3));
  CHECK(infer(both({4, 2}))->thresholds == two_to(4));
  CHECK(infer(both({4, 3}))->thresholds == two_to(2));
  CHECK(infer(both({5, 3}))->thresholds == two_to(2));
  CHECK(infer(both({6, 2}))->thresholds == two_to(6));
  CHECK(infer(both({6, 4}))->thresholds == two_to(2));
  for (unsigned s = 1; s <= 14; ++s) {
    CHECK(infer(both({s, 1}))->thresholds == two_to(16 - s));
  }
}

TEST_CASE("inference: one continent, or none, says no more than the spare shares") {
  for (unsigned s = 1; s <= 14; ++s) {
    const auto alone = infer(PublishedFigures{.spare = spare(s), .continents = {}});
    CHECK(infer(both({s, 0}))->thresholds == alone->thresholds);
    CHECK(infer(both({s, 1}))->thresholds == alone->thresholds);
  }
}

TEST_CASE("inference: figures that no set can have are refused without a number in the message") {
  for (const PublishedFigures& figures : {both({1, 2}), both({14, 7}), both({3, 3})}) {
    if (figures.spare->count() == 14) {
      CHECK(infer(figures).ok());  // 2 of 16 on seven continents
      continue;
    }
    const auto refused = infer(figures);
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == base::ErrorCode::kInconsistent);
    CHECK(refused.error().message.find_first_of("0123456789") == std::string::npos);
  }
  CHECK(!ContinentCount::of(8).ok());
  CHECK(!infer(Publications{.of_set = {}, .of_earlier_sets = {{both({1, 2})}}}).ok());
  CHECK(!infer(Publications{.of_set = {both({1, 2})}, .of_earlier_sets = {{}}}).ok());
  CHECK(!infer(Publications{.of_set = {both({1, 2}), {}}, .of_earlier_sets = {}}).ok());
}

TEST_CASE("inference: verdicts at their borders") {
  CHECK(infer(both({2, 2}))->verdict == InferenceVerdict::kRevealsExactly);
  CHECK(infer(both({3, 2}))->verdict == InferenceVerdict::kSmallSet);
  CHECK(infer(both({4, 2}))->verdict == InferenceVerdict::kSmallSet);
  CHECK(infer(both({5, 2}))->verdict == InferenceVerdict::kFine);
  CHECK(infer(both({2, 1}))->verdict == InferenceVerdict::kFine);
  const auto fourteen = infer(PublishedFigures{.spare = spare(14), .continents = {}});
  CHECK(fourteen->verdict == InferenceVerdict::kRevealsExactly);  // there are only 16 shares
  CHECK(name_of(InferenceVerdict::kRevealsExactly) == "reveals-exactly");
  CHECK(name_of(InferenceVerdict::kSmallSet) == "small-set");
  CHECK(name_of(InferenceVerdict::kFine) == "fine");
}

TEST_CASE("inference: a reader who supposes n = 2k - 1 gets k = e + 1, where that fits") {
  for (unsigned e = 1; e <= 14; ++e) {
    const auto inference = infer(PublishedFigures{.spare = spare(e), .continents = {}});
    if (2 * e + 1 <= 16) {
      CHECK(inference->if_simple_majority == e + 1);
    } else {
      CHECK(!inference->if_simple_majority);
    }
  }
  CHECK(!infer(both({2, 2}))->if_simple_majority);  // a majority on each of two continents
  CHECK(!infer(PublishedFigures{.spare = {}, .continents = continents(1)})->if_simple_majority);
}

TEST_CASE("inference: shares lost since then narrow the set, and the true k stays in it") {
  for_every_set([](const PlacedSet& set) {
    const auto [k, n, c] = set;
    for (unsigned lost = 0; lost <= n - k; ++lost) {
      const unsigned c_now = std::min(c, (n - lost) / k);
      const auto left = SpareSharesLeft::after_loss(SpareShares::of(n - k).value(), lost);
      const auto over_time = infer(Publications{
          .of_set = {both({n - k, c}), {.spare = left.value(), .continents = continents(c_now)}},
          .of_earlier_sets = {}});
      REQUIRE(over_time.ok());
      CHECK(holds(over_time->now.thresholds, k));
      CHECK(over_time->if_threshold_kept == over_time->now.thresholds);
      CHECK(over_time->now.thresholds.size() <= infer(both({n - k, c}))->thresholds.size());
    }
  });
  CHECK(SpareSharesLeft::after_loss(SpareShares::of(2).value(), 3).error().code ==
        base::ErrorCode::kInsufficient);
}

TEST_CASE("inference: shares that were found again are explained, and never more than were made") {
  const PublishedFigures two{.spare = spare(2), .continents = {}};
  const PublishedFigures one{.spare = spare(1), .continents = {}};
  const auto found = infer(Publications{.of_set = {two, one, both({2, 2})}, .of_earlier_sets = {}});
  REQUIRE(found.ok());
  CHECK(found->now.thresholds == two_to(2));
  const auto grown = infer(
      Publications{.of_set = {two, {.spare = spare(3), .continents = {}}}, .of_earlier_sets = {}});
  CHECK(grown.error().code == base::ErrorCode::kInconsistent);
}

TEST_CASE("inference: continents that were published once stay known, whatever is published now") {
  const PublishedFigures three{.spare = spare(3), .continents = {}};
  const auto with =
      infer(Publications{.of_set = {three, both({3, 2}), three}, .of_earlier_sets = {}});
  CHECK(with->now.thresholds == two_to(3));
  CHECK(with->verdict == InferenceVerdict::kSmallSet);
  CHECK(infer(Publications{.of_set = {three, three}, .of_earlier_sets = {}})->now.thresholds ==
        two_to(13));
  CHECK(infer(Publications{})->now.thresholds == two_to(15));
}

TEST_CASE("inference: a re-share opens the set again, unless k is supposed to be kept") {
  const PublishedFigures five{.spare = spare(5), .continents = {}};
  const auto over_time = infer(Publications{.of_set = {five}, .of_earlier_sets = {{both({4, 2})}}});
  REQUIRE(over_time.ok());
  CHECK(over_time->now.thresholds == two_to(11));
  CHECK(over_time->if_threshold_kept == two_to(4));
  CHECK(over_time->verdict == InferenceVerdict::kSmallSet);
}

TEST_CASE("inference: two sets that each leave many can leave one together") {
  // k <= 4 from the first set, k <= 2 from the second: only a reader of both has it.
  const auto together = infer(
      Publications{.of_set = {both({5, 1})}, .of_earlier_sets = {{both({4, 2})}, {both({5, 3})}}});
  CHECK(together->now.thresholds == two_to(11));
  CHECK(together->if_threshold_kept == two_to(2));
  CHECK(together->verdict == InferenceVerdict::kRevealsExactly);
  // 2 holders needed before, and now so many spare shares that ... nothing fits both: refuted.
  const auto refuted = infer(Publications{.of_set = {{.spare = spare(13), .continents = {}}},
                                          .of_earlier_sets = {{both({2, 2})}}});
  CHECK(refuted->if_threshold_kept == two_to(2));
}

TEST_CASE("inference: the true k of every set stays possible through losses and re-shares") {
  for_every_set([](const PlacedSet& set) {
    const auto [k, n, c] = set;
    for (unsigned later = k + 1; later <= 16; ++later) {
      const auto over_time =
          infer(Publications{.of_set = {{.spare = spare(later - k), .continents = {}}},
                             .of_earlier_sets = {{both({n - k, c})}}});
      REQUIRE(over_time.ok());
      CHECK(holds(over_time->if_threshold_kept, k));
      CHECK(over_time->if_threshold_kept.size() <= over_time->now.thresholds.size());
    }
  });
}

TEST_CASE("inference: the owners' sheet tells for each choice what is left, and the guess") {
  const PublishedFigures before{.spare = spare(2), .continents = {}};
  const auto prospect = [&before](const char* what, const PublishedFigures& figures) {
    return ceremony::Prospect{
        .what = what,
        .figures = figures,
        .inference =
            infer(Publications{.of_set = {before, figures}, .of_earlier_sets = {}}).value()};
  };
  const auto sheet = ceremony::owners_sheet(
      {prospect("The spare shares alone: 2", before),
       prospect("The continents alone: 2", {.spare = {}, .continents = continents(2)}),
       prospect("Both", both({2, 2}))});
  REQUIRE(sheet.ok());
  CHECK(*sheet ==
        "CONFIDENTIAL - what a reader could infer. For the owners of the key only.\n"
        "Numbers of holders needed that stay possible, for each thing that can be published:\n"
        "\nThe spare shares alone: 2\n"
        "    to a reader of this alone: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14\n"
        "    with all that was published before: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14\n"
        "    That leaves a reader with much to guess.\n"
        "\nThe continents alone: 2\n"
        "    to a reader of this alone: 2, 3, 4, 5, 6, 7, 8\n"
        "    with all that was published before: 2\n"
        "    This REVEALS the number of holders who must be brought together.\n"
        "\nBoth\n"
        "    to a reader of this alone: 2\n"
        "    with all that was published before: 2\n"
        "    This REVEALS the number of holders who must be brought together.\n"
        "\nA reader who supposes a simple majority (n = 2k - 1, the draft's example) gets k = 3.\n"
        "If that is your layout, even the spare shares alone tell it.\n");
  const PublishedFigures now{.spare = spare(5), .continents = {}};
  const ceremony::Prospect kept{
      .what = "Now",
      .figures = now,
      .inference =
          infer(Publications{.of_set = {now}, .of_earlier_sets = {{both({4, 2})}}}).value()};
  CHECK(ceremony::owners_sheet({kept}).value().find(
            "if the number was kept at each re-share: 2, 3, 4\n") != std::string::npos);
  ceremony::Prospect impossible = kept;
  impossible.figures = both({1, 2});
  CHECK(!ceremony::owners_sheet({impossible}).ok());
}
