// ca/openssl_memory.h - what OpenSSL's memory is made to do before the first key exists.

#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"

namespace ca {

// Says whether libcrypto of this process was prepared for private keys. The work is done once,
// before main(), in every program that this function is linked into; so it comes before any other
// use of OpenSSL. Nothing that holds a root key starts where it failed.
//
// Three things are done. (1) Every block that libcrypto gives back is overwritten with zeros first,
// whoever allocated it: our code, SoftHSM (it uses the same libcrypto), OpenSSL itself. (2) The
// private numbers that libcrypto puts on its "secure heap" (private exponents, scalars, seeds) lie
// in locked pages between guard pages; with OnSecureHeap, so does what it would not put there by
// itself. (3) No configuration file of OpenSSL is read (SoftHSM obeys one too). Not covered:
// registers, the stack, and blocks of SoftHSM while they are in use.
// tests/ca/memory_residue_test.cpp measures what is left. Source: CRYPTO_set_mem_functions(3),
// OPENSSL_secure_malloc(3).
//
// Errors: kWrongState where OpenSSL was used even earlier; kDeviceFailure where memory cannot be
// locked.
base::Result<void> prepare_openssl();

// While one lives, all that libcrypto allocates on this thread lies on its secure heap. For keys
// that OpenSSL 3.5 keeps on the ordinary one (ML-DSA, SLH-DSA) and what it signs them with, and for
// a PKCS #8 being read or written. May be nested. Where the heap is full, the allocation fails, and
// with it what libcrypto was asked for.
class OnSecureHeap {
 public:
  OnSecureHeap();
  ~OnSecureHeap();
  OnSecureHeap(const OnSecureHeap&) = delete;
  OnSecureHeap& operator=(const OnSecureHeap&) = delete;
};

// Fills `bytes` from OpenSSL's generator for private values (RAND_priv_bytes), which is seeded from
// the kernel by itself and so is a second source beside libsodium's.
// Errors: kDeviceFailure; `bytes` may not be used then.
base::Result<void> openssl_random(std::span<std::uint8_t> bytes);

}  // namespace ca
