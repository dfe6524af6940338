#include "session/stage.h"

#include <fstream>
#include <optional>
#include <utility>

#include "base/calendar.h"
#include "ceremony/session.h"

namespace stage {

namespace {

using base::Result;
namespace client = ceremony::client;

class SessionPlayer final : public ceremony::cli::Player {
 public:
  SessionPlayer(ceremony::Session session, const Hook& hook)
      : session_(std::move(session)), hook_(hook) {}

  Result<client::StepView> current_step() override {
    auto view = session_->current_step();
    if (view) {
      last_ = *view;
    }
    return view;
  }

  Result<client::StepOutcome> perform(client::Input input) override {
    if (hook_) {
      hook_(last_, input);
    }
    return session_->perform(std::move(input));
  }

  Result<void> close() override {
    session_->close();
    session_.reset();  // the journal is free for the next one
    return {};
  }

 private:
  std::optional<ceremony::Session> session_;
  const Hook& hook_;
  client::StepView last_;
};

const base::SystemClock& system_clock() {
  static const base::SystemClock clock;
  return clock;
}

ceremony::cli::OpenPlayer session_opener(const base::Clock& clock, Hook hook) {
  return [&clock, hook = std::move(hook)](
             const client::OpenRequest& room) -> Result<std::unique_ptr<ceremony::cli::Player>> {
    auto session = ceremony::Session::open(room, clock);
    if (!session) {
      return std::move(session).error();
    }
    return std::unique_ptr<ceremony::cli::Player>(
        std::make_unique<SessionPlayer>(std::move(session).value(), hook));
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
      .kdf = "fast",
      .data = DATA_FOLDER};
  const base::Clock& clock = setting.clock == nullptr ? system_clock() : *setting.clock;
  options.open = session_opener(clock, std::move(hook));
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

void flip_byte(const std::filesystem::path& file) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(file) / 2);
  stream.seekg(middle);
  const char byte = static_cast<char>(stream.get() ^ 0x01);
  stream.seekp(middle);
  stream.put(byte);
}

}  // namespace stage
