// tests/compile-fail/secret_formatted.cpp - a secret is no argument of a formatting function.
// Refused: no matching function

#include <string>

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  const std::string text = std::to_string(secret);
#else
  const std::string text = std::to_string(secret.size());
#endif
}
