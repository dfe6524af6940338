#include "base/random.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

#include <doctest/doctest.h>

using namespace base;

TEST_CASE("random: bytes come in the number asked for and differ") {
  std::set<Bytes> seen;
  for (int draw = 0; draw < 1000; ++draw) {
    const Bytes bytes = random_bytes(16);
    REQUIRE(bytes.size() == 16);
    seen.insert(bytes);
  }
  CHECK(seen.size() == 1000);
  CHECK(random_bytes(0).empty());
}

TEST_CASE("random: a draw below a bound reaches every value evenly and no other") {
  std::array<int, 5> counts{};
  for (int draw = 0; draw < 50'000; ++draw) {
    counts.at(uniform_below(5))++;
  }
  // 10000 each with a standard deviation of 89: 8 of them either way.
  for (const int count : counts) {
    CHECK(count > 9'288);
    CHECK(count < 10'712);
  }
  CHECK(uniform_below(0) == 0);
  CHECK(uniform_below(1) == 0);
}

TEST_CASE("random: shuffling by lot gives all 24 orders of four items evenly") {
  std::map<std::array<int, 4>, int> counts;
  for (int draw = 0; draw < 48'000; ++draw) {
    std::array<int, 4> items = {1, 2, 3, 4};
    shuffle_by_lot(std::span<int>(items));
    counts[items]++;
  }
  CHECK(counts.size() == 24);
  // 2000 each with a standard deviation of 44: 8 of them either way.
  for (const auto& [order, count] : counts) {
    CHECK(count > 1'648);
    CHECK(count < 2'352);
  }
}

TEST_CASE("random: shuffling nothing or one item changes nothing") {
  std::vector<int> items;
  shuffle_by_lot(std::span<int>(items));
  CHECK(items.empty());
  items = {7};
  shuffle_by_lot(std::span<int>(items));
  CHECK(items == std::vector<int>{7});
}
