// tests/compile-fail/secret_streamed.cpp - a secret has no way into a stream.
// Refused: no match for .operator<<|invalid operands to binary expression

#include <iostream>

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  std::cout << secret;
#else
  std::cout << secret.size();
#endif
}
