// tests/compile-fail/secret_concatenated.cpp - a secret is not glued to a message.
// Refused: no match for .operator\+|invalid operands to binary expression

#include <string>

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  const auto text = std::string("secret ") + secret;
#else
  const auto text = std::string("size ") + std::to_string(secret.size());
#endif
}
