#include "shamir/verify/terminal.h"

#include <cerrno>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "base/bytes.h"

namespace shamir::verify {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

enum class Echo { kOff, kOn };

// The terminal, switched for one line, and switched back at the end of this object.
class Terminal {
 public:
  Terminal() : file_(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) {}
  ~Terminal() {
    if (is_switched_) {
      ::tcsetattr(file_, TCSAFLUSH, &before_);
    }
    if (file_ >= 0) {
      ::close(file_);
    }
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  Result<void> prepare(Echo echo) {
    if (file_ < 0) {
      return Error{ErrorCode::kNotFound,
                   "there is no terminal to type at; run this in a terminal, or give the "
                   "passphrase with --passphrase-file and the words with --challenge"};
    }
    if (::tcgetattr(file_, &before_) != 0) {
      return unusable();
    }
    termios now = before_;
    if (echo == Echo::kOff) {
      now.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    }
    if (::tcsetattr(file_, TCSAFLUSH, &now) != 0) {
      return unusable();
    }
    is_switched_ = true;
    return {};
  }

  Result<void> show(const std::string& text) {
    const auto written = ::write(file_, text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size())) {
      return unusable();
    }
    return {};
  }

  // The next character; a line end where the terminal was closed.
  Result<std::uint8_t> next() {
    std::uint8_t byte = 0;
    ssize_t count = 0;
    do {
      count = ::read(file_, &byte, 1);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
      return unusable();
    }
    return count == 0 ? std::uint8_t{'\n'} : byte;
  }

 private:
  static Error unusable() {
    return Error{ErrorCode::kStorageFailure,
                 "the terminal cannot be read or switched; nothing was checked; open another "
                 "terminal and do this again"};
  }

  int file_;
  termios before_{};
  bool is_switched_ = false;
};

Result<SecretBytes> read_line(const std::string& prompt, std::size_t max_bytes, Echo echo) {
  Terminal terminal;
  if (auto prepared = terminal.prepare(echo); !prepared) {
    return std::move(prepared).error();
  }
  if (auto shown = terminal.show(prompt); !shown) {
    return std::move(shown).error();
  }
  SecretBytes line(max_bytes);
  std::size_t size = 0;
  const SecretBytes::Writer writer = line.write();
  for (;;) {
    auto byte = terminal.next();
    if (!byte) {
      return std::move(byte).error();
    }
    if (*byte == '\n') {
      break;
    }
    if (size < max_bytes) {
      writer.bytes()[size] = *byte;
    }
    ++size;
  }
  if (auto shown = terminal.show(echo == Echo::kOff ? "\n" : ""); !shown) {
    return std::move(shown).error();
  }
  if (size > max_bytes) {
    return Error{ErrorCode::kInvalidArgument,
                 "the line is longer than it may be; nothing was checked; type it again"};
  }
  return SecretBytes::copy_of(writer.bytes().first(size));
}

}  // namespace

Result<SecretBytes> read_hidden_line(const std::string& prompt, std::size_t max_bytes) {
  return read_line(prompt, max_bytes, Echo::kOff);
}

Result<std::string> read_shown_line(const std::string& prompt, std::size_t max_bytes) {
  auto line = read_line(prompt, max_bytes, Echo::kOn);
  if (!line) {
    return std::move(line).error();
  }
  const SecretBytes::Reader reader = line->read();
  return std::string(base::text_of(reader.bytes()));
}

}  // namespace shamir::verify
