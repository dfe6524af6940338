// tests/bench/compare/issue_batch.h - a ceremony that signs many requests, beside
// `openssl ca -batch -infiles`.

#pragma once

#include <cstddef>
#include <filesystem>

#include "ca/algorithm.h"

namespace compare {

// Rehearses the birth of a root with such a key in `folder`/rehearsal, and brings `count` requests
// with P-256 keys to it: `folder`/requests/0001.csr and so on are the same, for the peer. Then a
// whole ceremony signs them, through the real engine and a token of SoftHSM: from the first step to
// the closed journal; two holders bring their shares. Writes the certificates to `folder`/issued,
// and to `folder`/seconds how long that ceremony took, for all the rest is no part of the task.
void issue_batch(const std::filesystem::path& folder, ca::Algorithm algorithm, std::size_t count);

}  // namespace compare
