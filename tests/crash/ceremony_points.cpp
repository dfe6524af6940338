// Every kind of ceremony, cut off at every call that changes a file, and gone on with.
//
// One process plays the rehearsal. Where a ceremony is opened first, it has a child play and record
// it, makes of the record every state that the media go through, and has a child open the ceremony
// on each: fork() keeps the people and their secrets. With --kill ENGINE the ceremonies are played
// by the real program, which is killed; with --starve ENGINE by starved_engine.cpp, which gets no
// memory at one allocation or from it on, and must end with 0 or 70. Usage: see sweep.h. Prints the
// counts; exit code 0 only where nothing was bad.

#include <algorithm>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "base/calendar.h"
#include "ceremony/cli/rehearsal.h"
#include "ceremony/client/engine_client.h"
#include "ceremony/session.h"
#include "crash/judge.h"
#include "crash/lives.h"
#include "crash/quick_passphrases.h"
#include "crash/sweep.h"
#include "crash/verdict.h"
#include "support/temporary_folder.h"

namespace crash {
namespace {

using base::Result;
namespace client = ceremony::client;
namespace fs = std::filesystem;

constexpr const char* kMedia = "rehearsal";  // below the working folder of each process
constexpr unsigned kSecondsForAPoint = 300;
constexpr std::size_t kGoesOn = 25;   // so many-th of the points plays all later ceremonies
constexpr std::size_t kDamaged = 6;   // and of the files, for the judge's own test
constexpr std::size_t kCutAgain = 3;  // and so many-th is cut off twice

class Stage;

enum class Role {
  kMain,      // plays the rehearsal, and has the others play
  kRecorder,  // plays one ceremony and records it
  kKilled,    // plays one ceremony with an engine that is killed
  kPoint      // goes on with a ceremony that was cut off
};

const base::SystemClock& system_clock() {
  static const base::SystemClock clock;
  return clock;
}

bool is_over(const base::Error& error) {
  return error.code == base::ErrorCode::kWrongState &&
         error.message.find("this ceremony is over") != std::string::npos;
}

// Exit codes of children.
constexpr int kEngineDied = 9;  // of the one that played with it
constexpr int kNotKilled = 10;  // good, but the ceremony was sealed before

// The engine is this process's only child.
void kill_engine(const fs::path& journal, const Kill& kill) {
  const std::string children = "/proc/self/task/" + std::to_string(getpid()) + "/children";
  for (;;) {
    std::error_code missing;
    const auto size = fs::file_size(journal, missing);
    if (!missing && size >= kill.journal_bytes) {
      break;
    }
    usleep(100);
  }
  usleep(static_cast<useconds_t>(kill.delay_us));
  for (;;) {
    std::ifstream list(children);
    for (pid_t engine = 0; list >> engine;) {
      ::kill(engine, SIGKILL);
      return;
    }
    usleep(100);
  }
}

// A session in this process, or an engine in its own, that the stage hears of.
template <typename Game>
class PointPlayer final : public ceremony::cli::Player {
 public:
  PointPlayer(Game game, Stage& stage) : game_(std::move(game)), stage_(stage) {}

  // Where the ceremony was sealed before the cut, a step that does nothing but end it.
  Result<client::StepView> current_step() override;

  Result<client::StepOutcome> perform(client::Input input) override;
  Result<void> close() override;

  // What a rehearsal never does.
  Result<void> raise_exception(const client::ExceptionSheet& sheet) override {
    return game_->raise_exception(sheet);
  }
  Result<client::StepOutcome> pause(const std::string& reason) override {
    return game_->pause(reason);
  }
  Result<void> abort(const std::string& reason) override { return game_->abort(reason); }
  [[nodiscard]] const base::SecretBytes* journal_key() const override { return nullptr; }

