// tests/compile-fail/secret_assigned.cpp - a secret is not copied by assignment.
// Refused: use of deleted function|implicitly deleted

#include <utility>

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  base::SecretBytes other(1);
  other = secret;
#else
  base::SecretBytes other(1);
  other = std::move(secret);
#endif
}
