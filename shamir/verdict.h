// shamir/verdict.h - where the outcome of comparing secrets becomes public.
//
// Equal or not, one bit: the caller branches on it, and everybody may know. Passing a verdict
// through here marks each such place. It costs nothing; only the constant-time tests
// (tests/constant-time), which track secret bits under valgrind, see the bit declassified.

#pragma once

#ifdef CONCLAVE_CONSTANT_TIME_TEST
#include <valgrind/memcheck.h>
#endif

namespace shamir {

inline bool public_verdict(bool verdict) {
#ifdef CONCLAVE_CONSTANT_TIME_TEST
  VALGRIND_MAKE_MEM_DEFINED(&verdict, sizeof verdict);
#endif
  return verdict;
}

}  // namespace shamir
