// What passes between engine and client: every message that parses is written as it was read, and
// no stream of bytes does more than end the conversation.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/posix_file.h"
#include "ceremony/client/codec.h"
#include "ceremony/client/wire.h"

namespace {

using namespace ceremony::client;

template <typename Decode, typename Encode>
void check(std::string_view text, Decode decode, Encode encode) {
  const auto message = decode(text);
  if (message) {
    const auto again = encode(*message);
    if (!again || *again != text) {
      std::abort();
    }
  }
}

// The bytes as a stream, read to its end.
void read_frames(base::ByteView bytes) {
  constexpr std::size_t kFitsTheSocket = 64U * 1024U;
  std::array<int, 2> pair{};
  if (bytes.size() > kFitsTheSocket || socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) != 0) {
    return;
  }
  Channel reader{base::FileDescriptor(pair[0])};
  {
    const base::FileDescriptor writer(pair[1]);
    if (base::write_all(writer.number(), bytes) != 0) {
      std::abort();
    }
  }
  while (true) {
    const auto frame = reader.receive();
    if (!frame || frame->kind == FrameKind::kEnd) {
      return;
    }
    check(frame->text, decode_request, encode_request);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView bytes(data, size);
  const std::string_view text = base::text_of(bytes);
  check(text, decode_request, encode_request);
  check(text, decode_reply, encode_reply);
  check(text, decode_progress, encode_progress);
  read_frames(bytes);
  return 0;
}
