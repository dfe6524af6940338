// ceremony/cli/player.h - whoever plays a ceremony for the rehearsal: the engine, or (in tests) a
// session in the same process.

#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "ceremony/client/messages.h"

namespace ceremony::cli {

class Player {
 public:
  Player() = default;
  virtual ~Player() = default;
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  // As those of client::EngineClient.
  virtual base::Result<client::StepView> current_step() = 0;
  virtual base::Result<client::StepOutcome> perform(client::Input input) = 0;
  virtual base::Result<void> raise_exception(const client::ExceptionSheet& sheet) = 0;
  virtual base::Result<client::StepOutcome> pause(const std::string& reason) = 0;
  virtual base::Result<void> abort(const std::string& reason) = 0;
  virtual base::Result<void> close() = 0;

  // Of the ceremony's journal, for the next player: PRODUCTION only, else nullptr.
  [[nodiscard]] virtual const base::SecretBytes* journal_key() const = 0;
};

// Opens a ceremony, or goes on with one that was opened before: in PRODUCTION with one of the keys.
using OpenPlayer = std::function<base::Result<std::unique_ptr<Player>>(
    const client::OpenRequest& room, client::RecordKeys keys)>;

// A fresh conclave-engine for each call. Errors: kNotFound, kDeviceFailure; what it refused.
base::Result<std::unique_ptr<Player>> open_engine_player(const client::OpenRequest& room,
                                                         client::RecordKeys keys);

}  // namespace ceremony::cli
