// tests/compile-fail/secret_to_span.cpp - a secret is not a span of bytes: only a guard gives one.
// Refused: conversion from .* to non-scalar type|no viable conversion

#include <cstdint>
#include <span>

#include "base/secret_bytes.h"

int main() {
  base::SecretBytes secret(16);
#ifdef FORBIDDEN
  const std::span<const std::uint8_t> bytes = secret;
#else
  const base::SecretBytes::Reader reader = secret.read();
  const std::span<const std::uint8_t> bytes = reader.bytes();
#endif
}
