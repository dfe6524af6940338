// ceremony/merkle.h - one hash over all entries, from which any single entry can be proven.
//
// Source: RFC 6962 section 2.1 (leaf: SHA-256(0x00 || entry), node: SHA-256(0x01 || left || right),
// split at the largest power of two below the size). The leaves are the JSON bytes of the entries.

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace ceremony {

using MerkleHash = std::array<std::uint8_t, 32>;

// The hash of one leaf.
MerkleHash merkle_leaf(std::string_view leaf);

// The Merkle Tree Hash over the hashes of the leaves; of none it is SHA-256 of nothing.
MerkleHash merkle_root(std::span<const MerkleHash> leaves);

}  // namespace ceremony
