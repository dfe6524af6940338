// shamir/verify/terminal.h - a passphrase typed at the terminal, without showing it.

#pragma once

#include <string>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace shamir::verify {

// One line from the terminal of this process (/dev/tty), straight into locked memory, at most
// `max_bytes` without its line end. Nothing that is typed is shown, keys that end a program are
// typed characters meanwhile, and the terminal is as it was before this returns.
// Errors: kNotFound where there is no terminal; kInvalidArgument for a longer line;
// kStorageFailure where it cannot be read or switched.
base::Result<base::SecretBytes> read_hidden_line(const std::string& prompt, std::size_t max_bytes);

// One line that anybody may see, from the same terminal. Errors: as read_hidden_line().
base::Result<std::string> read_shown_line(const std::string& prompt, std::size_t max_bytes);

}  // namespace shamir::verify
