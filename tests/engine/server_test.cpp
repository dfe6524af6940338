#include "ceremony/engine/server.h"

#include <array>
#include <memory>
#include <random>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "engine/fake_handler.h"

namespace {

using namespace ceremony::client;
using ceremony::engine::EndCode;
using ceremony::engine::Server;
using engine_test::FakeHandler;

// A server in a thread of its own, and the client's end of its socket.
class Served {
 public:
  Served() {
    std::array<int, 2> pair{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
    socket_ = pair[0];
    client_ = std::make_unique<Channel>(base::FileDescriptor(pair[0]));
    thread_ = std::thread([this, other = pair[1]] {
      code_ = Server(Channel(base::FileDescriptor(other)), handler_).run();
    });
  }

  ~Served() { end(); }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  // Bytes as they are; nothing once the server is gone.
  void send(const std::string& bytes) const {
    static_cast<void>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }

  std::string answer() {
    const auto frame = client_->receive();
    return frame && frame->kind == FrameKind::kJson ? frame->text : "(nothing)";
  }

  std::string ask(const std::string& request) {
    REQUIRE(client_->send_json(request).ok());
    return answer();
  }

  // Sends nothing more, but hears the server out.
  EndCode stop_sending() {
    shutdown(socket_, SHUT_WR);
    return ended();
  }

  // Hangs up and waits.
  EndCode end() {
    client_.reset();
    if (thread_.joinable()) {
      thread_.join();
    }
    return code_;
  }

  // Waits for the server, which ends by itself.
  EndCode ended() {
    while (client_->receive()->kind != FrameKind::kEnd) {
    }
    return end();
  }

  // After end().
  [[nodiscard]] const std::string& story() const { return handler_.story(); }
  Channel& channel() { return *client_; }

 private:
  FakeHandler handler_;
  int socket_ = -1;
  EndCode code_ = EndCode::kInternal;
  std::unique_ptr<Channel> client_;
  std::thread thread_;
};

constexpr const char* kReady = R"({"ready":{"protocol":3}})";
constexpr const char* kDone = R"({"done":{}})";
constexpr const char* kOpened = R"({"opened":{"secrets":[]}})";
constexpr const char* kNotNow =
    R"({"error":{"code":"wrong-state","message":"This is not possible at this point of the )"
    R"(ceremony. Look at the current step."}})";

std::string open_text(const std::string& plan) {
  Request request;
  request.verb = Verb::kOpen;
  request.open.plan = plan;
  return *encode_request(request);
}

std::string perform_text(const std::vector<std::string>& secrets) {
  Request request;
  request.verb = Verb::kPerform;
  request.secret_names = secrets;
  return *encode_request(request);
}

std::string frame_of(char letter, const std::string& payload) {
  const std::size_t size = payload.size();
  std::string frame(1, letter);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    frame += static_cast<char>(size >> shift);
  }
  return frame + payload;
}

// Requests by number, for the exhaustive test of the table.
const std::vector<std::string>& verbs() {
  static const std::vector<std::string> all{
      open_text("plan.toml"),
      R"({"verb":"step"})",
      perform_text({}),
      R"({"sheet":{"decided":"d","expected":"e","raised_by":"r","seen":"s"},"verb":"exception"})",
      R"({"reason":"fire","verb":"abort"})",
      R"({"verb":"close"})",
      R"({"reason":"lunch","verb":"pause"})"};
  return all;
}

}  // namespace

TEST_CASE("server: in every state exactly the verbs of the table are allowed") {
  // How a state is reached, and which of the verbs are allowed in it.
  struct State {
    std::vector<std::size_t> before;
    std::vector<bool> allowed;
  };
  const std::vector<State> states{{{}, {true, false, false, false, false, true, false}},
                                  {{0}, {false, true, true, true, true, true, true}},
                                  {{0, 2, 3}, {false, true, true, true, true, true, true}},
                                  {{0, 4}, {false, true, true, true, true, true, true}},
                                  {{0, 6}, {false, false, false, false, false, true, false}}};
  for (const State& state : states) {
    for (std::size_t verb = 0; verb < verbs().size(); ++verb) {
      CAPTURE(verb);
      Served served;
      CHECK(served.answer() == kReady);
      for (const std::size_t earlier : state.before) {
        served.ask(verbs().at(earlier));
      }
      CHECK((served.ask(verbs().at(verb)) != kNotNow) == state.allowed.at(verb));
      CHECK(served.end() == EndCode::kDone);
      CHECK(served.story().ends_with("close;"));
    }
  }
}

TEST_CASE("server: what was refused can be tried again, and a sheet arrives in its fields") {
  Served served;
  served.answer();
  CHECK(served.ask(open_text("refused.toml")) ==
        R"({"error":{"code":"refused-by-policy","message":"The plan is refused."}})");
  CHECK(served.ask(verbs().at(1)) == kNotNow);
  CHECK(served.ask(open_text("plan.toml")) == kOpened);
  CHECK(served.ask(verbs().at(3)) == kDone);
  CHECK(served.ask(verbs().at(4)) == kDone);
  CHECK(served.ask(verbs().at(5)) == kDone);
  CHECK(served.ended() == EndCode::kDone);
  CHECK(served.story() == "open;open;exception e/s/d/r;abort fire;close;close;");
}

