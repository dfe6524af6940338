#include "shamir/passphrase.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include <utf8proc.h>

#include "shamir/slip39_words.h"

namespace shamir {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;

Error refused(const char* why) {
  return Error{ErrorCode::kInvalidArgument, why};
}

// Editors put a line end behind the last line of a file; nobody means it as part of a passphrase.
std::span<const std::uint8_t> without_line_end(std::span<const std::uint8_t> text) {
  if (!text.empty() && text.back() == '\n') {
    text = text.first(text.size() - 1);
    if (!text.empty() && text.back() == '\r') {
      text = text.first(text.size() - 1);
    }
  }
  return text;
}

// Unassigned, control, format, surrogate, private use, line and paragraph separator.
constexpr std::array kRefusedCategories = {
    UTF8PROC_CATEGORY_CN,
    UTF8PROC_CATEGORY_CC,
    UTF8PROC_CATEGORY_CF,
    UTF8PROC_CATEGORY_CS,
    UTF8PROC_CATEGORY_CO,
    UTF8PROC_CATEGORY_ZL,
    UTF8PROC_CATEGORY_ZP,
};

bool may_be_typed(utf8proc_int32_t character) {
  const utf8proc_category_t category = utf8proc_category(character);
  return std::find(kRefusedCategories.begin(), kRefusedCategories.end(), category) ==
         kRefusedCategories.end();
}

constexpr auto kNfkc = static_cast<utf8proc_option_t>(static_cast<unsigned>(UTF8PROC_STABLE) |
                                                      static_cast<unsigned>(UTF8PROC_COMPAT) |
                                                      static_cast<unsigned>(UTF8PROC_COMPOSE));

// Code points that utf8proc decomposes into and composes in place, in secret memory. `count` is
// how many there are; the memory has room for one more, and a size that keeps it aligned.
struct CodePoints {
  SecretBytes memory;
  utf8proc_ssize_t count = 0;
};

Result<CodePoints> decompose(std::span<const std::uint8_t> utf8) {
  const auto size = static_cast<utf8proc_ssize_t>(utf8.size());
  const utf8proc_ssize_t needed = utf8proc_decompose(utf8.data(), size, nullptr, 0, kNfkc);
  if (needed < 0) {
    return refused("the passphrase is not proper UTF-8 text; type it again");
  }
  const std::size_t bytes = (static_cast<std::size_t>(needed) + 1) * sizeof(utf8proc_int32_t);
  CodePoints points{SecretBytes((bytes + 15) / 16 * 16), needed};
  const SecretBytes::Writer writer = points.memory.write();
  auto* const start = static_cast<utf8proc_int32_t*>(static_cast<void*>(writer.bytes().data()));
  utf8proc_decompose(utf8.data(), size, start, needed, kNfkc);
  const std::span<const utf8proc_int32_t> all(start, static_cast<std::size_t>(needed));
  if (!std::all_of(all.begin(), all.end(), may_be_typed)) {
    return refused(
        "the passphrase has a control character or an invisible or unknown one, which "
        "may not come out the same on another keyboard; leave it out");
  }
  return points;
}

// Runs of blanks become one, and none stay at the ends. Gives the new length.
std::size_t squeeze_blanks(std::span<std::uint8_t> text) {
  std::size_t kept = 0;
  for (const std::uint8_t byte : text) {
    if (byte == ' ' && (kept == 0 || text[kept - 1] == ' ')) {
      continue;
    }
    text[kept++] = byte;
  }
  return kept > 0 && text[kept - 1] == ' ' ? kept - 1 : kept;
}

}  // namespace

Result<Passphrase> Passphrase::from_typed(const SecretBytes& utf8) {
  const SecretBytes::Reader reader = utf8.read();
  const auto typed = without_line_end(reader.bytes());
  if (typed.size() > kLongestPassphrase) {
    return refused("the passphrase is too long to be one; give the passphrase alone");
  }
  Result<CodePoints> points = decompose(typed);
  if (!points) {
    return std::move(points).error();
  }
  const SecretBytes::Writer writer = points->memory.write();
  auto* const start = static_cast<utf8proc_int32_t*>(static_cast<void*>(writer.bytes().data()));
  const utf8proc_ssize_t encoded = utf8proc_reencode(start, points->count, kNfkc);
  if (encoded < 0) {
    return refused("the passphrase is not proper UTF-8 text; type it again");
  }
  const auto text = writer.bytes().first(static_cast<std::size_t>(encoded));
  const std::size_t size = squeeze_blanks(text);
  if (size == 0) {
    return refused(
        "the passphrase is empty, so anybody could open the card; choose one, or let "
        "six words be drawn");
  }
  return Passphrase(SecretBytes::copy_of(text.first(size)));
}

Passphrase Passphrase::drawn(std::size_t words) {
  static_assert(slip39::kWordCount == 1024, "ten random bits are one word, with no bias");
  slip39::WordNumbers numbers(std::max(words, kDrawnWords));
  const SecretBytes random = SecretBytes::random(numbers.size() * 2);
  const SecretBytes::Reader drawn = random.read();
  for (std::size_t place = 0; place < numbers.size(); ++place) {
    const std::uint32_t high = drawn.bytes()[2 * place];
    numbers.set(place, ((high << 8U) | drawn.bytes()[2 * place + 1]) % slip39::kWordCount);
  }
  return Passphrase(slip39::text_of(numbers));
}

}  // namespace shamir
