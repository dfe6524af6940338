#include "ceremony/client/wire.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "base/bytes.h"

namespace ceremony::client {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kHeaderBytes = 5;

// What may stand on the wire.
struct Kind {
  FrameKind kind;
  std::uint8_t letter;
  std::size_t max_bytes;
};
constexpr std::array kKinds{
    Kind{FrameKind::kJson, 'J', kMaxJsonBytes},
    Kind{FrameKind::kProgress, 'P', kMaxProgressBytes},
    Kind{FrameKind::kSecret, 'S', kMaxSecretBytes},
};

const Kind* kind_of(std::uint8_t letter) {
  for (const Kind& kind : kKinds) {
    if (kind.letter == letter) {
      return &kind;
    }
  }
  return nullptr;
}

const Kind& row_of(FrameKind wanted) {
  for (const Kind& kind : kKinds) {
    if (kind.kind == wanted) {
      return kind;
    }
  }
  std::abort();  // only the three kinds of the table are ever sent
}

std::array<std::uint8_t, kHeaderBytes> header_of(const Kind& kind, std::size_t size) {
  return {kind.letter,
          static_cast<std::uint8_t>(size >> 24U),
          static_cast<std::uint8_t>(size >> 16U),
          static_cast<std::uint8_t>(size >> 8U),
          static_cast<std::uint8_t>(size)};
}

std::size_t length_in(const std::array<std::uint8_t, kHeaderBytes>& header) {
  std::size_t length = 0;
  for (std::size_t at = 1; at < kHeaderBytes; ++at) {
    length = (length << 8U) | header.at(at);
  }
  return length;
}

Error cut_short() {
  return Error{ErrorCode::kMalformed, "The other program ended in the middle of a message."};
}

Error socket_failed() {
  return Error{ErrorCode::kDeviceFailure, "The connection to the other program has failed."};
}

// Gives the count, 0 where the other side is gone, or -1.
ssize_t read_some(int number, std::span<std::uint8_t> target) {
  const ssize_t got =
      base::retry_interrupted([&] { return read(number, target.data(), target.size()); });
  // A peer that was killed with unread bytes in its socket shows as ECONNRESET: gone, as by EOF.
  return got < 0 && errno == ECONNRESET ? 0 : got;
}

}  // namespace

Channel::Woken Channel::wait_for(short events) const {
  std::array<pollfd, 2> watched{pollfd{socket_.number(), events, 0}, pollfd{stop_, POLLIN, 0}};
  const int count =
      base::retry_interrupted([&] { return poll(watched.data(), watched.size(), -1); });
  if (count < 0) {
    return Woken::kFailed;
  }
  return watched.at(1).revents != 0 ? Woken::kStop : Woken::kReady;
}

Channel::Filled Channel::fill(std::span<std::uint8_t> target) const {
  const std::size_t wanted = target.size();
  while (!target.empty()) {
    const Woken woken = wait_for(POLLIN);
    if (woken != Woken::kReady) {
      return woken == Woken::kStop ? Filled::kStop : Filled::kFailed;
    }
    const ssize_t got = read_some(socket_.number(), target);
    if (got < 0) {
      return Filled::kFailed;
    }
    if (got == 0) {
      return target.size() == wanted ? Filled::kNothing : Filled::kPart;
    }
    target = target.subspan(static_cast<std::size_t>(got));
  }
  return Filled::kAll;
}

bool Channel::send_all(std::span<const std::uint8_t> bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = base::retry_interrupted([&] {
      return send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    });
    if (sent >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno != EAGAIN || wait_for(POLLOUT) != Woken::kReady) {
      return false;
    }
  }
  return true;
}

Result<void> Channel::send_frame(FrameKind kind, std::span<const std::uint8_t> payload) const {
  const Kind& row = row_of(kind);
  if (payload.size() > row.max_bytes) {
    return Error{ErrorCode::kInvalidArgument,
                 "This input is longer than the ceremony's engine takes. Make it shorter."};
  }
  const auto header = header_of(row, payload.size());
  if (!send_all(header) || !send_all(payload)) {
    return socket_failed();
  }
  return {};
}

Result<void> Channel::send_json(std::string_view text) {
  return send_frame(FrameKind::kJson, base::bytes_of(text));
}

Result<void> Channel::send_progress(std::string_view text) {
  return send_frame(FrameKind::kProgress, base::bytes_of(text));
}

Result<void> Channel::send_secret(const base::SecretBytes& secret) {
  const base::SecretBytes::Reader reader = secret.read();
  return send_frame(FrameKind::kSecret, reader.bytes());
}

Result<Frame> Channel::receive() {
  std::array<std::uint8_t, kHeaderBytes> header{};
  switch (fill(header)) {
    case Filled::kAll:
      break;
    case Filled::kNothing:
      return Frame{};
    case Filled::kPart:
      return cut_short();
    case Filled::kStop:
      return Frame{FrameKind::kStop, {}, {}};
    case Filled::kFailed:
      return socket_failed();
  }
  const Kind* const kind = kind_of(header.at(0));
  const std::size_t size = length_in(header);
  if (kind == nullptr || size > kind->max_bytes) {
    return Error{ErrorCode::kMalformed, "The other program sent bytes that are no message."};
  }
  return receive_payload(kind->kind, size);
}

void Channel::hang_up(std::chrono::milliseconds grace) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point deadline = Clock::now() + grace;
  shutdown(socket_.number(), SHUT_WR);
  std::array<std::uint8_t, 4096> ignored{};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd watched{socket_.number(), POLLIN, 0};
    const int ready = left > 0 ? poll(&watched, 1, static_cast<int>(left)) : 0;
    if (ready == 0 || (ready < 0 && errno != EINTR)) {
      return;
    }
    if (ready > 0 && read(socket_.number(), ignored.data(), ignored.size()) <= 0) {
      return;
    }
  }
}

Result<Frame> Channel::receive_payload(FrameKind kind, std::size_t size) const {
  Frame frame;
  frame.kind = kind;
  Filled filled = Filled::kFailed;
  if (kind == FrameKind::kSecret) {
    Result<base::SecretBytes> secret = base::SecretBytes::make(size);
    if (!secret) {
      return std::move(secret).error();
    }
    const base::SecretBytes::Writer writer = secret->write();
    filled = fill(writer.bytes());
    frame.secret = std::move(secret).value();
  } else {
    frame.text.resize(size);
    filled = fill({reinterpret_cast<std::uint8_t*>(frame.text.data()), size});
  }
  switch (filled) {
    case Filled::kAll:
      return frame;
    case Filled::kNothing:
    case Filled::kPart:
      return cut_short();
    case Filled::kStop:
      return Frame{FrameKind::kStop, {}, {}};
    case Filled::kFailed:
      break;
  }
  return socket_failed();
}

}  // namespace ceremony::client
