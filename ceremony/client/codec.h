// ceremony/client/codec.h - requests and replies as JSON; docs/formats/engine.md has every key.
//
// One message, one text: compact, keys in byte order. A text that the writer here would have
// written differently (a key too many, twice or out of order, a blank, another spelling of a
// number) is refused, so write(parse(x)) == x for every x that parses. Secrets are in no text: a
// request says their names, and they follow as frames of their own.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "ceremony/client/messages.h"

namespace ceremony::client {

// Raised with every change to what passes between the two. An engine takes only its own.
inline constexpr int kProtocol = 3;

inline constexpr std::size_t kMaxSecretsInInput = 32;

// The names of the secrets of `open` and of its answer.
inline constexpr std::string_view kJournalKey = "journal-key";
inline constexpr std::string_view kKeeperSecret = "keeper-secret";

enum class Verb { kOpen, kStep, kPerform, kException, kPause, kAbort, kClose };

// What a client asks for. Only what belongs to the verb is used.
struct Request {
  Verb verb = Verb::kClose;
  OpenRequest open;                       // kOpen
  Input input;                            // kPerform; after decoding its `secrets` is empty
  std::vector<std::string> secret_names;  // kOpen, kPerform; ascending by bytes: the frames' order
  ExceptionSheet sheet;                   // kException
  std::string reason;                     // kPause, kAbort
};

struct Ready {};  // the engine's first message: it stands, hardened, and speaks kProtocol
struct Done {};   // to exception, abort and close

// To open. In PRODUCTION the journal's key follows as a frame of its own.
struct Opened {
  bool has_journal_key = false;
};
using Reply = std::variant<Ready, Done, Opened, StepView, StepOutcome, base::Error>;

// Errors: kInvalidArgument where a text or path is not UTF-8.
base::Result<std::string> encode_request(const Request& request);
base::Result<std::string> encode_reply(const Reply& reply);
base::Result<std::string> encode_progress(const ProgressNote& note);

// Errors: kMalformed; the message says nothing of the text.
base::Result<Request> decode_request(std::string_view text);
base::Result<Reply> decode_reply(std::string_view text);
base::Result<ProgressNote> decode_progress(std::string_view text);

}  // namespace ceremony::client
