#include "ceremony/secret_forms.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <sodium.h>

#include "base/text_encoding.h"
#include "ca/software_key.h"
#include "ceremony/text_words.h"
#include "shamir/passphrase.h"
#include "shamir/share_lines.h"
#include "shamir/slip39_words.h"

namespace ceremony {

namespace {

constexpr std::string_view kPrivateKey = "what looks like a private key";
constexpr std::string_view kLockedShare = "what looks like a locked share";
constexpr std::string_view kCardLine = "what looks like a line of a share card";
constexpr std::string_view kDrawnWords =
    "what looks like the words of a passphrase or of a share (six in a row of the list that they "
    "are drawn from)";

// How a text that holds one begins or ends it.
struct Marker {
  std::string_view text;
  std::string_view what;
};
constexpr std::array kMarkers{Marker{"private key-----", kPrivateKey},
                              Marker{"age-secret-key-1", kPrivateKey},
                              Marker{"cnclvsh", kLockedShare}};

constexpr std::size_t kFewestSymbols = 6;  // different ones in 24; fewer are a row of zeros
constexpr std::size_t kLongPart = 40;      // characters; a line of a file in base64 has 64
constexpr std::size_t kMostOfANumber = 2;  // digits before a word that is counted
constexpr std::size_t kCutWord = 4;        // letters; as number_of() takes it
constexpr std::size_t kMixedWords = 2 * shamir::kDrawnWords;
constexpr std::size_t kShortestEncoded = 14;     // characters: the first 7 bytes of a locked share
constexpr std::size_t kLongestListWord = 8;      // of SLIP-39's list
constexpr std::size_t kSmallestPrivateKey = 40;  // bytes; Ed25519 has 48
constexpr std::uint8_t kDerSequence = 0x30;
constexpr std::size_t kBase64Group = 4;  // characters

bool is_digit_or_letter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_of_an_encoding(char c) {
  return is_digit_or_letter(c) || c == '+' || c == '/' || c == '-' || c == '_';
}

bool is_hex_digit(char c) {
  const char lower = lower_ascii(c);
  return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'f');
}

// A row of zeros has a right check, too.
bool is_card_line(std::string_view symbols) {
  const std::set<char> different(symbols.begin(), symbols.end());
  return different.size() >= kFewestSymbols && shamir::looks_like_share_lines(symbols);
}

// A line in one piece, or all lines as the QR code has them.
bool is_whole_card_line(std::string_view part) {
  constexpr std::size_t kWholeCard = shamir::kShareLines * shamir::kLineCharacters;
  return (part.size() == shamir::kLineCharacters || part.size() == kWholeCard) &&
         is_card_line(part);
}

// Six groups of four in a row, whatever stands between them.
bool hold_line_in_groups(std::span<const std::string_view> parts) {
  constexpr std::size_t kGroups = shamir::kLineCharacters / shamir::kGroupCharacters;
  std::string line;
  for (const std::string_view part : parts) {
    if (part.size() != shamir::kGroupCharacters) {
      line.clear();
      continue;
    }
    line += part;
    if (line.size() > kGroups * shamir::kGroupCharacters) {
      line.erase(0, shamir::kGroupCharacters);
    }
    if (line.size() == kGroups * shamir::kGroupCharacters && is_card_line(line)) {
      return true;
    }
  }
  return false;
}

// How a word stands in SLIP-39's list. Many English words begin like one of it: those that are cut
// count for less.
enum class ListWord { kNone, kWhole, kCut };

// Of the letters as letters_at() gives them.
std::size_t length_of(std::uint64_t letters) {
  std::size_t length = 0;
  for (; letters != 0; letters >>= 8U) {
    ++length;
  }
  return length;
}

ListWord list_word(std::string_view word) {
  if (word.size() < kCutWord || word.size() > kLongestListWord) {
    return ListWord::kNone;
  }
  const std::uint32_t number = shamir::slip39::number_of(base::bytes_of(word));
  if (number == shamir::slip39::kWordCount) {
    return ListWord::kNone;
  }
  const bool is_whole = word.size() == length_of(shamir::slip39::letters_at(number));
  return is_whole ? ListWord::kWhole : ListWord::kCut;
}

bool is_number(std::string_view part) {
  return part.size() <= kMostOfANumber &&
         std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
}

bool hold_drawn_words(std::span<const std::string_view> parts) {
  std::size_t whole = 0;  // of each kind in a row
  std::size_t short_ones = 0;
  std::size_t any = 0;
  for (const std::string_view part : parts) {
    if (is_number(part)) {
      continue;
    }
    const ListWord word = list_word(part);
    any = word == ListWord::kNone ? 0 : any + 1;
    whole = word == ListWord::kWhole ? whole + 1 : 0;
    short_ones = word != ListWord::kNone && part.size() == kCutWord ? short_ones + 1 : 0;
    if (std::max(whole, short_ones) == shamir::kDrawnWords || any == kMixedWords) {
      return true;
    }
  }
  return false;
}

// Whether a sequence begins with a number, as PKCS #8 does (RFC 5958 section 2) and a certificate
// does not. Where its length is written in an unusual way, it may.
bool may_begin_with_number(base::ByteView sequence) {
  constexpr std::uint8_t kDerInteger = 0x02;
  constexpr std::uint8_t kLongLength = 0x80;  // and how many octets of length follow
  const std::uint8_t length = sequence[1];
  const std::size_t more = length > kLongLength ? length - kLongLength : 0;
  return length == kLongLength || 2 + more >= sequence.size() || sequence[2 + more] == kDerInteger;
}

bool is_private_key(base::ByteView bytes) {
  if (bytes.size() < kSmallestPrivateKey || bytes.front() != kDerSequence ||
      !may_begin_with_number(bytes)) {
    return false;
  }
  const auto key = ca::SoftwareKey::from_pkcs8(base::SecretBytes::copy_of(bytes));
  return key.ok() || key.error().code != base::ErrorCode::kMalformed;
}

// What `part` stands for in one encoding, looked at and wiped.
void look_at(base::Result<base::Bytes> decoded, const std::function<void(base::ByteView)>& look) {
  if (decoded) {
    look(*decoded);
    sodium_memzero(decoded->data(), decoded->size());
  }
}

// In any of the encodings; its padding, if it has one, was left away.
void look_at_part(std::string part, const std::function<void(base::ByteView)>& look) {
  look_at(base::from_base64url(part), look);
  std::string padded = part;
  padded.append((kBase64Group - part.size() % kBase64Group) % kBase64Group, '=');
  look_at(base::from_base64(padded), look);
  sodium_memzero(padded.data(), padded.size());
  std::ranges::transform(part, part.begin(), lower_ascii);
  look_at(base::from_hex(part), look);
  sodium_memzero(part.data(), part.size());
}

std::size_t total_size(const std::vector<std::string_view>& parts) {
  return std::accumulate(
      parts.begin(), parts.end(), std::size_t{0}, [](std::size_t sum, std::string_view part) {
        return sum + part.size();
      });
}

// Those of the parts that `belong`, without what is between them.
void look_at_joined(const std::vector<std::string_view>& parts,
                    bool (*belongs)(std::string_view),
                    const std::function<void(base::ByteView)>& look) {
  std::string joined;
  joined.reserve(total_size(parts));  // so that no copy is left behind
  for (const std::string_view part : parts) {
    joined += belongs(part) ? part : std::string_view();
  }
  if (joined.size() >= kShortestEncoded) {
    look_at_part(joined, look);
  }
  sodium_memzero(joined.data(), joined.size());
}

}  // namespace

