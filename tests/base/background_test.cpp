#include "base/background.h"

#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>

using base::Amount;
using base::in_background;

TEST_CASE("background: much is done in another thread, a little when it is asked for") {
  const auto here = std::this_thread::get_id();
  const auto thread = [] { return std::this_thread::get_id(); };
  CHECK(in_background(thread, Amount::kMuch).get() != here);
  CHECK(in_background(thread, Amount::kLittle).get() == here);

  int done = 0;
  const auto count = [&done] { return ++done; };
  static_cast<void>(in_background(count, Amount::kLittle));
  CHECK(done == 0);
  static_cast<void>(in_background(count, Amount::kMuch));  // waited for
  CHECK(done == 1);
}

TEST_CASE("background: what a task throws comes with its result") {
  const auto fails = []() -> int { throw std::runtime_error("full"); };
  for (const Amount amount : {Amount::kLittle, Amount::kMuch}) {
    auto task = in_background(fails, amount);
    CHECK_THROWS_AS(task.get(), std::runtime_error);
  }
}