 private:
  std::optional<Game> game_;
  Stage& stage_;
  client::StepView step_;  // that waits
  bool was_over_ = false;
  bool is_done_ = false;
};

class Stage {
 public:
  // With an engine's program, that is killed at any moment, or starved; without, sessions are cut
  // off.
  enum class Means { kCutOff, kKill, kStarve };
  Stage(Selection selection, Means means, fs::path engine)
      : selection_(std::move(selection)), means_(means), engine_(std::move(engine)) {}

  int run();

  // For the player.
  [[nodiscard]] bool gives_up_at(const std::string& step) const {
    return !gives_up_at_.empty() && step == gives_up_at_;
  }
  void heed(const base::Error& error) const;
  void behave(const client::StepView& step, client::Input& input) const {
    life_->behave(step, input);
  }
  void keep_secrets(const client::Input& input);
  void ceremony_done();

 private:
  Result<std::unique_ptr<ceremony::cli::Player>> open(const client::OpenRequest& room);
  template <typename Game>
  std::unique_ptr<ceremony::cli::Player> player(Game game) {
    return std::make_unique<PointPlayer<Game>>(std::move(game), *this);
  }
  void enter(Role role, const Tree& tree, const std::string& folder);
  void sweep();
  void sweep_one();
  bool record();
  bool play(std::vector<Point> points, Tally& tally);
  bool start(const Point& point);
  void play_until_killed(const Kill& kill);
  void play_until_starved(const Starvation& starvation);
  void finish_one(Tally& tally);
  void cut_again(const Point& point, const fs::path& file, Tally& tally);
  int live(const Life& life);
  int report();
  [[nodiscard]] bool is_every_script_swept() const;
  void end_recording();
  [[nodiscard]] bool judge_sees(const std::vector<MediaCall>& calls);
  void judge_point();
  [[noreturn]] void leave_point(const std::string& error);

  [[nodiscard]] bool is_good_at(const Point& point) const;
  std::vector<Point> choose(const std::vector<MediaCall>& calls, Tally& tally);
  std::vector<Point> choose_kills();
  std::vector<Point> choose_starvations();

