#include "core/crypto/merkle.h"

#include <array>

#include "core/crypto/secret.h"
#include "core/crypto/sha256.h"

namespace earshot {
namespace {

constexpr std::array<std::uint8_t, 1> kLeafPrefix = {0x00};
constexpr std::array<std::uint8_t, 1> kNodePrefix = {0x01};

// One level up. A last node without a sibling moves up unchanged, which yields the same tree as
// RFC 6962's split at the largest power of two.
std::vector<Bytes32> Parents(const std::vector<Bytes32>& level) {
  std::vector<Bytes32> parents;
  parents.reserve((level.size() + 1) / 2);
  for (std::size_t i = 0; i + 1 < level.size(); i += 2) {
    parents.push_back(MerkleNodeHash(level[i], level[i + 1]));
  }
  if (level.size() % 2 == 1) parents.push_back(level.back());
  return parents;
}

}  // namespace

Bytes32 MerkleLeafHash(ByteSpan data) { return Sha256({kLeafPrefix, data}); }

Bytes32 MerkleNodeHash(const Bytes32& left, const Bytes32& right) {
  return Sha256({kNodePrefix, left, right});
}

MerkleTree::MerkleTree(std::vector<Bytes32> leaf_hashes) {
  levels_.push_back(std::move(leaf_hashes));
  while (levels_.back().size() > 1) levels_.push_back(Parents(levels_.back()));
  root_ = levels_.back().empty() ? Sha256(ByteSpan()) : levels_.back().front();
}

MerklePath MerkleTree::Path(std::size_t index) const {
  EARSHOT_CHECK(index < size());
  MerklePath path;
  for (const std::vector<Bytes32>& level : levels_) {
    const std::size_t sibling = index ^ 1U;
    if (sibling < level.size()) path.push_back(level[sibling]);
    index /= 2;
  }
  return path;
}

bool VerifyMerklePath(const Bytes32& leaf_hash, std::uint64_t index, std::uint64_t size,
                      std::span<const Bytes32> path, const Bytes32& root) {
  if (index >= size) return false;
  std::uint64_t last = size - 1;
  Bytes32 hash = leaf_hash;
  for (const Bytes32& sibling : path) {
    if (last == 0) return false;
    // A last node without a sibling moves up unchanged: skip the levels where that is the case.
    while (index == last && index % 2 == 0) {
      index /= 2;
      last /= 2;
    }
    hash = index % 2 == 1 ? MerkleNodeHash(sibling, hash) : MerkleNodeHash(hash, sibling);
    index /= 2;
    last /= 2;
  }
  return last == 0 && ConstantTimeEqual(hash, root);
}

}  // namespace earshot
