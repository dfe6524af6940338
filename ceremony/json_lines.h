// ceremony/json_lines.h - the strict JSON of everything that Conclave puts into a log.
//
// One text, one meaning: objects, arrays, strings, booleans and whole numbers of 64 bits; no
// fractions, no null, no key twice, ASCII only, no blanks, keys in the order in which they were
// written. A text that another writer would have written differently is refused, so that no two
// readers can understand one line differently (jq takes the last of two equal keys and rounds
// large numbers). docs/formats/record.md, "JSON".

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace ceremony {

using Json = nlohmann::ordered_json;

inline constexpr std::size_t kMaxJsonDepth = 16;

// The text of `value`: compact, ASCII (\uXXXX), without LF; parse_json() gives `value` back.
// Errors: kInvalidArgument for a fraction, a null, bytes that are not UTF-8, nesting deeper than
// kMaxJsonDepth, or a number outside -2^63 .. 2^64 - 1.
base::Result<std::string> write_json(const Json& value);

// The value of a text that write_json() could have written, byte for byte. Errors: kMalformed.
base::Result<Json> parse_json(std::string_view text);

// The member `name` of `object` where it is a string. Errors: kMalformed, naming the member.
base::Result<std::string> string_member(const Json& object, std::string_view name);

// The member `name` of `object` where it is a whole number >= 0. Errors: kMalformed.
base::Result<std::uint64_t> number_member(const Json& object, std::string_view name);

// Whether `text` is a SHA-256 in 64 lower-case hex digits.
bool is_sha256_hex(std::string_view text);

// Whether `text` is a date YYYY-MM-DD that the calendar has.
bool is_date(std::string_view text);

// What stands in `prev` of a log's first line: 64 zeros.
std::string no_previous();

}  // namespace ceremony