  Role role_ = Role::kMain;
  Selection selection_;
  Means means_;
  fs::path engine_;
  support::TemporaryFolder folder_;
  client::OpenRequest room_;
  const Life* life_ = nullptr;
  std::size_t chosen_ = 0;   // so many points of all ceremonies
  std::string record_;       // of the ceremony that is being played
  std::string title_;        // that, and whether it is given up
  std::string gives_up_at_;  // this step, if not ""
  Medium before_;            // the media before it
  Expected expected_;
  Point point_;
  bool was_judged_ = false;
  bool was_killed_ = false;  // the engine of this point
  std::map<pid_t, Point> running_;
  std::vector<Point> again_;  // points that came of others
  std::vector<std::pair<std::string, Tally>> tallies_;
};

template <typename Game>
Result<client::StepView> PointPlayer<Game>::current_step() {
  auto view = game_->current_step();
  if (view && stage_.gives_up_at(view->id)) {
    if (auto given_up = game_->abort("the fire alarm went off"); !given_up) {
      return std::move(given_up).error();
    }
    view = game_->current_step();
  }
  if (view) {
    step_ = *view;
    return view;
  }
  stage_.heed(view.error());
  was_over_ = is_over(view.error());
  return was_over_ ? client::StepView{} : std::move(view);
}

template <typename Game>
Result<client::StepOutcome> PointPlayer<Game>::perform(client::Input input) {
  if (was_over_) {
    is_done_ = true;
    client::StepOutcome outcome;
    outcome.progress = client::Progress::kCeremonyDone;
    return outcome;
  }
  stage_.behave(step_, input);
  stage_.keep_secrets(input);
  auto outcome = game_->perform(std::move(input));
  if (!outcome) {
    stage_.heed(outcome.error());
  }
  is_done_ = outcome && outcome->progress == client::Progress::kCeremonyDone;
  return outcome;
}

template <typename Game>
Result<void> PointPlayer<Game>::close() {
  if constexpr (std::is_same_v<Game, client::EngineClient>) {
    if (auto closed = game_->close(); !closed) {
      stage_.heed(closed.error());
      return closed;
    }
  } else {
    game_->close();
  }
  game_.reset();  // the journal is free for the next one
  if (is_done_) {
    stage_.ceremony_done();
  }
  return {};
}

// Whoever plays with an engine that is killed stops at once, and touches nothing any more.
void Stage::heed(const base::Error& error) const {
  if (role_ == Role::kKilled && error.code == base::ErrorCode::kDeviceFailure) {
    _exit(kEngineDied);
  }
}

void Stage::keep_secrets(const client::Input& input) {
  for (const auto& entry : input.secrets) {
    const base::SecretBytes& secret = entry.second;
    const bool is_known = std::ranges::any_of(
        expected_.secrets, [&](const auto& known) { return known.equals(secret); });
    if (!is_known) {
      expected_.secrets.push_back(base::SecretBytes::copy_of(secret.read().bytes()));
    }
  }
}

void Stage::ceremony_done() {
  if (role_ == Role::kRecorder) {
    end_recording();
  }
  if (role_ == Role::kKilled) {
    _exit(0);  // it was sealed before the engine was killed
  }
  if (role_ == Role::kPoint && !was_judged_) {
    judge_point();
  }
}

// Becomes a child, in a working folder of its own with these media.
void Stage::enter(Role role, const Tree& tree, const std::string& folder) {
  role_ = role;
  fs::create_directory(folder_ / folder);
  fs::current_path(folder_ / folder);
  write_tree(tree, kMedia);
  alarm(kSecondsForAPoint);
  start_recording(fs::absolute(kMedia).string());
}

// In the recorder: what was recorded must lead to what is there.
void Stage::end_recording() {
  const std::vector<MediaCall> calls = stop_recording();
  Medium medium = before_;
  for (const MediaCall& call : calls) {
    medium.apply(call);
  }
  const bool is_whole = digest_of(medium.after(Loss::kNothing)) ==
                        digest_of(Medium::read(kMedia).after(Loss::kNothing));
  std::ofstream(folder_ / "recorded", std::ios::binary) << packed(calls);
  if (!is_whole) {
    std::fprintf(stderr, "%s: a change of the media was not recorded\n", record_.c_str());
  }
  expected_.record = record_;
  expected_.before = before_.after(Loss::kNothing);
  expected_.undisturbed = medium.after(Loss::kNothing);
  _exit(is_whole && judge_sees(calls) ? 0 : 2);
}

// Whether the judge is content with what was not cut off, and with nothing less: of each file that
// the ceremony has made, half is not enough, nor is none.
bool Stage::judge_sees(const std::vector<MediaCall>& calls) {
  bool sees = true;
  const auto expect = [&](bool is_good, const std::string& what) {
    const auto troubles = judge(kMedia, room_, expected_);
    if (troubles.empty() != is_good) {
      std::fprintf(stderr,
                   "%s: the judge errs about %s: %s\n",
                   record_.c_str(),
                   what.c_str(),
                   is_good ? troubles.front().c_str() : "it sees nothing");
      sees = false;
    }
  };
  expect(true, "the whole");
  expected_.looked_through = expected_.undisturbed;
  std::size_t number = selection_.seed();
  for (const MediaCall& call : calls) {
    const fs::path file = fs::path(kMedia) / call.path;
    const bool is_file = call.kind == CallKind::kMake && fs::exists(file);
    if (!is_file || (number++ % kDamaged != 0 && !selection_.is_all())) {
      continue;
    }
    const std::string content = support::content_of(file);
    support::plant(file, content.substr(0, content.size() / 2));
    expect(false, "half of " + call.path);
    fs::remove(file);
    expect(false, call.path + ", which is gone");
    support::plant(file, content);
  }
  return sees;
}

void Stage::judge_point() {
  was_judged_ = true;
  const std::vector<MediaCall> calls = stop_recording();
  for (const std::string& trouble : judge(kMedia, room_, expected_)) {
    leave_point(trouble);
  }
  if (point_.is_cut_again) {
    std::ofstream(folder_ / ("calls-" + std::to_string(getpid())), std::ios::binary)
        << packed(calls);
  }
  if (!point_.goes_on) {
    leave_point("");
  }
}

void Stage::leave_point(const std::string& error) {
  if (!error.empty()) {
    std::fprintf(stderr, "BAD %s: %s\n", point_.label.c_str(), error.c_str());
    _exit(1);
  }
  const fs::path here = fs::current_path();
  fs::current_path("/");
  fs::remove_all(here);
  _exit((point_.kill || point_.starvation) && !was_killed_ ? kNotKilled : 0);
}

Result<std::unique_ptr<ceremony::cli::Player>> Stage::open(const client::OpenRequest& room) {
  const std::string record = room.plan.parent_path().filename().string();
  room_ = room;
  if (role_ == Role::kMain && record != record_) {
    record_ = record;
    if (record.ends_with(life_->swept)) {
      sweep();  // comes back in the children, too
    }
  }
  if (!engine_.empty() && role_ != Role::kMain && role_ != Role::kRecorder) {
    auto engine = client::EngineClient::start(engine_);
    if (!engine) {
      heed(engine.error());
      return std::move(engine).error();
    }
    if (const auto opened = engine->open(room); !opened) {
      heed(opened.error());
      return opened.error();
    }
    return player(std::move(engine).value());
  }
  auto session = ceremony::Session::open(room, {.clock = &system_clock()});
  if (!session) {
    return std::move(session).error();
  }
  return player(std::move(session).value());
}

// Has a child play the ceremony once. True in the child.
bool Stage::record() {
  const pid_t child = fork();
  if (child == 0) {
    enter(Role::kRecorder, before_.after(Loss::kNothing), title_);
    return true;
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) {
    std::fprintf(stderr, "%s cannot be played undisturbed\n", record_.c_str());
    std::exit(2);  // NOLINT(concurrency-mt-unsafe): one thread
  }
  return false;
}

// At the moment of the cut itself: of every state, whether it is played or not.
bool Stage::is_good_at(const Point& point) const {
  const auto troubles = judge_cut(point.tree, kMedia, room_, expected_);
  for (const std::string& trouble : troubles) {
    std::fprintf(stderr, "BAD %s, when it was cut off: %s\n", point.label.c_str(), trouble.c_str());
  }
  return troubles.empty();
}

std::vector<Point> Stage::choose(const std::vector<MediaCall>& calls, Tally& tally) {
  std::vector<Point> points = points_of(title_, before_, calls);
  tally.points = points.size();
  std::vector<Point> chosen;
  for (Point& point : points) {
    if (!is_good_at(point)) {
      ++tally.bad;
    }
    if (selection_.takes(point.label)) {
      point.is_cut_again = chosen.size() % kCutAgain == 0;
      point.goes_on = gives_up_at_.empty() && chosen_++ % kGoesOn == 0;
      point.origin = std::make_shared<Origin>(Origin{.label = point.label});
      chosen.push_back(std::move(point));
    }
  }
  return chosen;
}

// Moments at which the engine is killed: when the journal has grown so far, and a little later.
std::vector<Point> Stage::choose_kills() {
  constexpr std::size_t kKills = 2;
  constexpr std::size_t kAllKills = 40;
  constexpr std::size_t kLongestDelay = 20000;  // microseconds
  const Tree& tree = expected_.undisturbed;
  const fs::path journal = room_.confidential / record_ / "journal.log";
  const std::size_t whole = tree.at(journal.lexically_relative(kMedia).string())->size();
  std::vector<Point> chosen;
  for (std::size_t i = 0; i < (selection_.is_all() ? kAllKills : kKills); ++i) {
    Point point;
    point.kill =
        Kill{.journal_bytes = selection_.draw(whole), .delay_us = selection_.draw(kLongestDelay)};
    point.label = record_ + " killed " + std::to_string(point.kill->delay_us) + " us after byte " +
                  std::to_string(point.kill->journal_bytes);
    point.tree = before_.after(Loss::kNothing);
    point.goes_on = i == 0;
    point.origin = std::make_shared<Origin>(Origin{.label = point.label});
    chosen.push_back(std::move(point));
  }
  return chosen;
}

// One allocation fails, or all from it on.
std::vector<Point> Stage::choose_starvations() {
  constexpr std::size_t kAllStarvations = 100;
  constexpr std::uint64_t kAllocations = 60000;  // so many has every ceremony
  std::vector<Point> chosen;
  for (std::size_t i = 0; i < (selection_.is_all() ? kAllStarvations : 1); ++i) {
    const bool is_once = selection_.draw(2) == 0;
    Point point;
    point.starvation = Starvation{.first = 1 + selection_.draw(kAllocations),
                                  .count = is_once ? 1 : std::numeric_limits<std::uint64_t>::max()};
    point.label = record_ + " without memory " + (is_once ? "at" : "from") + " allocation " +
                  std::to_string(point.starvation->first);
    point.tree = before_.after(Loss::kNothing);
    point.origin = std::make_shared<Origin>(Origin{.label = point.label});
    chosen.push_back(std::move(point));
  }
  return chosen;
}

// As it is planned, and given up at a step, where that is listed. Comes back in the children, too.
void Stage::sweep() {
  before_ = Medium::read(kMedia);
  title_ = record_;
  sweep_one();
  const std::vector<std::string> steps =
      engine_.empty() ? steps_given_up_in(record_) : std::vector<std::string>();
  for (const std::string& step : steps) {
    if (role_ != Role::kMain) {
      return;
    }
    title_ = record_ + " given up at " + step;
    gives_up_at_ = step;
    sweep_one();
  }
  if (role_ == Role::kMain) {
    gives_up_at_.clear();
  }
}

void Stage::sweep_one() {
  if (record()) {
    return;
  }
  const auto calls = unpacked(support::content_of(folder_ / "recorded"));
  Medium after = before_;
  for (const MediaCall& call : calls) {
    after.apply(call);
  }
  const Tree undisturbed = after.after(Loss::kNothing);
  expected_ = {.record = record_,
               .before = before_.after(Loss::kNothing),
               .undisturbed = undisturbed,
               .looked_through = undisturbed};
  Tally tally{.calls = calls.size()};
  std::vector<Point> chosen = means_ == Means::kCutOff ? choose(calls, tally)
                              : means_ == Means::kKill ? choose_kills()
                                                       : choose_starvations();
  if (play(std::move(chosen), tally)) {
    return;
  }
  if (!engine_.empty()) {
    std::printf("%-44s %4zu engines %s, %zu bad\n",
                title_.c_str(),
                tally.played - tally.in_vain,
                means_ == Means::kKill ? "killed" : "starved",
                tally.bad);
  } else {
    std::printf(
        "%-44s %5zu calls %6zu states; %6zu points played, of these %zu cut off twice; %zu bad\n",
        title_.c_str(),
        tally.calls,
        tally.points,
        tally.played,
        tally.again,
        tally.bad);
  }
  std::fflush(stdout);
  tallies_.emplace_back(title_, tally);
}

// Plays the points, so many at once as there are processors. True in a child.
bool Stage::play(std::vector<Point> points, Tally& tally) {
  const std::size_t most = std::max(1U, std::thread::hardware_concurrency());
  std::reverse(points.begin(), points.end());
  while (!points.empty() || !running_.empty()) {
    if (!points.empty() && running_.size() < most) {
      const Point point = std::move(points.back());
      points.pop_back();
      if (start(point)) {
        return true;
      }
      continue;
    }
    finish_one(tally);
    std::move(again_.begin(), again_.end(), std::back_inserter(points));
    again_.clear();
  }
  return false;
}

// In a child of this point's process.
void Stage::play_until_killed(const Kill& kill) {
  const pid_t child = fork();
  if (child == 0) {
    role_ = Role::kKilled;
    const fs::path journal = room_.confidential / record_ / "journal.log";
    std::thread([journal, kill] { kill_engine(journal, kill); }).detach();
    return;
  }
  int status = 0;
  waitpid(child, &status, 0);
  was_killed_ = WIFEXITED(status) && WEXITSTATUS(status) == kEngineDied;
  if (status != 0 && !was_killed_) {
    leave_point("whoever played with the engine ended with " + std::to_string(status));
  }
}

// The same with an engine that gets no memory: it must end by itself, and not by a crash.
void Stage::play_until_starved(const Starvation& starvation) {
  std::ofstream("allocation") << starvation.first << ' ' << starvation.count << '\n';
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t child = fork();
  if (child == 0) {
    role_ = Role::kKilled;
    return;
  }
  int status = 0;
  waitpid(child, &status, 0);
  int end = 0;
  while (waitpid(-1, &end, 0) > 0) {  // the engine, whose client is gone
    if (WIFSIGNALED(end)) {
      leave_point("the engine ended with signal " + std::to_string(WTERMSIG(end)));
    }
  }
  const std::string fate = support::content_of("fate");
  if (!fate.empty() && fate != "code 0\n" && fate != "code 70\n") {
    leave_point("the engine ended with " + fate);
  }
  was_killed_ = status != 0;
  fs::remove("allocation");
  fs::remove("fate");
}

bool Stage::start(const Point& point) {
  const pid_t child = fork();
  if (child == 0) {
    point_ = point;
    enter(Role::kPoint, point.tree, std::to_string(getpid()));
    if (point.kill) {
      play_until_killed(*point.kill);  // comes back in both
    }
    if (point.starvation) {
      play_until_starved(*point.starvation);  // the same
    }
    return true;
  }
  running_.emplace(child, point);
  return false;
}

void Stage::finish_one(Tally& tally) {
  int status = 0;
  const pid_t child = wait(&status);
  const auto found = running_.find(child);
  if (found == running_.end()) {
    return;
  }
  const Point point = std::move(found->second);
  running_.erase(found);
  ++tally.played;
  tally.again += point.is_second ? 1 : 0;
  const bool was_in_vain = WIFEXITED(status) && WEXITSTATUS(status) == kNotKilled;
  tally.in_vain += was_in_vain ? 1 : 0;
  if (status != 0 && !was_in_vain) {
    ++tally.bad;
    std::fprintf(stderr, "BAD %s: status %d\n", point.label.c_str(), status);
    return;
  }
  if (point.is_cut_again) {
    cut_again(point, folder_ / ("calls-" + std::to_string(child)), tally);
  }
  if (--point.origin->open == 0) {
    selection_.note_good(point.origin->label);
  }
}

// The ceremony was cut off, gone on with, and is cut off a second time, at two places.
void Stage::cut_again(const Point& point, const fs::path& file, Tally& tally) {
  const auto calls = unpacked(support::content_of(file));
  fs::remove(file);
  const std::size_t lot = std::hash<std::string>()(point.label);
  for (const std::size_t at :
       {lot % (calls.size() / 2 + 1), calls.size() - lot % (calls.size() / 2 + 1)}) {
    Medium medium = Medium::of(point.tree);
    for (std::size_t i = 0; i < at; ++i) {
      medium.apply(calls[i]);
    }
    ++point.origin->open;
    again_.push_back({.label = point.label + ", then call " + std::to_string(at),
                      .tree = medium.after(Loss::kNothing),
                      .is_second = true,
                      .origin = point.origin});
    if (!is_good_at(again_.back())) {
      ++tally.bad;
    }
  }
}

int Stage::report() {
  Tally all;
  for (const auto& [record, tally] : tallies_) {
    all.calls += tally.calls;
    all.points += tally.points;
    all.played += tally.played;
    all.again += tally.again;
    all.bad += tally.bad;
    all.in_vain += tally.in_vain;
  }
  if (!engine_.empty()) {
    std::printf("%zu ceremonies, %zu engines %s (seed %" PRIu64 "), %zu were too late; %zu bad\n",
                tallies_.size(),
                all.played - all.in_vain,
                means_ == Means::kKill ? "killed" : "starved",
                selection_.seed(),
                all.in_vain,
                all.bad);
    return all.bad == 0 && all.in_vain < all.played / 4 ? 0 : 1;
  }
  std::printf("%zu ceremonies, %zu calls, %zu states; %zu points played (%s), %zu bad\n",
              tallies_.size(),
              all.calls,
              all.points,
              all.played,
              selection_.text().c_str(),
              all.bad);
  const bool any = all.played > 0 || selection_.knows_any();
  const bool is_good = is_every_script_swept() && all.bad == 0 && any;
  if (is_good) {
    selection_.forget();
  }
  return is_good ? 0 : 1;
}

bool Stage::is_every_script_swept() const {
  std::size_t all = 0;
  std::size_t swept = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(DATA_FOLDER) / "scripts")) {
    if (entry.path().extension() != ".toml") {
      continue;
    }
    const std::string name = "-" + entry.path().stem().string();
    const bool is_swept = std::ranges::any_of(
        tallies_, [&](const auto& tally) { return tally.first.ends_with(name); });
    ++all;
    swept += is_swept ? 1U : 0U;
    if (!is_swept) {
      std::fprintf(stderr, "%s was not swept\n", entry.path().filename().c_str());
    }
  }
  std::printf("%zu of %zu scripts swept\n", swept, all);
  return swept == all;
}

