// tests/compile-fail/secret_in_error.cpp - a secret is not the message of an Error.
// Refused: could not convert|cannot convert|no viable conversion

#include <string>

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  const base::Error error{base::ErrorCode::kMalformed, secret};
#else
  const base::Error error{base::ErrorCode::kMalformed, std::to_string(secret.size())};
#endif
}
