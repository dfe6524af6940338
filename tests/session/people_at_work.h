// tests/session/people_at_work.h - people as they are: they take their time, err, break off, and
// see what no script foresaw.

#pragma once

#include <random>
#include <string>

#include "base/calendar.h"
#include "ceremony/client/messages.h"
#include "session/stage.h"

namespace stage {

// From `common` is drawn what a public record may show: before which steps the power is cut or
// people break off, and which ceremonies have exceptions. From `own` all that it must not show: how
// long each turn takes, how many exceptions there are and when, who mistypes what how often, which
// share is handed in twice.
struct Lots {
  unsigned common = 0;
  unsigned own = 0;
};

// What has happened so far.
struct Happened {
  int turns = 0;
  int mistyped = 0;  // secrets, phrases, watches and tickets
  int twice = 0;     // shares that were handed in a second time
  int refused = 0;
  int cuts = 0;
  int pauses = 0;
  int exceptions = 0;
};

class PeopleAtWork {
 public:
  // Their clock begins on the evening of today, so that midnight comes.
  explicit PeopleAtWork(Lots lots);

  // For a stage: its clock, and its three hooks.
  [[nodiscard]] const base::Clock& clock() const { return clock_; }
  Mishap befalls(const ceremony::client::StepView& step);
  void take_a_turn(const ceremony::client::StepView& step, ceremony::client::Input& input);
  bool try_again();  // after a refusal; not for ever

  [[nodiscard]] const Happened& happened() const { return happened_; }

 private:
  void come_to(const ceremony::client::StepView& step);
  [[nodiscard]] unsigned common_lot(const std::string& about, unsigned end) const;
  void let_time_pass();
  void hand_in_twice(ceremony::client::Input& input);
  void mistype(const ceremony::client::StepView& step, ceremony::client::Input& input);
  int between(int least, int most) { return std::uniform_int_distribution(least, most)(random_); }
  bool one_in(int many) { return between(1, many) == 1; }

  unsigned common_;
  std::mt19937 random_;
  base::FixedClock clock_;
  Happened happened_;
  bool is_in_a_hurry_ = false;  // while the drill's clock runs
  int ceremonies_ = 0;
  std::string ceremony_;
  std::string step_;
  int visit_ = 0;        // so many steps were come to in this ceremony
  bool is_new_ = false;  // nobody has done a turn of this step yet
  int exceptions_here_ = 0;
  std::string last_share_;
};

}  // namespace stage