int Stage::run() {
  for (const Life& life : lives()) {
    if (const int code = live(life); code != 0) {
      return code;
    }
  }
  return report();
}

int Stage::live(const Life& life) {
  life_ = &life;
  record_.clear();
  fs::create_directory(folder_ / life.name);
  fs::current_path(folder_ / life.name);
  ceremony::cli::RehearsalOptions options{
      .out = kMedia,
      .quorum = shamir::Quorum::of({.threshold = 2, .shares = 3}).value(),
      .algorithm = ca::Algorithm::kP256,
      .requests = {},
      .kdf = "fast",
      .data = DATA_FOLDER,
      .is_all = true};
  options.open = [this](const client::OpenRequest& room, const client::RecordKeys& /*keys*/) {
    return open(room);
  };
  ceremony::cli::Rehearsal rehearsal(std::move(options));
  const auto done = life.live(rehearsal);
  if (role_ == Role::kPoint) {
    leave_point(!done         ? done.error().message
                : was_judged_ ? verdict_of_python(kMedia, life_->chain)
                              : "not judged");
  }
  if (role_ == Role::kKilled && means_ == Means::kStarve) {
    _exit(kEngineDied);  // or it said that there is no memory
  }
  if (role_ == Role::kKilled) {
    std::fprintf(stderr, "%s: %s\n", record_.c_str(), done ? "?" : done.error().message.c_str());
    _exit(1);
  }
  const std::string wrong = done ? verdict_of_python(kMedia, life_->chain) : done.error().message;
  if (!wrong.empty()) {
    std::fprintf(stderr, "%s: %s\n", record_.c_str(), wrong.c_str());
    if (role_ == Role::kRecorder) {
      _exit(2);
    }
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace crash

// Arguments: none; or "--kill" or "--starve", and the engine's program.
int main(int count, char** arguments) {
  using Means = crash::Stage::Means;
  std::cout.rdbuf(nullptr);  // the rehearsal's own lines
  Means means = Means::kCutOff;
  std::filesystem::path engine;
  if (count == 3) {
    means = std::string_view(arguments[1]) == "--starve" ? Means::kStarve : Means::kKill;
    engine = arguments[2];
    crash::compute_passphrases_in_full();
  }
  crash::Selection selection = crash::Selection::from_environment();
  if (engine.empty()) {
    std::printf("crash points: %s\n", selection.text().c_str());
    std::fflush(stdout);
  }
  crash::Stage stage(std::move(selection), means, std::move(engine));
  return stage.run();
}
