#include "ceremony/client/wire.h"

#include <array>
#include <csignal>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/bytes.h"

namespace {

using namespace ceremony::client;
using base::ErrorCode;

struct Ends {
  Channel left;
  Channel right;
};

std::array<int, 2> socket_pair() {
  std::array<int, 2> pair{};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
  return pair;
}

Ends connected() {
  const std::array<int, 2> pair = socket_pair();
  return {Channel(base::FileDescriptor(pair[0])), Channel(base::FileDescriptor(pair[1]))};
}

// What `right` makes of these bytes, after which the other side hangs up.
base::Result<Frame> received(const std::string& bytes) {
  const std::array<int, 2> pair = socket_pair();
  Channel right{base::FileDescriptor(pair[1])};
  const base::FileDescriptor left(pair[0]);
  REQUIRE(base::write_all(left.number(), base::bytes_of(bytes)) == 0);
  shutdown(left.number(), SHUT_WR);
  return right.receive();
}

std::string text_of(const base::SecretBytes& secret) {
  const base::SecretBytes::Reader reader = secret.read();
  return std::string(base::text_of(reader.bytes()));
}

}  // namespace

TEST_CASE("wire: texts and secrets of every size up to the limit arrive as they were sent") {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{4095}, kMaxSecretBytes, kMaxJsonBytes}) {
    CAPTURE(size);
    Ends ends = connected();
    const std::string text(size, 'j');
    std::thread sender([&] {
      CHECK(ends.left.send_json(text).ok());
      if (size <= kMaxProgressBytes) {
        CHECK(ends.left.send_progress(text).ok());
      }
      if (size <= kMaxSecretBytes) {
        CHECK(ends.left.send_secret(base::SecretBytes::copy_of(base::bytes_of(text))).ok());
      }
    });
    auto frame = ends.right.receive();
    REQUIRE(frame.ok());
    CHECK(frame->kind == FrameKind::kJson);
    CHECK(frame->text == text);
    if (size <= kMaxProgressBytes) {
      frame = ends.right.receive();
      REQUIRE(frame.ok());
      CHECK(frame->kind == FrameKind::kProgress);
      CHECK(frame->text == text);
    }
    if (size <= kMaxSecretBytes) {
      frame = ends.right.receive();
      REQUIRE(frame.ok());
      CHECK(frame->kind == FrameKind::kSecret);
      CHECK(frame->text.empty());
      CHECK(text_of(*frame->secret) == text);
    }
    sender.join();
  }
}

TEST_CASE("wire: the bytes are those of docs/formats/engine.md") {
  const std::array<int, 2> pair = socket_pair();
  Channel left{base::FileDescriptor(pair[0])};
  const base::FileDescriptor right(pair[1]);
  REQUIRE(left.send_json("{}").ok());
  REQUIRE(left.send_secret(base::SecretBytes::copy_of(base::bytes_of("pin"))).ok());
  REQUIRE(left.send_progress("").ok());
  std::array<std::uint8_t, 64> bytes{};
  const ssize_t got = read(right.number(), bytes.data(), bytes.size());
  REQUIRE(got == 20);
  CHECK(base::text_of({bytes.data(), 20}) ==
        std::string_view("J\0\0\0\2{}S\0\0\0\3pinP\0\0\0\0", 20));
}

TEST_CASE("wire: nothing longer than the limit of its kind is sent") {
  Ends ends = connected();
  const auto json = ends.left.send_json(std::string(kMaxJsonBytes + 1, 'x'));
  REQUIRE(!json.ok());
  CHECK(json.error().code == ErrorCode::kInvalidArgument);
  CHECK(ends.left.send_progress(std::string(kMaxProgressBytes + 1, 'x')).error().code ==
        ErrorCode::kInvalidArgument);
  CHECK(ends.left.send_secret(base::SecretBytes(kMaxSecretBytes + 1)).error().code ==
        ErrorCode::kInvalidArgument);
  REQUIRE(ends.left.send_json("next").ok());
  CHECK(ends.right.receive()->text == "next");
}

TEST_CASE("wire: a length above the limit is refused before its payload is read") {
  for (const std::string& header : {std::string("J\x00\x10\x00\x01", 5),
                                    std::string("S\x00\x01\x00\x01", 5),
                                    std::string("P\x00\x00\x10\x01", 5),
                                    std::string("J\xff\xff\xff\xff", 5)}) {
    const auto frame = received(header);
    REQUIRE(!frame.ok());
    CHECK(frame.error().code == ErrorCode::kMalformed);
    CHECK(frame.error().message == "The other program sent bytes that are no message.");
  }
}

