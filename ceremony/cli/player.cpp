#include "ceremony/cli/player.h"

#include <utility>

#include "ceremony/client/engine_client.h"

namespace ceremony::cli {

namespace {

using base::Result;

class EnginePlayer final : public Player {
 public:
  explicit EnginePlayer(client::EngineClient engine) : engine_(std::move(engine)) {}

  Result<client::StepView> current_step() override { return engine_.current_step(); }
  Result<client::StepOutcome> perform(client::Input input) override {
    return engine_.perform(std::move(input));
  }
  Result<void> close() override { return engine_.close(); }

 private:
  client::EngineClient engine_;
};

}  // namespace

Result<std::unique_ptr<Player>> open_engine_player(const client::OpenRequest& room) {
  auto program = client::find_engine_program();
  if (!program) {
    return std::move(program).error();
  }
  auto engine = client::EngineClient::start(*program);
  if (!engine) {
    return std::move(engine).error();
  }
  if (auto opened = engine->open(room); !opened) {
    return std::move(opened).error();
  }
  return std::unique_ptr<Player>(std::make_unique<EnginePlayer>(std::move(engine).value()));
}

}  // namespace ceremony::cli
