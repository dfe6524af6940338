// ceremony/engine/handler.h - what an engine's server drives: a session, or a test's stand-in.

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "ceremony/client/messages.h"

namespace ceremony::engine {

// Tells the client how far long work has come. Never fails: nobody may be looking.
using ProgressSink = std::function<void(const client::ProgressNote&)>;

// The verbs of ceremony::Session, with the same contracts. The server calls open() first and
// close() last, always, and nothing else before open() has succeeded.
class Handler {
 public:
  Handler() = default;
  virtual ~Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

  // Gives the journal's key in PRODUCTION, else none.
  virtual base::Result<std::optional<base::SecretBytes>> open(const client::OpenRequest& request,
                                                              client::RecordKeys keys) = 0;
  virtual base::Result<client::StepView> current_step() = 0;
  virtual base::Result<client::StepOutcome> perform(client::Input input,
                                                    const ProgressSink& progress) = 0;
  virtual base::Result<void> raise_exception(const client::ExceptionSheet& sheet) = 0;
  virtual base::Result<client::StepOutcome> pause(const std::string& reason) = 0;
  virtual base::Result<void> abort(const std::string& reason) = 0;

  // Wipes every secret and destroys what was in memory only. May be called twice, and before
  // open().
  virtual void close() = 0;
};

}  // namespace ceremony::engine
