// tests/compile-fail/secret_written_when_const.cpp - a secret that is const has no writer.
// Refused: discards qualifiers|not marked const

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  const base::SecretBytes& view = secret;
  const base::SecretBytes::Writer writer = view.write();
#else
  const base::SecretBytes& view = secret;
  const base::SecretBytes::Reader reader = view.read();
#endif
}
