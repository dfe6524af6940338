// tests/compile-fail/guard_copied.cpp - a reader of a secret is not copied: the pages would stay
// open.
// Refused: use of deleted function|call to deleted constructor

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  const base::SecretBytes::Reader reader = secret.read();
  const base::SecretBytes::Reader copy = reader;
#else
  const base::SecretBytes::Reader reader = secret.read();
#endif
}
