// The whole chain of ceremonies by real people, with few holders and with many: what is public must
// be the same.

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <regex>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "session/people_at_work.h"
#include "session/stage.h"
#include "support/public_folders.h"

namespace {

using ceremony::client::Input;
using ceremony::client::StepView;
namespace fs = std::filesystem;

constexpr unsigned kSmallestThreshold = 2;
constexpr unsigned kLargestThreshold = 6;
constexpr unsigned kMostShares = 16;

// A rehearsal of everything, from start to end; what its people did.
struct Chain {
  Chain(unsigned threshold, unsigned spare, stage::Lots lots)
      : people(lots),
        stage({.threshold = threshold,
               .shares = threshold + spare,
               .clock = &people.clock(),
               .befalls = [this](const StepView& step) { return people.befalls(step); },
               .mend = [this] { return people.try_again(); },
               .is_all = true},
              [this](const StepView& step, Input& input) { people.take_a_turn(step, input); }) {
    const auto done = stage.rehearsal().run();
    REQUIRE_MESSAGE(done.ok(), (done ? std::string() : done.error().message));
  }

  stage::PeopleAtWork people;
  stage::Stage stage;
};

std::string without_random_values(const fs::path& file) {
  static const std::regex random("[0-9a-f]{32,}|[A-Za-z0-9_+/=-]{43,}");
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return std::regex_replace(text, random, "*");
}

// The first lines that differ; "" where none do.
std::string first_difference(const std::string& one, const std::string& other) {
  std::istringstream mine(one);
  std::istringstream theirs(other);
  std::string my_line;
  std::string their_line;
  for (int number = 1; std::getline(mine, my_line) && std::getline(theirs, their_line); ++number) {
    if (my_line != their_line) {
      return "line " + std::to_string(number) + ":\n" + my_line + "\n" + their_line;
    }
  }
  return one == other ? "" : "one has more lines";
}

// Two public folders of the same ceremonies; how many texts were compared.
int compare(const fs::path& one, const fs::path& other) {
  CHECK(support::first_difference_in_shape(one, other) == "");
  int compared = 0;
  for (const auto& entry : fs::recursive_directory_iterator(one)) {
    const fs::path name = entry.path().lexically_relative(one);
    if (name.filename() == "transcript.log" || name.filename() == "evaluation.json") {
      CAPTURE(name.string());
      CHECK(first_difference(without_random_values(entry.path()),
                             without_random_values(other / name)) == "");
      ++compared;
    }
  }
  return compared;
}

void tell(unsigned threshold, unsigned spare, const stage::Happened& happened) {
  std::cout << threshold << " of " << threshold + spare << ": " << happened.turns << " turns, "
            << happened.mistyped << " mistyped, " << happened.twice << " shares twice, "
            << happened.refused << " refused, " << happened.cuts << " power cuts, "
            << happened.pauses << " pauses, " << happened.exceptions << " exceptions\n";
}

unsigned drawn(std::mt19937& lots) {
  return static_cast<unsigned>(lots());
}

// All k with so many spare shares; how many texts were compared.
int compare_all(unsigned spare, std::mt19937& lots) {
  CAPTURE(spare);
  const unsigned common = drawn(lots);
  const Chain few(kSmallestThreshold, spare, {.common = common, .own = drawn(lots)});
  tell(kSmallestThreshold, spare, few.people.happened());
  int compared = 0;
  for (unsigned k = kSmallestThreshold + 1; k <= kLargestThreshold && k + spare <= kMostShares;
       ++k) {
    CAPTURE(k);
    const Chain more(k, spare, {.common = common, .own = drawn(lots)});
    tell(k, spare, more.people.happened());
    CHECK(few.people.happened().turns != more.people.happened().turns);
    for (const char* const below : {"record/public", "signing-key/record/public"}) {
      compared += compare(few.stage.out() / below, more.stage.out() / below);
    }
  }
  return compared;
}

std::string environment(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  return value == nullptr ? std::string() : value;
}

// With CONCLAVE_SWEEP=all every number of spare shares, else one that is drawn by lot; all lots
// come of CONCLAVE_SWEEP_SEED where it is given.
TEST_CASE("the public record tells nothing of how many hold shares, how long it took, who erred") {
  constexpr unsigned kMostSpare = kMostShares - kLargestThreshold;
  const std::string given = environment("CONCLAVE_SWEEP_SEED");
  const unsigned seed =
      given.empty() ? std::random_device{}() : static_cast<unsigned>(std::stoul(given));
  CAPTURE(seed);
  std::mt19937 lots(seed);
  int compared = 0;
  if (environment("CONCLAVE_SWEEP") == "all") {
    for (unsigned spare = 1; spare <= kMostSpare; ++spare) {
      compared += compare_all(spare, lots);
    }
  } else {
    compared = compare_all(1 + drawn(lots) % kMostSpare, lots);
  }
  MESSAGE("texts compared: ", compared, " (seed ", seed, ")");
  CHECK(compared >= 60);
}

}  // namespace
