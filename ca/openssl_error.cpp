#include "ca/openssl_error.h"

#include <utility>

#include <openssl/err.h>

namespace ca {

base::Error openssl_error(base::ErrorCode code, std::string what) {
  const char* reason = nullptr;
  // The first entry is the innermost: the cause. Those after it say who passed it on.
  for (unsigned long entry = ERR_get_error(); entry != 0; entry = ERR_get_error()) {
    const char* const text = ERR_reason_error_string(entry);
    reason = reason == nullptr ? text : reason;
  }
  if (reason != nullptr) {
    what += std::string(" (OpenSSL: ") + reason + ")";
  }
  return base::Error{code, std::move(what)};
}

void forget_openssl_errors() {
  ERR_clear_error();
}

}  // namespace ca