TEST_CASE("wire: every letter but three is refused") {
  int taken = 0;
  for (int letter = 0; letter < 256; ++letter) {
    const std::string header = std::string(1, static_cast<char>(letter)) + std::string(4, '\0');
    const auto frame = received(header);
    taken += frame.ok() ? 1 : 0;
    CHECK((frame.ok() || frame.error().code == ErrorCode::kMalformed));
  }
  CHECK(taken == 3);
}

TEST_CASE("wire: a stream cut anywhere within a frame is malformed, between frames it is the end") {
  for (const std::string& whole :
       {std::string("J\0\0\0\4{  }", 9), std::string("S\0\0\0\3pin", 8)}) {
    CHECK(received("")->kind == FrameKind::kEnd);
    CHECK(received(whole).ok());
    for (std::size_t length = 1; length < whole.size(); ++length) {
      const auto frame = received(whole.substr(0, length));
      REQUIRE(!frame.ok());
      CHECK(frame.error().message == "The other program ended in the middle of a message.");
    }
  }
}

TEST_CASE("wire: a frame that comes byte by byte is put together") {
  const std::array<int, 2> pair = socket_pair();
  Channel right{base::FileDescriptor(pair[1])};
  std::thread sender([&] {
    const base::FileDescriptor left(pair[0]);
    for (const char byte : std::string("S\0\0\0\3pin", 8)) {
      CHECK(write(left.number(), &byte, 1) == 1);
      std::this_thread::yield();
    }
  });
  const auto frame = right.receive();
  sender.join();
  REQUIRE(frame.ok());
  CHECK(text_of(*frame->secret) == "pin");
}

TEST_CASE("wire: signals that come in between do no harm") {
  struct sigaction old {};
  struct sigaction interrupting {};
  interrupting.sa_handler = [](int) {};  // without SA_RESTART: calls give EINTR
  REQUIRE(sigaction(SIGALRM, &interrupting, &old) == 0);
  const itimerval often{{0, 200}, {0, 200}};
  REQUIRE(setitimer(ITIMER_REAL, &often, nullptr) == 0);
  Ends ends = connected();
  const std::string text(kMaxJsonBytes, 'x');
  std::thread sender([&] {
    for (int round = 0; round < 20; ++round) {
      CHECK(ends.left.send_json(text).ok());
    }
  });
  for (int round = 0; round < 20; ++round) {
    const auto frame = ends.right.receive();
    CHECK((frame.ok() && frame->text == text));
  }
  sender.join();
  const itimerval never{};
  setitimer(ITIMER_REAL, &never, nullptr);
  sigaction(SIGALRM, &old, nullptr);
}

TEST_CASE("wire: to send to somebody who is gone is an error and no signal") {
  const std::array<int, 2> pair = socket_pair();
  Channel left{base::FileDescriptor(pair[0])};
  close(pair[1]);
  const auto sent = left.send_json("{}");
  REQUIRE(!sent.ok());
  CHECK(sent.error().code == ErrorCode::kDeviceFailure);
}

TEST_CASE("wire: a readable stop descriptor ends a wait, in the middle of a frame too") {
  const std::array<int, 2> pair = socket_pair();
  const std::array<int, 2> stop = socket_pair();
  Channel right{base::FileDescriptor(pair[1])};
  right.stop_at(stop[1]);
  REQUIRE(write(pair[0], "J\0\0", 3) == 3);
  REQUIRE(write(stop[0], "!", 1) == 1);
  CHECK(right.receive()->kind == FrameKind::kStop);
  // What can be sent without a wait still is; what cannot fails.
  CHECK(right.send_json("{}").ok());
  CHECK(!right.send_json(std::string(kMaxJsonBytes, 'x')).ok());
  close(pair[0]);
  close(stop[0]);
  close(stop[1]);
}

TEST_CASE("wire: hanging up waits for the other side, but not for ever") {
  using std::chrono::milliseconds;
  using Clock = std::chrono::steady_clock;
  Ends ends = connected();
  const auto start = Clock::now();
  ends.left.hang_up(milliseconds(50));
  CHECK(Clock::now() - start >= milliseconds(50));
  CHECK(ends.right.receive()->kind == FrameKind::kEnd);
  { const Channel gone = std::move(ends.right); }
  const auto again = Clock::now();
  ends.left.hang_up(milliseconds(60'000));
  CHECK(Clock::now() - again < milliseconds(30'000));
}
