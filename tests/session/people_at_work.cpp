#include "session/people_at_work.h"

#include <chrono>
#include <functional>
#include <vector>

namespace stage {

namespace {

using ceremony::client::AskKind;
using ceremony::client::Input;
using ceremony::client::StepView;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int kMostRefusals = 2000;  // of a whole chain
constexpr unsigned kCutsOneIn = 16;  // steps; as many pauses

// What people copy or remember, and so get wrong.
std::vector<std::string> copied_texts(const StepView& step, const Input& input) {
  std::vector<std::string> names;
  for (const auto& ask : step.asks) {
    const bool is_copied = ask.kind == AskKind::kPhrase || ask.name == "ticket";
    if (is_copied && input.texts.contains(ask.name)) {
      names.push_back(ask.name);
    }
  }
  return names;
}

std::vector<std::string> known_secrets(const StepView& step, const Input& input) {
  std::vector<std::string> names;
  bool any_is_new = false;
  for (const auto& ask : step.asks) {
    any_is_new = any_is_new || ask.is_new;
  }
  for (const auto& [name, secret] : input.secrets) {
    if (!any_is_new || name.ends_with("-pin")) {
      names.push_back(name);
    }
  }
  return names;
}

// Where "nobody enters anything" is an answer that the record tells, nobody errs: else whoever does
// would have given it.
bool may_be_left_out(const StepView& step) {
  return step.id == "gather-last";
}

bool sets_a_pin(const Input& input) {
  return input.secrets.contains("new-pin");
}

}  // namespace

PeopleAtWork::PeopleAtWork(Lots lots)
    : common_(lots.common),
      random_(lots.own),
      clock_(base::start_of(base::date_of(base::SystemClock().now()))) {
  clock_.set(clock_.now() + minutes(20 * 60));
}

// The same in every chain with this lot.
unsigned PeopleAtWork::common_lot(const std::string& about, unsigned end) const {
  std::seed_seq seed(about.begin(), about.end());
  std::mt19937 random(seed);
  random.discard(common_ % 1000U);
  return std::uniform_int_distribution<unsigned>(0, end - 1)(random);
}

void PeopleAtWork::come_to(const StepView& step) {
  if (step.ceremony != ceremony_) {
    ceremony_ = step.ceremony;
    step_.clear();
    ++ceremonies_;
    visit_ = 0;
    exceptions_here_ = 0;
  }
  if (step.id != step_) {
    step_ = step.id;
    ++visit_;
    is_new_ = true;
  }
}

Mishap PeopleAtWork::befalls(const StepView& step) {
  come_to(step);
  const std::string here = std::to_string(common_) + ceremony_ + std::to_string(ceremonies_);
  const bool has_exceptions = common_lot(here, 2) == 0 && step.id != "attendance";
  if (has_exceptions && !may_be_left_out(step) && (exceptions_here_ == 0 || one_in(25))) {
    ++exceptions_here_;
    ++happened_.exceptions;
    return Mishap::kException;
  }
  if (!is_new_) {
    return Mishap::kNone;
  }
  is_new_ = false;
  const unsigned lot = common_lot(here + step.id + std::to_string(visit_), kCutsOneIn);
  if (lot > 1) {
    return Mishap::kNone;
  }
  step_.clear();  // it is come to once more
  ++(lot == 0 ? happened_.cuts : happened_.pauses);
  return lot == 0 ? Mishap::kPowerCut : Mishap::kPause;
}

// Now and then somebody goes for lunch; but while the drill's clock runs all hurry, for whether
// they met the objective is public.
void PeopleAtWork::let_time_pass() {
  const auto wait = [this](seconds time) { clock_.set(clock_.now() + time); };
  wait(is_in_a_hurry_ ? seconds(between(1, 8)) : seconds(between(60, 540)));
  if (!is_in_a_hurry_ && one_in(15)) {
    wait(minutes(between(20, 90)));
  }
}

void PeopleAtWork::take_a_turn(const StepView& step, Input& input) {
  ++happened_.turns;
  is_in_a_hurry_ = step.id == "start-clock" || is_in_a_hurry_;
  let_time_pass();
  is_in_a_hurry_ = step.id != "stop-clock" && is_in_a_hurry_;
  for (const char* const watch : {"actor-watch", "witness-watch"}) {
    if (input.texts.contains(watch)) {  // whoever types the time looks at the watch right then
      input.texts[watch] = base::format_utc_time(clock_.now());
    }
  }
  if (may_be_left_out(step)) {
    return;
  }
  hand_in_twice(input);
  if (step.id != "evaluate" && !sets_a_pin(input) && one_in(8)) {
    mistype(step, input);
  }
}

void PeopleAtWork::hand_in_twice(Input& input) {
  const auto share = input.texts.find("share");
  if (share == input.texts.end()) {
    return;
  }
  if (!last_share_.empty() && one_in(6)) {
    share->second = last_share_;
    ++happened_.twice;
  } else {
    last_share_ = share->second;
  }
}

void PeopleAtWork::mistype(const StepView& step, Input& input) {
  const std::vector<std::string> texts = copied_texts(step, input);
  const std::vector<std::string> secrets = known_secrets(step, input);
  const std::size_t all = texts.size() + secrets.size();
  if (all == 0) {
    return;
  }
  ++happened_.mistyped;
  const auto which = static_cast<std::size_t>(between(0, static_cast<int>(all) - 1));
  if (which < texts.size()) {
    input.texts.at(texts[which]) += "x";
    return;
  }
  base::SecretBytes& secret = input.secrets.at(secrets[which - texts.size()]);
  secret = base::SecretBytes::copy_of(base::bytes_of("2468013579"));
}

bool PeopleAtWork::try_again() {
  return ++happened_.refused < kMostRefusals && step_ != "evaluate";
}

}  // namespace stage
