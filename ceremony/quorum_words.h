// ceremony/quorum_words.h - notices when a text for the public seems to tell k and n.
//
// A net for slips, not a proof: it catches how people write it ("3 of 5", "three out of five",
// "any 3 of our 5", "3/5"). Used on texts that people give for publication.

#pragma once

#include <string_view>

namespace ceremony {

// Whether two numbers from 1 to 16, in digits or English words, stand around "of", "out of",
// "from", "among" or "/".
bool seems_to_tell_the_quorum(std::string_view text);

}  // namespace ceremony
