// tests/compile-fail/secret_to_bool.cpp - a secret is no truth value.
// Refused: could not convert|conversion|not contextually convertible

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  if (secret) {
    return 1;
  }
#else
  if (secret.size() > 0) {
    return 1;
  }
#endif
}
