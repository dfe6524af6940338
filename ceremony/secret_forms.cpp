#include "ceremony/secret_forms.h"

#include <algorithm>
#include <array>
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
constexpr std::array kMarkers{Marker{"PRIVATE KEY-----", kPrivateKey},
                              Marker{"AGE-SECRET-KEY-1", kPrivateKey},
                              Marker{"CNCLVSH", kLockedShare}};

constexpr std::size_t kShortestEncoded = 14;     // characters: the first 7 bytes of a locked share
constexpr std::size_t kShortestWord = 4;         // of SLIP-39's list
constexpr std::size_t kLongestListWord = 8;      // of SLIP-39's list
constexpr std::size_t kSmallestPrivateKey = 40;  // bytes; Ed25519 has 48
constexpr std::uint8_t kDerSequence = 0x30;

bool is_digit_or_letter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_of_an_encoding(char c) {
  return is_digit_or_letter(c) || c == '+' || c == '/' || c == '-' || c == '_' || c == '=';
}

bool is_card_line(std::string_view symbols) {
  return shamir::looks_like_share_lines(symbols);
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

bool is_of_the_list(std::string_view word) {
  return word.size() >= kShortestWord && word.size() <= kLongestListWord &&
         shamir::slip39::number_of(base::bytes_of(word)) != shamir::slip39::kWordCount;
}

bool hold_drawn_words(std::span<const std::string_view> parts) {
  std::size_t in_a_row = 0;
  for (const std::string_view part : parts) {
    in_a_row = is_of_the_list(part) ? in_a_row + 1 : 0;
    if (in_a_row == shamir::kDrawnWords) {
      return true;
    }
  }
  return false;
}

bool is_private_key(base::ByteView bytes) {
  if (bytes.size() < kSmallestPrivateKey || bytes.front() != kDerSequence) {
    return false;
  }
  const auto key = ca::SoftwareKey::from_pkcs8(base::SecretBytes::copy_of(bytes));
  return key.ok() || key.error().code != base::ErrorCode::kMalformed;
}

std::string_view form_of_reading(base::ByteView reading) {
  const std::string_view text = base::text_of(reading);
  for (const Marker& marker : kMarkers) {
    if (text.find(marker.text) != text.npos) {
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

// What `part` stands for in one encoding, looked at and wiped.
void look_at(base::Result<base::Bytes> decoded, const std::function<void(base::ByteView)>& look) {
  if (decoded) {
    look(*decoded);
    sodium_memzero(decoded->data(), decoded->size());
  }
}

void look_at_part(std::string part, const std::function<void(base::ByteView)>& look) {
  look_at(base::from_base64(part), look);
  part.erase(part.find_last_not_of('=') + 1);
  look_at(base::from_base64url(part), look);
  std::ranges::transform(part, part.begin(), lower_ascii);
  look_at(base::from_hex(part), look);
  sodium_memzero(part.data(), part.size());
}

}  // namespace

void for_each_reading(std::string_view text, const std::function<void(base::ByteView)>& look) {
  look(base::bytes_of(text));
  const std::vector<std::string_view> parts = parts_of(text, is_of_an_encoding);
  std::string joined;
  for (const std::string_view part : parts) {
    joined += part;
    if (part.size() >= kShortestEncoded) {
      look_at_part(std::string(part), look);
    }
  }
  if (parts.size() > 1 && joined.size() >= kShortestEncoded) {
    look_at_part(joined, look);
  }
  sodium_memzero(joined.data(), joined.size());
}

std::string_view secret_form_in(std::string_view text) {
  std::string_view found;
  for_each_reading(text, [&](base::ByteView reading) {
    found = found.empty() ? form_of_reading(reading) : found;
  });
  return found;
}

}  // namespace ceremony
