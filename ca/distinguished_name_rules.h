// ca/distinguished_name_rules.h - what the rules for names share with names; private to this layer.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "ca/openssl_ptr.h"

namespace ca {

// The name in exactly these bytes, or nullptr.
X509NamePtr read_name(base::ByteView der);

// The next character of UTF-8 text, which is shortened by it. Nothing for invalid UTF-8 (overlong
// forms and surrogates included). Requires: text that is not empty.
std::optional<char32_t> take_character(std::string_view& text);

// What a character hides or does that a name must not: "a control character", "a character that
// turns the direction of writing", "an invisible character"; nullptr for ordinary ones.
const char* harm_of(char32_t character);

// UTF-8 for a terminal: harmful characters, bytes that are no UTF-8, commas, backslashes and
// equals signs become \u{HEX}.
std::string shown_safely(std::string_view text);

}  // namespace ca
