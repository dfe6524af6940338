#include "ceremony/head.h"

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
constexpr std::size_t kWordWidth = 12;  // the longest word has 11 letters

// The 32 words in eight lines of four; all lines have one length, whatever the words.
std::string head_words(const base::Digest& digest) {
  std::string text;
  std::string column;
  std::size_t count = 0;
  for (const char character : base::digest_words(digest) + " ") {
    if (character != ' ') {
      column += character;
      continue;
    }
    column.resize(kWordWidth, ' ');
    text += column;
    column.clear();
    text += ++count % kWordsInLine == 0 ? "\n" : "";
  }
  return text;
}

}  // namespace

base::Result<std::string> head_text(std::string_view head) {
  const auto digest = base::parse_digest_hex(head);
  if (!digest) {
    return Error{ErrorCode::kInvalidArgument, "the head of a transcript must be 64 hex digits"};
  }
  return std::string(kPrefix) + std::string(head) + "\n" + head_words(*digest);
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