std::string_view form_of_reading(base::ByteView reading) {
  const std::string_view text = base::text_of(reading);
  for (const Marker& marker : kMarkers) {
    const auto found = std::search(
        text.begin(), text.end(), marker.text.begin(), marker.text.end(), [](char c, char small) {
          return lower_ascii(c) == small;
        });
    if (found != text.end()) {
      return marker.what;
    }
  }
  const std::vector<std::string_view> parts = parts_of(text, is_digit_or_letter);
  if (std::ranges::any_of(parts, is_whole_card_line) || hold_line_in_groups(parts)) {
    return kCardLine;
  }
  if (hold_drawn_words(parts)) {
    return kDrawnWords;
  }
  return is_private_key(reading) ? kPrivateKey : "";
}

void for_each_reading(std::string_view text, const std::function<void(base::ByteView)>& look) {
  look(base::bytes_of(text));
  const std::vector<std::string_view> parts = parts_of(text, is_of_an_encoding);
  for (const std::string_view part : parts) {
    if (part.size() >= kShortestEncoded) {
      look_at_part(std::string(part), look);
    }
  }
  if (parts.size() > 1) {
    look_at_joined(
        parts, [](std::string_view) { return true; }, look);
    look_at_joined(
        parts, [](std::string_view part) { return part.size() >= kLongPart; }, look);
  }
  look_at_joined(
      parts_of(text, is_digit_or_letter),
      [](std::string_view part) { return std::ranges::all_of(part, is_hex_digit); },
      look);
}

std::string_view secret_form_in(std::string_view text) {
  std::string_view found;
  for_each_reading(text, [&](base::ByteView reading) {
    found = found.empty() ? form_of_reading(reading) : found;
  });
  return found;
}

}  // namespace ceremony
