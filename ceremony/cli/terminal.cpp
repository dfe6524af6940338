#include "ceremony/cli/terminal.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <span>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>
#include <utility>

#include "base/bytes.h"

namespace ceremony::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kLongestLine = 4096;  // bytes: what the kernel keeps of a line
constexpr std::size_t kUsualWidth = 80;

Error people_left() {
  return Error{ErrorCode::kWrongState,
               "the ceremony was left here; nothing that was recorded is lost, and this machine "
               "holds no secret of it any more"};
}

// The terminal shows nothing of what is typed while this lives, and cannot be put aside (Ctrl-Z)
// with the echo off.
class EchoOff {
 public:
  EchoOff() {
    is_set_ = tcgetattr(STDIN_FILENO, &before_) == 0;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK | ECHONL);
    quiet.c_lflag |= static_cast<tcflag_t>(ICANON | ISIG);
    quiet.c_cc[VSUSP] = _POSIX_VDISABLE;
    is_set_ = is_set_ && tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~EchoOff() {
    if (is_set_) {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

  [[nodiscard]] bool is_set() const { return is_set_; }

 private:
  termios before_{};
  bool is_set_ = false;
};

// One line of the terminal, at most as long as `target`; without its LF.
Result<std::size_t> read_line(std::span<std::uint8_t> target) {
  const ssize_t count =
      base::retry_interrupted([&] { return ::read(STDIN_FILENO, target.data(), target.size()); });
  if (count <= 0) {
    return people_left();
  }
  const auto size = static_cast<std::size_t>(count);
  return target[size - 1] == '\n' ? size - 1 : size;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos
             ? std::string()
             : std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

}  // namespace

Result<Interruptions> Interruptions::listen() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    sigaddset(&signals, signal);
  }
  const bool blocked = pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0;
  base::FileDescriptor descriptor(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!blocked || !descriptor.is_open()) {
    return Error{ErrorCode::kDeviceFailure,
                 "this computer does not let a ceremony hear when it is interrupted; nothing was "
                 "begun; use another one"};
  }
  return Interruptions(std::move(descriptor));
}

bool Interruptions::came() {
  signalfd_siginfo signal{};
  while (::read(signals_.number(), &signal, sizeof signal) == sizeof signal) {
    came_ = true;
  }
  return came_;
}

Result<Terminal> Terminal::open(Interruptions& interruptions) {
  if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1) {
    return Error{ErrorCode::kWrongState,
                 "a ceremony is held at a terminal, and this is none; nothing was begun; in "
                 "REHEARSAL and DRILL, --answers FILE holds it unattended"};
  }
  return Terminal(interruptions);
}

std::size_t Terminal::width() const {
  winsize size{};
  const bool says = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return says ? size.ws_col : kUsualWidth;
}

void Terminal::print(std::string_view text) const {
  // Where nobody can see it any more, the next entry says so.
  static_cast<void>(base::write_all(STDOUT_FILENO, base::bytes_of(text)));
}

Result<void> Terminal::wait_for_line() {
  std::array<pollfd, 2> wanted{{{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                                {.fd = interruptions_->number(), .events = POLLIN, .revents = 0}}};
  const int ready = base::retry_interrupted([&] { return poll(wanted.data(), wanted.size(), -1); });
  if (ready < 0 || interruptions_->came()) {
    return people_left();
  }
  return {};
}

Result<std::string> Terminal::ask_line(const std::string& prompt) {
  print(prompt);
  if (auto waited = wait_for_line(); !waited) {
    return std::move(waited).error();
  }
  std::array<std::uint8_t, kLongestLine> typed{};
  auto size = read_line(typed);
  if (!size) {
    return std::move(size).error();
  }
  return trimmed(base::text_of(std::span(typed).first(*size)));
}

Result<base::SecretBytes> Terminal::ask_secret(const std::string& prompt) {
  base::SecretBytes typed(kLongestLine);
  const EchoOff quiet;
  if (!quiet.is_set()) {
    return Error{ErrorCode::kDeviceFailure,
                 "this terminal cannot be kept from showing what is typed, so nothing secret is "
                 "asked for here; use another one"};
  }
  print(prompt);
  auto waited = wait_for_line();
  if (!waited) {
    print("\n");
    return std::move(waited).error();
  }
  const auto writer = typed.write();
  auto size = read_line(writer.bytes());
  print("\n");
  if (!size) {
    return std::move(size).error();
  }
  return base::SecretBytes::copy_of(writer.bytes().first(*size));
}

}  // namespace ceremony::cli
