#include "ceremony/merkle.h"

#include <bit>

#include "base/bytes.h"
#include "base/digest.h"

namespace ceremony {

namespace {

constexpr std::uint8_t kLeaf = 0x00;
constexpr std::uint8_t kNode = 0x01;

MerkleHash leaf_hash(const std::string& leaf) {
  base::Sha256 hash;
  hash.update(base::ByteView(&kLeaf, 1));
  hash.update(base::bytes_of(leaf));
  return hash.finish();
}

struct Children {
  MerkleHash left;
  MerkleHash right;
};

MerkleHash node_hash(const Children& children) {
  base::Sha256 hash;
  hash.update(base::ByteView(&kNode, 1));
  hash.update(children.left);
  hash.update(children.right);
  return hash.finish();
}

}  // namespace

MerkleHash merkle_root(std::span<const std::string> leaves) {
  if (leaves.empty()) {
    return base::sha256({});
  }
  if (leaves.size() == 1) {
    return leaf_hash(leaves.front());
  }
  const std::size_t split = std::bit_floor(leaves.size() - 1);
  return node_hash(
      {.left = merkle_root(leaves.first(split)), .right = merkle_root(leaves.subspan(split))});
}

}  // namespace ceremony
