#include "session/stage.h"

#include <fstream>
#include <memory>
#include <optional>
#include <utility>

#include "base/calendar.h"
#include "base/media.h"
#include "ceremony/action.h"
#include "ceremony/journal_reader.h"
#include "ceremony/session.h"

namespace stage {

namespace {

using base::Result;
namespace client = ceremony::client;

// What happens to a ceremony from outside.
struct Fate {
  ceremony::World world;
  Hook hook;
  PowerCut cut;
  Befalls befalls;
  std::function<bool()> mend;
  Told told;
  Replayed replayed;
};

constexpr std::size_t kLargestJournal = 1U << 24U;  // bytes

// The state that the journal on the medium leads to.
Result<ceremony::Progress> replay(const client::OpenRequest& room,
                                  const client::StepView& last,
                                  const base::SecretBytes* journal_key) {
  auto script =
      ceremony::load_script(room.data / "scripts", last.ceremony, ceremony::action_names());
  if (!script) {
    return std::move(script).error();
  }
  auto bytes = base::read_file(room.plan.parent_path() / "journal.log", kLargestJournal);
  if (!bytes) {
    return std::move(bytes).error();
  }
  auto entries = ceremony::read_stored_journal(
      base::text_of(*bytes), {.journal_key = journal_key, .keeper_secret = nullptr});
  return entries ? ceremony::Progress::replay(*script, *entries)
                 : Result<ceremony::Progress>(std::move(entries).error());
}

std::string text_of(const std::vector<ceremony::Publication>& publications) {
  std::string text;
  for (const ceremony::Publication& one : publications) {
    text += one.type + one.data.dump();
    for (const ceremony::HiddenFact& fact : one.hidden) {
      text += fact.name + fact.value.dump();
    }
  }
  return text;
}

class SessionPlayer final : public ceremony::cli::Player {
 public:
  SessionPlayer(ceremony::Session session, client::OpenRequest room, Fate& fate)
      : session_(std::move(session)), room_(std::move(room)), fate_(fate) {
    auto key = session_->journal_key();
    if (key) {
      journal_key_ = std::move(key).value();
    }
  }

  Result<client::StepView> current_step() override {
    auto view = session_->current_step();
    if (view) {
      last_ = *view;
    }
    return view;
  }

  Result<client::StepOutcome> perform(client::Input input) override {
    if (last_.id == fate_.cut.before && is_meant() && fate_.cut.after_turns-- == 0) {
      fate_.cut.before.clear();
      return interrupt();
    }
    if (fate_.befalls) {
      if (const Mishap mishap = fate_.befalls(last_); mishap != Mishap::kNone) {
        return suffer(mishap);
      }
    }
    if (fate_.hook) {
      fate_.hook(last_, input);
    }
    auto outcome = session_->perform(std::move(input));
    if (!outcome && fate_.mend && fate_.mend()) {
      return client::StepOutcome{};
    }
    if (outcome && fate_.told) {
      fate_.told(last_, *outcome);
    }
    if (outcome && fate_.replayed) {
      if (auto same = check_replay(); !same) {
        return std::move(same).error();
      }
    }
    return outcome;
  }

  Result<void> raise_exception(const client::ExceptionSheet& sheet) override {
    return session_->raise_exception(sheet);
  }
  Result<client::StepOutcome> pause(const std::string& reason) override {
    return session_->pause(reason);
  }
  Result<void> abort(const std::string& reason) override { return session_->abort(reason); }
  [[nodiscard]] const base::SecretBytes* journal_key() const override {
    return journal_key_ ? &*journal_key_ : nullptr;
  }
  Result<void> close() override {
    session_->close();
    session_.reset();  // the journal is free for the next one
    return {};
  }

 private:
  [[nodiscard]] bool is_meant() const {
    return fate_.cut.ceremony.empty() || fate_.cut.ceremony == last_.ceremony;
  }

  Result<void> check_replay() {
    auto replayed = replay(room_, last_, journal_key());
    if (!replayed) {
      return std::move(replayed).error().while_doing("the replay");
    }
    if (const std::string differs = difference(*replayed, session_->progress()); !differs.empty()) {
      return base::Error{base::ErrorCode::kInconsistent, "the replay has " + differs};
    }
    fate_.replayed(last_.ceremony, *replayed);
    return {};
  }

  Result<client::StepOutcome> interrupt() {
    if (fate_.cut.how == How::kAbort) {
      auto aborted = session_->abort("the test gives it up");
      return aborted ? Result<client::StepOutcome>(client::StepOutcome{})
                     : Result<client::StepOutcome>(std::move(aborted).error());
    }
    if (fate_.cut.how == How::kPause) {
      auto paused = session_->pause("lunch");
      if (fate_.cut.meanwhile) {
        fate_.cut.meanwhile();
      }
      return paused;
    }
    session_.reset();
    if (fate_.cut.meanwhile) {
      fate_.cut.meanwhile();
    }
    return open_again();
  }

