#include "base/entropy.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include <doctest/doctest.h>

#include "base/random.h"
#include "base/text_encoding.h"

using namespace base;

namespace {

// Fair bytes that are then spoiled.
class SpoiledSource final : public RandomSource {
 public:
  using Spoil = std::function<std::size_t(std::span<std::uint8_t>)>;
  explicit SpoiledSource(Spoil spoil) : spoil_(std::move(spoil)) {}

  [[nodiscard]] std::string name() const override { return "a spoiled source"; }
  [[nodiscard]] std::size_t fill(std::span<std::uint8_t> target) override {
    const Bytes fair = random_bytes(target.size());
    std::copy(fair.begin(), fair.end(), target.begin());
    return spoil_(target);
  }

 private:
  Spoil spoil_;
};

std::string failure_at_start(SpoiledSource::Spoil spoil) {
  SpoiledSource source(std::move(spoil));
  const auto tested = TestedSource::start(source);
  return tested.ok() ? "" : tested.error().message;
}

std::string failed(std::string_view test) {
  return "Random source failed its test (" + std::string(test) +
         "); nothing was generated. The source is a spoiled source. Restart this computer, and "
         "use another one if it fails again.";
}

// Repeats its first `period` bytes for ever.
SpoiledSource::Spoil with_period(std::size_t period) {
  return [period](std::span<std::uint8_t> target) {
    for (std::size_t place = period; place < target.size(); ++place) {
      target[place] = target[place - period];
    }
    return target.size();
  };
}

// In how many ways `chosen` of 512 can be chosen, as a logarithm.
double log2_of_ways(int chosen) {
  double sum = 0;
  for (int one = 1; one <= chosen; ++one) {
    sum += std::log2(512.0 - chosen + one) - std::log2(one);
  }
  return sum;
}

// The chance that `at_least` or more of 512 fair bytes equal one value, as its logarithm.
double log2_of_tail(int at_least) {
  double sum = 0;
  for (int count = at_least; count < at_least + 40; ++count) {
    sum += std::exp2(log2_of_ways(count) - 8 * count + (512 - count) * std::log2(255.0 / 256));
  }
  return std::log2(sum);
}

}  // namespace

TEST_CASE("entropy: the cutoffs are those of SP 800-90B for a false alarm once in 2^40") {
  CHECK(HealthTest::kRepetitionCutoff == 1 + 40 / 8);
  // 1 + critbinom(512, 2^-8, 1 - 2^-40): the critical value is the least c with P(X > c) <= 2^-40.
  const int critical = static_cast<int>(HealthTest::kProportionCutoff) - 1;
  CHECK(log2_of_tail(critical + 1) <= -40);
  CHECK(log2_of_tail(critical) > -40);
}

TEST_CASE("entropy: a sound source passes at start and gives different secrets") {
  SodiumSource source;
  for (int count = 0; count < 50; ++count) {
    auto tested = TestedSource::start(source);
    REQUIRE(tested.ok());
    const auto first = tested->draw(32);
    const auto second = tested->draw(32);
    REQUIRE(first.ok());
    REQUIRE(second.ok());
    CHECK_FALSE(first->equals(*second));
    CHECK(tested->draw(0).ok());
    CHECK(tested->draw(1)->size() == 1);
  }
}

TEST_CASE("entropy: a source that is stuck at any value is refused") {
  for (int value = 0; value < 256; ++value) {
    const std::string message = failure_at_start([value](std::span<std::uint8_t> target) {
      std::fill(target.begin(), target.end(), static_cast<std::uint8_t>(value));
      return target.size();
    });
    REQUIRE(message == failed("repetition"));
  }
}

TEST_CASE("entropy: a source that repeats itself is refused, whatever its period") {
  for (std::size_t period = 1; period <= 4080; period += period < 64 ? 1 : 251) {
    CAPTURE(period);
    const std::string message = failure_at_start(with_period(period));
    const bool refused = message == failed("repetition") || message == failed("proportion") ||
                         message == failed("repeated block");
    REQUIRE(refused);
  }
  CHECK(failure_at_start(with_period(4)) == failed("proportion"));
  CHECK(failure_at_start(with_period(1024)) == failed("repeated block"));
}

