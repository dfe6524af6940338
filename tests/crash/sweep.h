// tests/crash/sweep.h - which points at which a ceremony is cut off are played in this run.

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "crash/medium.h"

namespace crash {

// A point and those that came of it, by cutting off once more.
struct Origin {
  std::string label;
  int open = 1;  // so many of them were not yet good
};

// When an engine is killed.
struct Kill {
  std::uint64_t journal_bytes = 0;  // so long the journal has become
  std::uint64_t delay_us = 0;       // microseconds since
};

// Which allocations of an engine fail.
struct Starvation {
  std::uint64_t first = 0;  // from 1
  std::uint64_t count = 0;  // so many from there on
};

// A state of the media from which the ceremony is opened again.
struct Point {
  std::string label = {};  // "0003-crl call 17 torn": the same in every run
  Tree tree = {};
  bool is_cut_again = false;  // the resumed run is cut off as well
  bool is_second = false;     // this is such a point
  std::shared_ptr<Origin> origin = {};
  std::optional<Kill> kill = {};              // an engine that is killed first, on these media
  std::optional<Starvation> starvation = {};  // the same with one that gets no memory
  bool goes_on = false;                       // all later ceremonies are played too
};

// All points of one ceremony: after each call, within each write, with what is lost when the power
// fails; each state of the media once. Errors end the program: a call that nobody knows.
std::vector<Point> points_of(const std::string& record,
                             const Medium& before,
                             const std::vector<MediaCall>& calls);

// How much of it, from the environment:
//   CONCLAVE_SWEEP=all       every point (else: a sample)
//   CONCLAVE_SHARD=I/N       of these, every N-th, from the I-th on (0 to N - 1)
//   CONCLAVE_SWEEP_STATE=F   with "all": points that F-I-N names are done, and those done now are
//                            added to it; it goes when all were good. What another build did does
//                            not count.
//   CONCLAVE_SWEEP_SEED=S    which sample; printed, drawn by lot where missing
//   CONCLAVE_SWEEP_STRIDE=K  how thin the sample is
//   CONCLAVE_SWEEP_POINT=L   nothing but the point with that label, which a run has named
class Selection {
 public:
  static Selection from_environment();

  // Whether the next point is to be played; counts it either way.
  bool takes(const std::string& label);

  [[nodiscard]] std::uint64_t seed() const { return seed_; }

  // A number below `end`, from the seed.
  std::uint64_t draw(std::uint64_t end);

  // Notes that a point was good, with all that came of it.
  void note_good(const std::string& label);

  // All were good: the next run plays every one again.
  void forget();

  [[nodiscard]] bool is_all() const { return stride_ == 1; }
  [[nodiscard]] std::string text() const;

  [[nodiscard]] bool knows_any() const { return !done_.empty(); }

 private:
  void read_state();

  std::uint64_t seed_ = 0;
  std::mt19937_64 lot_;
  std::uint64_t stride_ = 1;
  std::uint64_t shard_ = 0;
  std::uint64_t shards_ = 1;
  std::uint64_t next_ = 0;
  std::string only_;  // this label, if not ""
  std::filesystem::path state_;
  std::set<std::string> done_;
};

// What became of the points of a ceremony.
struct Tally {
  std::size_t calls = 0;
  std::size_t points = 0;
  std::size_t played = 0;
  std::size_t again = 0;  // of these, cut off twice
  std::size_t bad = 0;
  std::size_t in_vain = 0;  // of those played: the engine was not killed
};

}  // namespace crash
