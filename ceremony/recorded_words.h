// ceremony/recorded_words.h - what the record says of a step, in words for the people who do it.
//
// "Journal" is the confidential record, "Public record" the transcript (docs/formats/entries.md).
// Nothing here depends on k, n or a name.

#pragma once

#include <string>
#include <vector>

#include "ceremony/progress.h"
#include "ceremony/script.h"

namespace ceremony {

// Before the step is done: what will be recorded, one sentence an item. The first says who does it.
std::vector<std::string> to_be_recorded(const Step& step);

// After it: what was recorded, with the facts' names and the public entries' types.
std::vector<std::string> recorded_words(const Step& step, const Completion& completion);

}  // namespace ceremony