TEST_CASE("entropy: a source with a bit that is stuck or leans to one side is refused") {
  for (unsigned bit = 0; bit < 8; ++bit) {
    const auto mask = static_cast<std::uint8_t>(1U << bit);
    CHECK(failure_at_start([mask](std::span<std::uint8_t> target) {
            for (std::uint8_t& byte : target) {
              byte = static_cast<std::uint8_t>(byte | mask);
            }
            return target.size();
          }) == failed("balance"));
    // Three ones of four.
    CHECK(failure_at_start([mask](std::span<std::uint8_t> target) {
            for (std::size_t place = 0; place < target.size(); place += 2) {
              target[place] = static_cast<std::uint8_t>(target[place] & ~mask);
            }
            return target.size();
          }) == failed("balance"));
  }
}

TEST_CASE("entropy: a source that favours one value is refused") {
  CHECK(failure_at_start([](std::span<std::uint8_t> target) {
          for (std::size_t place = 0; place < target.size(); place += 8) {
            target[place] = 0x5a;
          }
          return target.size();
        }) == failed("proportion"));
}

TEST_CASE("entropy: a source that gives too little is refused") {
  CHECK(failure_at_start([](std::span<std::uint8_t>) { return std::size_t{0}; }) ==
        failed("length"));
  CHECK(failure_at_start([](std::span<std::uint8_t> target) { return target.size() - 1; }) ==
        failed("length"));
}

TEST_CASE("entropy: a source that dies after its start is noticed, and stays refused") {
  bool dead = false;
  SpoiledSource source([&dead](std::span<std::uint8_t> target) {
    if (dead) {
      std::fill(target.begin(), target.end(), std::uint8_t{0});
    }
    return target.size();
  });
  auto tested = TestedSource::start(source);
  REQUIRE(tested.ok());
  REQUIRE(tested->draw(32).ok());
  dead = true;
  CHECK(tested->draw(32).error().message == failed("repetition"));
  dead = false;
  const auto after = tested->draw(32);
  REQUIRE_FALSE(after.ok());
  CHECK(after.error().code == ErrorCode::kDeviceFailure);
  CHECK(after.error().message ==
        "Random source a spoiled source failed its test before, so nothing was generated. "
        "Restart this computer.");
}

TEST_CASE("entropy: a source that gives the same twice is noticed by the continuous test") {
  Bytes fixed;
  SpoiledSource source([&fixed](std::span<std::uint8_t> target) {
    std::copy_n(fixed.begin(), std::min(fixed.size(), target.size()), target.begin());
    return target.size();
  });
  auto tested = TestedSource::start(source);
  REQUIRE(tested.ok());
  fixed = random_bytes(32);
  REQUIRE(tested->draw(32).ok());
  CHECK(tested->draw(32).error().message == failed("repeated block"));
}

TEST_CASE("entropy: a source that is stuck is noticed across draws of single bytes") {
  bool stuck = false;
  SpoiledSource source([&stuck](std::span<std::uint8_t> target) {
    if (stuck) {
      target[0] = 7;
    }
    return target.size();
  });
  auto tested = TestedSource::start(source);
  REQUIRE(tested.ok());
  stuck = true;
  std::size_t draws = 1;
  while (tested->draw(1).ok()) {
    ++draws;
  }
  CHECK(draws <= HealthTest::kRepetitionCutoff);
  CHECK(draws >= HealthTest::kRepetitionCutoff - 1);  // the byte before may have been a 7
}

TEST_CASE("entropy: the repetition test fails at its cutoff and not before") {
  for (std::size_t length = 1; length <= 10; ++length) {
    HealthTest test;
    const Bytes run(length, 0x42);
    CHECK(test.passes(run) == (length < HealthTest::kRepetitionCutoff));
  }
}

