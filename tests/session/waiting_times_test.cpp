// The whole chain of ceremonies at the pace of real people, with few holders and with many.

#include <fstream>
#include <iterator>
#include <random>
#include <regex>
#include <string>

#include <doctest/doctest.h>

#include "base/calendar.h"
#include "session/stage.h"
#include "support/public_folders.h"

namespace {

using ceremony::client::Input;
using ceremony::client::StepView;
namespace fs = std::filesystem;
using std::chrono::minutes;
using std::chrono::seconds;

// A clock that people move: each turn takes one to nine minutes, now and then somebody goes for
// lunch, and while a drill's clock runs all hurry (whether they met the objective is public). It
// begins in the evening, so that midnight comes.
class People {
 public:
  explicit People(unsigned seed)
      : random_(seed), clock_(base::start_of(base::date_of(base::SystemClock().now()))) {
    wait(minutes(20 * 60));
  }

  void take_a_turn(const std::string& ceremony_step) {
    ++turns_;
    if (ceremony_step == "start-clock") {
      in_a_hurry_ = true;
    }
    wait(in_a_hurry_ ? seconds(between(5, 40)) : seconds(between(60, 540)));
    if (!in_a_hurry_ && between(1, 15) == 1) {
      wait(minutes(between(20, 90)));
    }
    if (ceremony_step == "stop-clock") {
      in_a_hurry_ = false;
    }
  }

  // Whoever types the time looks at the watch right then.
  void look_at_watches(Input& input) const {
    for (const char* const watch : {"actor-watch", "witness-watch"}) {
      if (input.texts.contains(watch)) {
        input.texts[watch] = base::format_utc_time(clock_.now());
      }
    }
  }

  [[nodiscard]] const base::Clock& clock() const { return clock_; }
  [[nodiscard]] int turns() const { return turns_; }

 private:
  int between(int least, int most) { return std::uniform_int_distribution(least, most)(random_); }
  void wait(seconds time) { clock_.set(clock_.now() + time); }

  std::mt19937 random_;
  base::FixedClock clock_;
  bool in_a_hurry_ = false;
  int turns_ = 0;
};

// A rehearsal from start to end; what its people did.
struct Chain {
  struct Drawn {
    unsigned seed;
  };
  Chain(unsigned threshold, Drawn drawn)
      : people(drawn.seed),
        stage({.threshold = threshold, .shares = threshold + 3, .clock = &people.clock()},
              [this](const StepView& step, Input& input) {
                people.take_a_turn(step.id);
                people.look_at_watches(input);
              }) {
    const auto done = stage.rehearsal().run();
    REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
  }

  [[nodiscard]] fs::path published() const { return stage.out() / "record" / "public"; }

  People people;
  stage::Stage stage;
};

std::string without_random_values(const fs::path& file) {
  static const std::regex random("[0-9a-f]{32,}|[A-Za-z0-9_+/=-]{43,}");
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return std::regex_replace(text, random, "*");
}

TEST_CASE("the public record tells nothing of how long the people took, or how many they were") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  const Chain few(2, {seed});
  const Chain many(4, {seed + 1});
  CHECK(few.people.turns() != many.people.turns());
  MESSAGE("turns: ", few.people.turns(), " and ", many.people.turns());
  CHECK(support::first_difference_in_shape(few.published(), many.published()) == "");
  int compared = 0;
  for (const auto& entry : fs::recursive_directory_iterator(few.published())) {
    const fs::path name = entry.path().lexically_relative(few.published());
    if (name.filename() == "transcript.log" || name.filename() == "evaluation.json") {
      CHECK_MESSAGE(
          without_random_values(entry.path()) == without_random_values(many.published() / name),
          name.string());
      ++compared;
    }
  }
  CHECK(compared >= 8);
}

}  // namespace
