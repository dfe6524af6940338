#include "shamir/set_header.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "base/text_encoding.h"

namespace shamir {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kFormat = "conclave-set-header-1";

Error bad_line(std::string_view key) {
  return Error{ErrorCode::kMalformed,
               "this is no set header: the line \"" + std::string(key) +
                   "\" is missing, out of its place or not as it must be; use another copy of it"};
}

std::string line_of(std::string_view key, std::string_view value) {
  return std::string(key) + ": " + std::string(value) + "\n";
}

// Takes the lines off the front of a text, each of which must be there.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : rest_(text) {}

  // The value of the next line, whose key must be this one.
  Result<std::string_view> take(std::string_view key) {
    const std::size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    const std::string start = std::string(key) + ": ";
    if (end == std::string_view::npos || line.substr(0, start.size()) != start) {
      return bad_line(key);
    }
    rest_.remove_prefix(end + 1);
    return line.substr(start.size());
  }

  // Bytes, as lower-case hex digits of exactly this many bytes.
  template <typename Array>
  Result<void> take_hex(std::string_view key, Array& out) {
    const Result<std::string_view> digits = take(key);
    if (!digits) {
      return digits.error();
    }
    const Result<base::Bytes> bytes = base::from_hex(*digits);
    if (!bytes || bytes->size() != out.size()) {
      return bad_line(key);
    }
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return {};
  }

  // A decimal number without leading zeros, at least 1.
  Result<std::uint32_t> take_number(std::string_view key) {
    const Result<std::string_view> digits = take(key);
    if (!digits) {
      return digits.error();
    }
    std::uint32_t number = 0;
    const auto [end, problem] =
        std::from_chars(digits->data(), digits->data() + digits->size(), number);
    if (problem != std::errc{} || std::to_string(number) != *digits || number == 0) {
      return bad_line(key);
    }
    return number;
  }

  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

bool is_secret_length(std::size_t size) {
  return size >= kShortestSecret && size <= kLongestLockedValue && size % 2 == 0;
}

Result<void> read_identity(LineReader& lines, SetIdentity& set) {
  const Result<std::string_view> format = lines.take("format");
  if (!format || *format != kFormat) {
    return bad_line("format");
  }
  const Result<std::string_view> name = lines.take("mode");
  const std::optional<Mode> mode = name ? mode_of_name(*name) : std::nullopt;
  if (!mode) {
    return bad_line("mode");
  }
  set.mode = *mode;
  if (Result<void> id = lines.take_hex("set-id", set.id); !id) {
    return id;
  }
  const Result<std::uint32_t> generation = lines.take_number("generation");
  if (!generation) {
    return generation.error();
  }
  set.generation = *generation;
  return {};
}

Result<void> read_rest(LineReader& lines, SetHeader& header) {
  const Result<std::uint32_t> size = lines.take_number("secret-bytes");
  if (!size || !is_secret_length(*size)) {
    return bad_line("secret-bytes");
  }
  header.secret_bytes = *size;
  if (Result<void> commitment = lines.take_hex("commitment", header.commitment); !commitment) {
    return commitment;
  }
  return lines.take_hex("dealer-key", header.dealer);
}

}  // namespace

Result<std::string> write_set_header(const SetHeader& header) {
  if (header.set.generation == 0 || !is_secret_length(header.secret_bytes)) {
    return Error{ErrorCode::kInvalidArgument,
                 "a set header needs a generation from 1 and a secret that fits into a share; "
                 "nothing was written"};
  }
  const std::string text = line_of("format", kFormat) + line_of("mode", name_of(header.set.mode)) +
                           line_of("set-id", base::to_hex(header.set.id)) +
                           line_of("generation", std::to_string(header.set.generation)) +
                           line_of("secret-bytes", std::to_string(header.secret_bytes)) +
                           line_of("commitment", base::to_hex(header.commitment)) +
                           line_of("dealer-key", base::to_hex(header.dealer));
  return text + line_of("sha256", base::sha256_hex(base::bytes_of(text)));
}

Result<SetHeader> read_set_header(std::string_view text) {
  SetHeader header;
  LineReader lines(text);
  if (Result<void> identity = read_identity(lines, header.set); !identity) {
    return std::move(identity).error();
  }
  if (Result<void> rest = read_rest(lines, header); !rest) {
    return std::move(rest).error();
  }
  const std::string_view hashed = text.substr(0, text.size() - lines.rest().size());
  base::Digest digest{};
  if (Result<void> hash = lines.take_hex("sha256", digest); !hash || !lines.rest().empty()) {
    return bad_line("sha256");
  }
  if (digest != base::sha256(base::bytes_of(hashed))) {
    return Error{ErrorCode::kInconsistent,
                 "this set header is damaged or was edited: its hash does not fit; use another "
                 "copy of it"};
  }
  return header;
}

}  // namespace shamir
