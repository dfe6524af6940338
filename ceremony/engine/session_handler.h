// ceremony/engine/session_handler.h - the real handler: one ceremony::Session.

#pragma once

#include <optional>
#include <string>

#include "base/calendar.h"
#include "ceremony/engine/handler.h"
#include "ceremony/session.h"

namespace ceremony::engine {

class SessionHandler final : public Handler {
 public:
  // `clock` must outlive the handler.
  explicit SessionHandler(const base::Clock& clock) : clock_(clock) {}

  base::Result<std::optional<base::SecretBytes>> open(const client::OpenRequest& request,
                                                      client::RecordKeys keys) override;
  base::Result<client::StepView> current_step() override;
  base::Result<client::StepOutcome> perform(client::Input input,
                                            const ProgressSink& progress) override;
  base::Result<void> raise_exception(const client::ExceptionSheet& sheet) override;
  base::Result<client::StepOutcome> pause(const std::string& reason) override;
  base::Result<void> abort(const std::string& reason) override;
  void close() override;

 private:
  const base::Clock& clock_;
  std::optional<Session> session_;
};

}  // namespace ceremony::engine
