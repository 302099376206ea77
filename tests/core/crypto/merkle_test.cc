#include "core/crypto/merkle.h"

#include <gtest/gtest.h>

#include <array>

#include "core/crypto/sha256.h"
#include "tests/core/crypto/hex.h"

namespace earshot {
namespace {

constexpr std::size_t kBatchMax = 64;

std::vector<Bytes32> Leaves(std::size_t count) {
  std::vector<Bytes32> leaves;
  for (std::size_t i = 0; i < count; ++i) {
    leaves.push_back(MerkleLeafHash(Bytes(3, static_cast<std::uint8_t>(i))));
  }
  return leaves;
}

// The definition of RFC 6962, 2.1, word for word: split at the largest power of two below n.
Bytes32 RootByDefinition(std::span<const Bytes32> leaves) {
  if (leaves.empty()) return Sha256(ByteSpan());
  if (leaves.size() == 1) return leaves.front();
  std::size_t split = 1;
  while (split * 2 < leaves.size()) split *= 2;
  return MerkleNodeHash(RootByDefinition(leaves.first(split)),
                        RootByDefinition(leaves.subspan(split)));
}

// The leaves and roots that Certificate Transparency's implementations test with.
TEST(Merkle, RootsOfCertificateTransparencyAreReproduced) {
  constexpr std::array<const char*, 8> kData = {"", "00", "10", "2021", "3031", "40414243",
      "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
  constexpr std::array<const char*, 8> kRoots = {
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  std::vector<Bytes32> leaves;
  for (std::size_t i = 0; i < kData.size(); ++i) {
    leaves.push_back(MerkleLeafHash(Hex(kData[i])));
    EXPECT_EQ(HexEncode(MerkleTree(leaves).root()), kRoots[i]) << i + 1 << " leaves";
  }
}

TEST(Merkle, TreeWithoutLeavesHasTheHashOfNothingAsRoot) {
  EXPECT_EQ(MerkleTree({}).root(), Sha256(ByteSpan()));
  EXPECT_FALSE(VerifyMerklePath(Sha256(ByteSpan()), 0, 0, {}, Sha256(ByteSpan())));
}

TEST(Merkle, EveryLeafOfEverySizeToSixtyFourHasAPathOfAtMostSix) {
  for (std::size_t size = 1; size <= kBatchMax; ++size) {
    const std::vector<Bytes32> leaves = Leaves(size);
    const MerkleTree tree(leaves);
    EXPECT_EQ(tree.root(), RootByDefinition(leaves)) << size;
    for (std::size_t index = 0; index < size; ++index) {
      const MerklePath path = tree.Path(index);
      EXPECT_LE(path.size(), 6U);
      EXPECT_TRUE(VerifyMerklePath(leaves[index], index, size, path, tree.root()))
          << index << " of " << size;
    }
  }
}

TEST(Merkle, PathOfOneLeafIsEmptyAndOfSixtyFourHasSixNodes) {
  EXPECT_TRUE(MerkleTree(Leaves(1)).Path(0).empty());
  EXPECT_EQ(MerkleTree(Leaves(64)).Path(63).size(), 6U);
}

TEST(Merkle, PathAtAnotherIndexOfTheTreeIsRefused) {
  for (const std::size_t size : {2U, 3U, 7U, 8U, 33U, 64U}) {
    const std::vector<Bytes32> leaves = Leaves(size);
    const MerkleTree tree(leaves);
    for (std::size_t index = 0; index < size; ++index) {
      const MerklePath path = tree.Path(index);
      for (std::size_t other = 0; other <= size; ++other) {
        if (other == index) continue;
        EXPECT_FALSE(VerifyMerklePath(leaves[index], other, size, path, tree.root()));
      }
    }
  }
}

TEST(Merkle, PathTooShortOrTooLongIsRefused) {
  for (std::size_t size = 1; size <= kBatchMax; ++size) {
    const std::vector<Bytes32> leaves = Leaves(size);
    const MerkleTree tree(leaves);
    for (std::size_t index = 0; index < size; ++index) {
      MerklePath path = tree.Path(index);
      path.push_back(leaves[0]);
      EXPECT_FALSE(VerifyMerklePath(leaves[index], index, size, path, tree.root()));
      path.pop_back();
      if (path.empty()) continue;
      path.pop_back();
      EXPECT_FALSE(VerifyMerklePath(leaves[index], index, size, path, tree.root()));
    }
  }
}

TEST(Merkle, AnyBitFlippedInLeafPathOrRootIsRefused) {
  const std::vector<Bytes32> leaves = Leaves(11);
  const MerkleTree tree(leaves);
  const MerklePath path = tree.Path(9);
  ASSERT_TRUE(VerifyMerklePath(leaves[9], 9, 11, path, tree.root()));
  for (std::size_t bit = 0; bit < 256; ++bit) {
    EXPECT_FALSE(VerifyMerklePath(WithBitFlipped(leaves[9], bit), 9, 11, path, tree.root()));
    EXPECT_FALSE(VerifyMerklePath(leaves[9], 9, 11, path, WithBitFlipped(tree.root(), bit)));
    for (std::size_t node = 0; node < path.size(); ++node) {
      MerklePath forged = path;
      forged[node] = WithBitFlipped(forged[node], bit);
      EXPECT_FALSE(VerifyMerklePath(leaves[9], 9, 11, forged, tree.root()));
    }
  }
}

TEST(Merkle, NodeShownAsALeafIsRefused) {
  const std::vector<Bytes32> leaves = Leaves(2);
  const MerkleTree tree(leaves);
  Bytes both(leaves[0].begin(), leaves[0].end());
  both.insert(both.end(), leaves[1].begin(), leaves[1].end());
  EXPECT_FALSE(VerifyMerklePath(MerkleLeafHash(both), 0, 1, {}, tree.root()));
}

TEST(MerkleDeathTest, PathOfALeafOutsideTheTreeIsOurBug) {
  const MerkleTree tree(Leaves(3));
  EXPECT_DEATH(static_cast<void>(tree.Path(3)), "check failed");
}

}  // namespace
}  // namespace earshot
