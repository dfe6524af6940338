// tests/engine/tap_engine.cpp - stands in for an engine and writes every frame that it is sent to
// the file NAME.frames beside itself: "J TEXT" or "S SIZE", one a line; first its arguments and
// environment as "A TEXT" and "E TEXT".

#include <fstream>
#include <string>
#include <unistd.h>

#include "ceremony/client/codec.h"
#include "ceremony/client/wire.h"

int main(int argc, char** argv) {
  using namespace ceremony::client;
  if (argc != 2) {
    return 2;
  }
  const int socket = std::stoi(argv[1]);
  Channel channel{base::FileDescriptor(socket)};
  const std::string self = argv[0];
  std::ofstream log(self + ".frames", std::ios::binary);
  log << "A " << argv[1] << std::endl;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    log << "E " << *entry << std::endl;
  }
  std::string reply = *encode_reply(Ready{});
  std::size_t secrets_to_come = 0;
  while (secrets_to_come > 0 || channel.send_json(reply).ok()) {
    const auto frame = channel.receive();
    if (!frame || frame->kind == FrameKind::kEnd) {
      return 0;
    }
    if (frame->kind == FrameKind::kSecret) {
      log << "S " << frame->secret->size() << std::endl;
      --secrets_to_come;
      continue;
    }
    log << "J " << frame->text << std::endl;
    const auto request = decode_request(frame->text);
    secrets_to_come = request ? request->secret_names.size() : 0;
    reply = request && request->verb == Verb::kPerform ? *encode_reply(StepOutcome{})
                                                       : *encode_reply(Done{});
  }
  return 0;
}
