#include "ceremony/cli/player.h"

#include <optional>
#include <utility>

#include "ceremony/client/engine_client.h"

namespace ceremony::cli {

namespace {

using base::Result;

class EnginePlayer final : public Player {
 public:
  EnginePlayer(client::EngineClient engine, std::optional<base::SecretBytes> journal_key)
      : engine_(std::move(engine)), journal_key_(std::move(journal_key)) {}

  Result<client::StepView> current_step() override { return engine_.current_step(); }
  Result<client::StepOutcome> perform(client::Input input) override {
    return engine_.perform(std::move(input));
  }
  Result<void> raise_exception(const client::ExceptionSheet& sheet) override {
    return engine_.raise_exception(sheet);
  }
  Result<client::StepOutcome> pause(const std::string& reason) override {
    return engine_.pause(reason);
  }
  Result<void> abort(const std::string& reason) override { return engine_.abort(reason); }
  Result<void> close() override { return engine_.close(); }
  [[nodiscard]] const base::SecretBytes* journal_key() const override {
    return journal_key_ ? &*journal_key_ : nullptr;
  }

 private:
  client::EngineClient engine_;
  std::optional<base::SecretBytes> journal_key_;
};

}  // namespace

Result<std::unique_ptr<Player>> open_engine_player(const client::OpenRequest& room,
                                                   client::RecordKeys keys) {
  auto program = client::find_engine_program();
  if (!program) {
    return std::move(program).error();
  }
  auto engine = client::EngineClient::start(*program);
  if (!engine) {
    return std::move(engine).error();
  }
  auto opened = engine->open(room, std::move(keys));
  if (!opened) {
    return std::move(opened).error();
  }
  return std::unique_ptr<Player>(
      std::make_unique<EnginePlayer>(std::move(engine).value(), std::move(opened).value()));
}

}  // namespace ceremony::cli
