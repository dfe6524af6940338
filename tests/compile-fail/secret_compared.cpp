// tests/compile-fail/secret_compared.cpp - a secret is not compared in variable time.
// Refused: no match for .operator==|invalid operands to binary expression

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  return secret == secret ? 0 : 1;
#else
  return secret.equals(secret) ? 0 : 1;
#endif
}
