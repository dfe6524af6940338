// tests/compile-fail/secret_copied.cpp - a secret is not copied unless somebody writes copy_of.
// Refused: use of deleted function|call to implicitly-deleted copy constructor

#include <utility>

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  const base::SecretBytes copy = secret;
#else
  const base::SecretBytes moved = std::move(secret);
#endif
}
