// core/crypto/merkle.h: Merkle tree hashes and inclusion paths as RFC 6962, 2.1 defines them.
//
// One signature over a root stands for every leaf. Leaves and nodes are hashed under different
// prefixes (0x00, 0x01), so that a node can never be shown as a leaf.
#ifndef EARSHOT_CORE_CRYPTO_MERKLE_H_
#define EARSHOT_CORE_CRYPTO_MERKLE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/bytes.h"

namespace earshot {

// SHA-256(0x00 | data).
Bytes32 MerkleLeafHash(ByteSpan data);
// SHA-256(0x01 | left | right).
Bytes32 MerkleNodeHash(const Bytes32& left, const Bytes32& right);

// The siblings from the leaf upward. At most ceil(log2(size)) of them: 6 for a tree of 64 leaves.
using MerklePath = std::vector<Bytes32>;

// A tree over leaf hashes, all levels kept, so that signing a batch needs every path for the price
// of about one hash a leaf. Regular type; 64 bytes a leaf.
class MerkleTree {
 public:
  // Takes the hashes of the leaves (MerkleLeafHash) in their order. No leaves: the root is
  // SHA-256 of nothing, as in RFC 6962.
  explicit MerkleTree(std::vector<Bytes32> leaf_hashes);

  std::size_t size() const { return levels_.front().size(); }
  const Bytes32& root() const { return root_; }
  // The path of leaf `index` < size() (CHECK).
  MerklePath Path(std::size_t index) const;

 private:
  std::vector<std::vector<Bytes32>> levels_;  // [0] the leaves, the last one node or none
  Bytes32 root_;
};

// Whether `path` leads from the leaf at `index` of a tree of `size` leaves to `root` (RFC 9162,
// 2.1.3.2). False, too, for an index outside the tree and for a path of any other length than this
// leaf's. At most 64 hashes; no allocation.
bool VerifyMerklePath(const Bytes32& leaf_hash, std::uint64_t index, std::uint64_t size,
                      std::span<const Bytes32> path, const Bytes32& root);

}  // namespace earshot

#endif  // EARSHOT_CORE_CRYPTO_MERKLE_H_
