#include "ceremony/inference.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

using ceremony::ContinentCount;
using ceremony::infer;
using ceremony::InferenceVerdict;
using ceremony::PublishedFigures;
using ceremony::ShareSets;
using ceremony::SpareSharesLeft;
using ceremony::TwoPublications;
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
  CHECK(!infer(TwoPublications{.before = both({1, 2}), .after = {}, .sets = ShareSets::kReshared})
             .ok());
  CHECK(!infer(TwoPublications{.before = {}, .after = both({1, 2}), .sets = ShareSets::kReshared})
             .ok());
  CHECK(!infer(TwoPublications{.before = both({1, 2}), .after = {}}).ok());
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
      const auto over_time = infer(TwoPublications{
          .before = both({n - k, c}),
          .after = {.spare = left.value(), .continents = continents(c_now)},
      });
      REQUIRE(over_time.ok());
      CHECK(holds(over_time->now.thresholds, k));
      CHECK(over_time->if_threshold_kept == over_time->now.thresholds);
      CHECK(over_time->now.thresholds.size() <= infer(both({n - k, c}))->thresholds.size());
    }
  });
  CHECK(SpareSharesLeft::after_loss(SpareShares::of(2).value(), 3).error().code ==
        base::ErrorCode::kInsufficient);
}

TEST_CASE("inference: figures of one set that cannot follow each other are refused") {
  const auto grown = infer(TwoPublications{.before = {.spare = spare(2), .continents = {}},
                                           .after = {.spare = spare(3), .continents = {}}});
  CHECK(grown.error().code == base::ErrorCode::kInconsistent);
}

TEST_CASE("inference: a re-share opens the set again, unless k is supposed to be kept") {
  const auto over_time = infer(TwoPublications{.before = both({4, 2}),
                                               .after = {.spare = spare(5), .continents = {}},
                                               .sets = ShareSets::kReshared});
  REQUIRE(over_time.ok());
  CHECK(over_time->now.thresholds == two_to(11));
  CHECK(over_time->if_threshold_kept == two_to(4));
}

TEST_CASE("inference: the owners' sheet tells what is left, the guess, and what to do") {
  const auto reveals = infer(TwoPublications{.before = {}, .after = both({2, 2})});
  const std::string sheet = owners_sheet(both({2, 2}), *reveals);
  CHECK(sheet ==
        "CONFIDENTIAL - what a reader could infer. For the owners of the key only.\n"
        "Spare shares: 2. Continents: 2.\n"
        "Numbers of holders needed that would explain it: 2.\n"
        "This REVEALS the number of holders who must be brought together. Publish the spare "
        "shares alone.\n");
  const PublishedFigures one{.spare = spare(2), .continents = {}};
  const auto fine = infer(TwoPublications{.before = one, .after = one});
  CHECK(owners_sheet(one, *fine).find("n = 2k - 1, the draft's example) gets k = 3") !=
        std::string::npos);
  const auto reshared =
      infer(TwoPublications{.before = both({2, 2}), .after = one, .sets = ShareSets::kReshared});
  CHECK(owners_sheet(one, *reshared).find("that the number was kept is left with: 2.") !=
        std::string::npos);
}
