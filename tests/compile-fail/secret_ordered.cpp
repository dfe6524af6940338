// tests/compile-fail/secret_ordered.cpp - a secret is not put in order, which takes variable time
// too.
// Refused: no match for .operator<.|invalid operands to binary expression

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  return secret < secret ? 0 : 1;
#else
  return secret.size() < secret.size() ? 0 : 1;
#endif
}
