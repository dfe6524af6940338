// ca/extension_text.h - what an extension says, as people read it.

#pragma once

#include <string>

#include "ca/extension.h"

namespace ca {

// As OpenSSL prints it: one line of at most 160 plain characters; what it does not know is shown as
// hex or structure. Not critical or critical is not part of it.
std::string text_of(const Extension& extension);

}  // namespace ca
