// tests/bench/compare/must.h - the value, or the end of the program with what went wrong: what
// fails must not be measured as fast.

#pragma once

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/result.h"

namespace compare {

template <typename T>
T must(base::Result<T> result) {
  if (!result) {
    (void)std::fprintf(stderr, "conclave_compare: %s\n", result.error().message.c_str());
    std::exit(1);  // NOLINT(concurrency-mt-unsafe): there is one thread
  }
  return std::move(result).value();
}

}  // namespace compare
