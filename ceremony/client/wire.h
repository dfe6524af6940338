// ceremony/client/wire.h - frames on the socketpair between a ceremony's engine and its client.
//
// Frame: kind (1 byte), length of the payload (4 bytes, big-endian), payload. The exact bytes are
// in docs/formats/engine.md. A secret goes from SecretBytes to SecretBytes; what the kernel holds
// in between lies in its socket buffers and never in a file. One thread at a time.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/posix_file.h"
#include "base/result.h"
#include "base/secret_bytes.h"

namespace ceremony::client {

inline constexpr std::size_t kMaxJsonBytes = std::size_t{1024} * 1024;
inline constexpr std::size_t kMaxProgressBytes = std::size_t{4} * 1024;
inline constexpr std::size_t kMaxSecretBytes = std::size_t{64} * 1024;

enum class FrameKind {
  kJson,      // 'J': a request or a reply
  kProgress,  // 'P': engine to client only, before the reply
  kSecret,    // 'S': right after the request or reply that names it
  kEnd,       // not on the wire: the other side is gone, between two frames
  kStop,      // not on the wire: the descriptor given to stop_at() became readable
};

struct Frame {
  FrameKind kind = FrameKind::kEnd;
  std::string text;                         // kJson, kProgress; not checked in any way
  std::optional<base::SecretBytes> secret;  // kSecret; always there
};

// One end of a connected stream socket; closed with the Channel.
class Channel {
 public:
  explicit Channel(base::FileDescriptor socket) : socket_(std::move(socket)) {}

  // From now on receive() gives kStop, and a send that would have to wait fails, as soon as
  // `descriptor` (borrowed, must outlive the Channel) is readable.
  void stop_at(int descriptor) { stop_ = descriptor; }

  // Errors: kInvalidArgument where the payload is longer than its limit (nothing was sent);
  // kDeviceFailure where the other side is gone. No SIGPIPE is raised.
  base::Result<void> send_json(std::string_view text);
  base::Result<void> send_progress(std::string_view text);
  base::Result<void> send_secret(const base::SecretBytes& secret);

  // Waits for the next frame. Errors: kMalformed where the bytes are no frame: an unknown kind, a
  // length above the kind's limit, or an end in the middle of a frame (the channel is of no use
  // after that); kDeviceFailure where no secret memory is left or the socket fails.
  base::Result<Frame> receive();

  // Says that nothing more will be sent, and waits until the other side is gone too, at most for
  // `grace`; what it still sends is thrown away.
  void hang_up(std::chrono::milliseconds grace);

 private:
  enum class Filled { kAll, kNothing, kPart, kStop, kFailed };
  enum class Woken { kReady, kStop, kFailed };

  [[nodiscard]] Woken wait_for(short events) const;
  [[nodiscard]] Filled fill(std::span<std::uint8_t> target) const;
  [[nodiscard]] base::Result<void> send_frame(FrameKind kind,
                                              std::span<const std::uint8_t> payload) const;
  [[nodiscard]] bool send_all(std::span<const std::uint8_t> bytes) const;
  [[nodiscard]] base::Result<Frame> receive_payload(FrameKind kind, std::size_t size) const;

  base::FileDescriptor socket_;
  int stop_ = -1;  // poll(2) passes over negative numbers
};

}  // namespace ceremony::client
