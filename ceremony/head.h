// ceremony/head.h - head.txt: the hash of a transcript's last line, as digits and as words.
//
// For people who compare it with paper or read it aloud. docs/formats/record.md, "head.txt".

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace ceremony {

// The content of head.txt: "head sha256:HEX LF", then the 32 PGP words in eight lines of four, each
// word filled up with blanks to 12 characters, so that all heads give files of one size.
// Errors: kInvalidArgument where `head` is not 64 lower-case hex digits.
base::Result<std::string> head_text(std::string_view head);

// The head that a head.txt names. Errors: kMalformed, also where the words say something else.
base::Result<std::string> parse_head_text(std::string_view text);

}  // namespace ceremony
