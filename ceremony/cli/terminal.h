// ceremony/cli/terminal.h - the terminal at which people hold a ceremony: what is shown, what is
// typed, and what is typed unseen.
//
// Secrets go from the kernel's line buffer straight into locked memory; the echo is off before the
// prompt is shown and back on whatever ends the entry, signals included.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/posix_file.h"
#include "base/result.h"
#include "base/secret_bytes.h"

namespace ceremony::cli {

// SIGINT, SIGTERM, SIGHUP and SIGQUIT, heard only where somebody asks: while this lives they end
// nothing by themselves.
class Interruptions {
 public:
  // Errors: kDeviceFailure.
  static base::Result<Interruptions> listen();

  // Whether one of them came. Stays so.
  [[nodiscard]] bool came();

  // Becomes readable when one comes.
  [[nodiscard]] int number() const { return signals_.number(); }

 private:
  explicit Interruptions(base::FileDescriptor signals) : signals_(std::move(signals)) {}

  base::FileDescriptor signals_;
  bool came_ = false;
};

class Terminal {
 public:
  // `interruptions` must outlive the terminal.
  // Errors: kWrongState where standard input or output is no terminal.
  static base::Result<Terminal> open(Interruptions& interruptions);

  // Columns of the window as it is now; 80 where it does not say.
  [[nodiscard]] std::size_t width() const;

  // Shows text that is fit for a terminal already.
  void print(std::string_view text) const;

  // A line that was typed, without its end and without blanks around it.
  // Errors: kWrongState where a signal came or the terminal is gone: people have left.
  base::Result<std::string> ask_line(const std::string& prompt);

  // The same for what nobody may see: no echo, and what was typed ahead is thrown away.
  base::Result<base::SecretBytes> ask_secret(const std::string& prompt);

 private:
  explicit Terminal(Interruptions& interruptions) : interruptions_(&interruptions) {}

  base::Result<void> wait_for_line();

  Interruptions* interruptions_;
};

}  // namespace ceremony::cli