TEST_CASE("entropy: the proportion test fails at its cutoff and not before, in each window anew") {
  const auto window_with = [](std::size_t matches) {
    Bytes window(HealthTest::kProportionWindow);
    for (std::size_t place = 0; place < window.size(); ++place) {
      window[place] = static_cast<std::uint8_t>(1 + place % 200);
    }
    for (std::size_t match = 0; match < matches; ++match) {
      window[match * 2] = 0xff;
    }
    return window;
  };
  HealthTest just_good;
  for (int windows = 0; windows < 4; ++windows) {
    Bytes window = window_with(HealthTest::kProportionCutoff - 1);
    window[1] = static_cast<std::uint8_t>(201 + windows);  // no two begin with the same block
    CHECK(just_good.passes(window));
  }
  HealthTest bad;
  CHECK_FALSE(bad.passes(window_with(HealthTest::kProportionCutoff)));
  CHECK(bad.failed() == EntropyTest::kProportion);
  CHECK_FALSE(bad.passes(random_bytes(64)));
}

TEST_CASE("entropy: each test has a name") {
  CHECK(name_of(EntropyTest::kLength) == "length");
  CHECK(name_of(EntropyTest::kRepetition) == "repetition");
  CHECK(name_of(EntropyTest::kProportion) == "proportion");
  CHECK(name_of(EntropyTest::kBlock) == "repeated block");
  CHECK(name_of(EntropyTest::kBalance) == "balance");
}

TEST_CASE("entropy: dice are digits from 1 to 6 and nothing else") {
  for (unsigned value = 0; value < 256; ++value) {
    const std::string rolls = std::string("123456") + static_cast<char>(value);
    const auto parsed = DiceRolls::parse(SecretBytes::copy_of(bytes_of(rolls)));
    REQUIRE(parsed.ok() == (value >= '1' && value <= '6'));
    if (!parsed.ok()) {
      CHECK(parsed.error().code == ErrorCode::kMalformed);
      CHECK(parsed.error().message ==
            "A roll of the dice is a digit from 1 to 6, and one of these is not. Type the rolls "
            "again.");
    } else {
      CHECK(parsed->count() == 7);
    }
  }
}

TEST_CASE("entropy: mixing depends on both inputs and on nothing else") {
  const SecretBytes system = SecretBytes::random(32);
  const auto rolls = [](std::string_view text) {
    return DiceRolls::parse(SecretBytes::copy_of(bytes_of(text))).value();
  };
  const auto first = mix(system, rolls("1234561234"));
  REQUIRE(first.ok());
  CHECK(first->size() == 32);
  CHECK(first->equals(*mix(system, rolls("1234561234"))));
  CHECK_FALSE(first->equals(*mix(system, rolls("1234561235"))));
  CHECK_FALSE(first->equals(*mix(SecretBytes::random(32), rolls("1234561234"))));
  CHECK_FALSE(first->equals(system));
}

TEST_CASE("entropy: mixing is BLAKE2b with a key and a personal text, as hashlib computes it") {
  // python3: hashlib.blake2b(b"1234561234", key=bytes(range(32)), digest_size=32,
  //                          person=b"ConclaveDiceMix1").hexdigest()
  Bytes key(32);
  for (std::size_t place = 0; place < key.size(); ++place) {
    key[place] = static_cast<std::uint8_t>(place);
  }
  const auto dice = DiceRolls::parse(SecretBytes::copy_of(bytes_of("1234561234")));
  const auto mixed = mix(SecretBytes::copy_of(key), *dice);
  REQUIRE(mixed.ok());
  CHECK(to_hex(mixed->read().bytes()) ==
        "dd156637605d96392363d1ae36a0413e139709d43853950ce9d1cadd85ac2641");
}

TEST_CASE("entropy: mixing refuses sizes that BLAKE2b does not take, and no dice") {
  const auto dice = DiceRolls::parse(SecretBytes::copy_of(bytes_of("123456")));
  const auto none = DiceRolls::parse(SecretBytes(0));
  for (std::size_t size = 0; size <= 80; ++size) {
    const auto mixed = mix(SecretBytes::random(size), *dice);
    REQUIRE(mixed.ok() == (size >= 16 && size <= 64));
  }
  CHECK(mix(SecretBytes::random(32), *none).error().code == ErrorCode::kInvalidArgument);
}
