// tests/compile-fail/reader_of_temporary.cpp - a secret that dies at the end of the line cannot be
// looked at.
// Refused: use of deleted function|call to deleted member function

#include "base/secret_bytes.h"

int main() {
#ifdef FORBIDDEN
  const base::SecretBytes::Reader reader = base::SecretBytes(16).read();
#else
  const base::SecretBytes secret(16);
  const base::SecretBytes::Reader reader = secret.read();
#endif
}
