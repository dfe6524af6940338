// tests/compile-fail/result_ignored.cpp - a Result that nobody looks at is an error.
// Refused: ignoring return value|ignoring returned value|nodiscard

#pragma GCC diagnostic error "-Wunused-result"

#include "base/secret_bytes.h"

int main() {
#ifdef FORBIDDEN
  base::SecretBytes::make(16);
#else
  return base::SecretBytes::make(16).ok() ? 0 : 1;
#endif
}
