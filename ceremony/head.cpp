#include "ceremony/head.h"

#include <algorithm>
#include <cstddef>

#include "base/digest.h"
#include "base/digest_words.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::string_view kPrefix = "head sha256:";
constexpr std::size_t kHashDigits = 64;
constexpr std::size_t kWordsInLine = 4;

}  // namespace

base::Result<std::string> head_text(std::string_view head) {
  const auto digest = base::parse_digest_hex(head);
  if (!digest) {
    return Error{ErrorCode::kInvalidArgument, "the head of a transcript must be 64 hex digits"};
  }
  std::string words = base::digest_words(*digest);
  std::size_t blanks = 0;
  std::replace_if(
      words.begin(),
      words.end(),
      [&blanks](char character) { return character == ' ' && ++blanks % kWordsInLine == 0; },
      '\n');
  return std::string(kPrefix) + std::string(head) + "\n" + words + "\n";
}

base::Result<std::string> parse_head_text(std::string_view text) {
  if (text.size() > kPrefix.size() + kHashDigits) {
    const std::string_view head = text.substr(kPrefix.size(), kHashDigits);
    const auto expected = head_text(head);
    if (expected && *expected == text) {
      return std::string(head);
    }
  }
  return Error{ErrorCode::kMalformed,
               "head.txt must name one hash, and the same in digits and in words"};
}

}  // namespace ceremony
