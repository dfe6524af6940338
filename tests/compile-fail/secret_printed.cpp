// tests/compile-fail/secret_printed.cpp - a secret is not handed to printf().
// Refused: use of deleted function|implicitly-deleted copy constructor

#include <cstdio>

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  std::printf("%s", secret);
#else
  std::printf("%zu", secret.size());
#endif
}