TEST_CASE("server: secrets sent at the wrong time are taken and dropped, and the order is kept") {
  Served served;
  served.answer();
  REQUIRE(served.channel().send_json(perform_text({"pin"})).ok());
  REQUIRE(served.channel().send_secret(base::SecretBytes(4)).ok());
  CHECK(served.answer() == kNotNow);
  CHECK(served.ask(open_text("plan.toml")) == kOpened);
  CHECK(served.end() == EndCode::kDone);
  CHECK(served.story() == "open;close;");
}

TEST_CASE("server: the journal's key goes in with open, and comes back as a frame of its own") {
  Served served;
  served.answer();
  Request request;
  request.verb = Verb::kOpen;
  request.secret_names = {std::string(kJournalKey)};
  REQUIRE(served.channel().send_json(*encode_request(request)).ok());
  REQUIRE(served.channel().send_secret(base::SecretBytes(32)).ok());
  CHECK(served.answer() == R"({"opened":{"secrets":["journal-key"]}})");
  const auto frame = served.channel().receive();
  REQUIRE(frame.ok());
  REQUIRE(frame->kind == FrameKind::kSecret);
  CHECK(frame->secret->size() == 32);
  CHECK(served.ask(verbs().at(5)) == kDone);
}

TEST_CASE("server: an answer that cannot be written is replaced by the reason") {
  const std::string reason =
      R"({"error":{"code":"invalid-argument","message":"The answer is too long or not written in )"
      R"(UTF-8, and cannot be shown. Look at the names in the plan."}})";
  for (const std::string with : {"long", "not-utf8"}) {
    Served served;
    served.answer();
    served.ask(open_text("plan.toml"));
    Request request;
    request.verb = Verb::kPerform;
    request.input.texts = {{"act", "answer"}, {"with", with}};
    CHECK(served.ask(*encode_request(request)) == reason);
    CHECK(served.ask(verbs().at(5)) == kDone);
  }
}

TEST_CASE("server: when a library throws the handler is closed and the engine ends") {
  Served served;
  served.answer();
  served.ask(open_text("plan.toml"));
  Request request;
  request.verb = Verb::kPerform;
  request.input.texts = {{"act", "throw"}};
  REQUIRE(served.channel().send_json(*encode_request(request)).ok());
  CHECK(served.ended() == EndCode::kInternal);
  CHECK(served.story() == "open;perform;close;");
}

TEST_CASE("server: frames where none of their kind belongs end it cleanly") {
  const std::string open = frame_of('J', open_text("plan.toml"));
  const std::vector<std::string> hostile{
      "GET / HTTP/1.0\r\n\r\n",
      frame_of('S', "pin"),
      frame_of('P', R"({"done":1,"text":""})"),
      frame_of('J', "{"),
      frame_of('J', perform_text({"a", "b"})) + frame_of('S', "1") + frame_of('J', "{}"),
      frame_of('J', perform_text({"a"})) + frame_of('P', ""),
      frame_of('J', kDone),
      std::string("J\x7f\xff\xff\xff", 5),
      std::string("S\x00\x01\x00\x01", 5),
  };
  for (const std::string& bytes : hostile) {
    for (const std::string& before : {std::string(), open}) {
      CAPTURE(bytes);
      Served served;
      served.answer();
      if (!before.empty()) {
        served.send(before);
        CHECK(served.answer() == kOpened);
      }
      served.send(bytes);
      CHECK(served.answer().find(R"({"error":{"code":"malformed")") == 0);
      CHECK(served.end() == EndCode::kBadPeer);
      CHECK(served.story() == (before.empty() ? "close;" : "open;close;"));
    }
  }
}

TEST_CASE("server: a conversation cut at any byte ends it, with the handler closed") {
  const std::string whole = frame_of('J', open_text("plan.toml")) +
                            frame_of('J', perform_text({"passphrase", "pin"})) +
                            frame_of('S', "correct horse") + frame_of('S', "1234");
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    CAPTURE(length);
    Served served;
    served.answer();
    served.send(whole.substr(0, length));
    const EndCode code = served.stop_sending();
    CHECK((code == EndCode::kDone || code == EndCode::kBadPeer));
    CHECK(served.story().ends_with("close;"));
    CHECK((served.story().find("perform") != std::string::npos) == (length == whole.size()));
  }
}

TEST_CASE("server: random bytes never do more than end it") {
  const unsigned seed = std::random_device{}();
  MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  const std::string valid = frame_of('J', open_text("plan.toml")) + frame_of('J', verbs().at(1)) +
                            frame_of('J', perform_text({"pin"})) + frame_of('S', "1234");
  for (int round = 0; round < 500; ++round) {
    std::string bytes = valid;
    const unsigned changes = 1 + random() % 8;
    for (unsigned change = 0; change < changes; ++change) {
      bytes.at(random() % bytes.size()) = static_cast<char>(random());
    }
    Served served;
    served.send(bytes);
    CHECK(served.stop_sending() != EndCode::kInternal);
    CHECK(served.story().ends_with("close;"));
  }
}
