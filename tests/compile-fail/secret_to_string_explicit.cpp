// tests/compile-fail/secret_to_string_explicit.cpp - a secret does not become a std::string by a
// cast either.
// Refused: no matching function|no matching conversion

#include <string>

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  const auto text = static_cast<std::string>(secret);
#else
  const auto text = static_cast<std::string>("public");
#endif
}
