// tests/compile-fail/secret_to_string.cpp - a secret does not become a std::string.
// Refused: conversion from .* to non-scalar type|no viable conversion

#include <string>

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  const std::string text = secret;
#else
  const std::string text = std::to_string(secret.size());
#endif
}