  Result<client::StepOutcome> suffer(Mishap mishap) {
    if (mishap == Mishap::kPause) {
      return session_->pause("the test has lunch");
    }
    if (mishap == Mishap::kPowerCut) {
      session_.reset();
      return open_again();
    }
    auto raised = session_->raise_exception({.expected = "nobody at the door",
                                             .seen = "somebody at the door",
                                             .decided = "to go on",
                                             .raised_by = "internal-witness"});
    return raised ? Result<client::StepOutcome>(client::StepOutcome{})
                  : Result<client::StepOutcome>(std::move(raised).error());
  }

  Result<client::StepOutcome> open_again() {
    auto again = ceremony::Session::open(room_, fate_.world, keys());
    if (!again) {
      return std::move(again).error();
    }
    session_.emplace(std::move(again).value());
    return client::StepOutcome{};
  }

  // The keys of an engine that goes on.
  [[nodiscard]] client::RecordKeys keys() const {
    client::RecordKeys keys;
    if (journal_key_) {
      keys.journal_key = base::SecretBytes::copy_of(journal_key_->read().bytes());
    }
    return keys;
  }

  std::optional<ceremony::Session> session_;
  std::optional<base::SecretBytes> journal_key_;
  client::OpenRequest room_;
  Fate& fate_;
  client::StepView last_;
};

const base::SystemClock& system_clock() {
  static const base::SystemClock clock;
  return clock;
}

ceremony::cli::OpenPlayer session_opener(const std::shared_ptr<Fate>& fate) {
  return [fate](const client::OpenRequest& room,
                const client::RecordKeys& keys) -> Result<std::unique_ptr<ceremony::cli::Player>> {
    auto session = ceremony::Session::open(room, fate->world, keys);
    if (!session) {
      return std::move(session).error();
    }
    return std::unique_ptr<ceremony::cli::Player>(
        std::make_unique<SessionPlayer>(std::move(session).value(), room, *fate));
  };
}

ceremony::cli::RehearsalOptions options_of(const std::filesystem::path& out,
                                           const Setting& setting,
                                           Hook hook) {
  ceremony::cli::RehearsalOptions options{
      .out = out,
      .quorum =
          shamir::Quorum::of({.threshold = setting.threshold, .shares = setting.shares}).value(),
      .algorithm = ca::Algorithm::kP256,
      .requests = {},
      .mode = setting.mode,
      .kdf = setting.mode == ceremony::Mode::kProduction ? "production" : "fast",
      .data = setting.data.empty() ? std::filesystem::path(DATA_FOLDER) : setting.data};
  options.open = session_opener(std::make_shared<Fate>(
      Fate{.world = {.clock = setting.clock == nullptr ? &system_clock() : setting.clock,
                     .surroundings = setting.surroundings},
           .hook = std::move(hook),
           .cut = setting.cut,
           .befalls = setting.befalls,
           .mend = setting.mend,
           .told = setting.told,
           .replayed = setting.replayed}));
  options.carriers = setting.carriers;
  options.is_all = setting.is_all;
  options.root_profile = setting.root_profile;
  return options;
}

}  // namespace

Stage::Stage(const Setting& setting, Hook hook)
    : out_(folder_.path() / "rehearsal"), rehearsal_(options_of(out_, setting, std::move(hook))) {}

std::string Stage::generate_root() {
  if (auto prepared = rehearsal_.prepare(); !prepared) {
    return prepared.error().message;
  }
  auto done = rehearsal_.generate_root();
  return done ? std::string() : done.error().message;
}

std::string difference(const ceremony::Progress& one, const ceremony::Progress& other) {
  if (one.phase() != other.phase() || one.part() != other.part() ||
      one.next_step() != other.next_step()) {
    return "another step";
  }
  if (one.facts() != other.facts()) {
    return "other facts";
  }
  if (text_of(one.unpublished()) != text_of(other.unpublished())) {
    return "other publications";
  }
  return one.any_exception() == other.any_exception() ? "" : "another word on exceptions";
}

std::string transcript_of(const Stage& stage, const std::string& record) {
  return support::content_of(stage.out() / "record" / "public" / record / "transcript.log");
}

void flip_byte(const std::filesystem::path& file) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(file) / 2);
  stream.seekg(middle);
  const char byte = static_cast<char>(stream.get() ^ 0x01);
  stream.seekp(middle);
  stream.put(byte);
}

}  // namespace stage
