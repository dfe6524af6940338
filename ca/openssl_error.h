// ca/openssl_error.h - turns OpenSSL's error queue into one Error, and empties the queue.

#pragma once

#include <string>

#include "base/result.h"

namespace ca {

// `what` (a sentence that says what is true and what to do), followed by OpenSSL's own reason in
// parentheses when its queue holds one. The queue is empty afterwards. Only OpenSSL's fixed reason
// texts are used, never the data attached to an entry: that may quote names or input.
base::Error openssl_error(base::ErrorCode code, std::string what);

// Empties the queue of this thread. Call it before an OpenSSL call whose failure will be explained,
// and after code that leaves entries behind (C_Initialize of SoftHSM 2.6 leaves four).
void forget_openssl_errors();

}  // namespace ca
