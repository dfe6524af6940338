#include "ceremony/merkle.h"

#include <bit>

#include "base/bytes.h"
#include "base/digest.h"
#include "ca/public_digest.h"

namespace ceremony {

namespace {

constexpr std::uint8_t kLeaf = 0x00;
constexpr std::uint8_t kNode = 0x01;

struct Children {
  MerkleHash left;
  MerkleHash right;
};

MerkleHash node_hash(const Children& children) {
  return ca::public_sha256({base::ByteView(&kNode, 1), children.left, children.right});
}

}  // namespace

MerkleHash merkle_leaf(std::string_view leaf) {
  return ca::public_sha256({base::ByteView(&kLeaf, 1), base::bytes_of(leaf)});
}

MerkleHash merkle_root(std::span<const MerkleHash> leaves) {
  if (leaves.empty()) {
    return base::sha256({});
  }
  if (leaves.size() == 1) {
    return leaves.front();
  }
  const std::size_t split = std::bit_floor(leaves.size() - 1);
  return node_hash(
      {.left = merkle_root(leaves.first(split)), .right = merkle_root(leaves.subspan(split))});
}

}  // namespace ceremony
