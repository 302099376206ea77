#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "core/crypto/pooled_random.h"
#include "core/crypto/seeded_random.h"

namespace earshot {
namespace {

TEST(SystemRandom, DrawsAcrossManyPoolsNeverRepeat) {
  SystemRandom random;
  std::set<Bytes32> seen;
  constexpr std::size_t kDraws = 2000;  // 16 pools
  for (std::size_t i = 0; i < kDraws; ++i) seen.insert(random.NextBytes32());
  EXPECT_EQ(seen.size(), kDraws);
}

TEST(SystemRandom, TwoGeneratorsDiffer) {
  SystemRandom a;
  SystemRandom b;
  EXPECT_NE(a.NextBytes32(), b.NextBytes32());
}

// Every byte of a draw of any size is written: a byte that stays zero in 20 draws (chance 2^-160)
// was never filled.
TEST(SystemRandom, DrawsOfEverySizeAreFilledToTheLastByte) {
  SystemRandom random;
  for (const std::size_t size : {1U, 31U, 4095U, 4096U, 4097U, 10'000U}) {
    Bytes combined(size);
    for (int draw = 0; draw < 20; ++draw) {
      Bytes out(size);
      random.Fill(out);
      for (std::size_t i = 0; i < size; ++i) combined[i] |= out[i];
    }
    EXPECT_EQ(std::count(combined.begin(), combined.end(), std::uint8_t{0}), 0) << size;
  }
}

// The next draw of this process, seen from a child made by fork().
Bytes32 DrawInChild(Random& random) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const Bytes32 drawn = random.NextBytes32();
    const ssize_t written = write(ends[1], drawn.data(), drawn.size());
    _exit(written == static_cast<ssize_t>(drawn.size()) ? 0 : 1);
  }
  close(ends[1]);
  Bytes32 drawn{};
  EXPECT_EQ(read(ends[0], drawn.data(), drawn.size()), static_cast<ssize_t>(drawn.size()));
  close(ends[0]);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  return drawn;
}

TEST(SystemRandom, ChildOfForkDoesNotInheritThePool) {
  SystemRandom random;
  random.NextU64();
  const Bytes32 in_child = DrawInChild(random);
  EXPECT_NE(in_child, random.NextBytes32());
}

// The control of the test above: a generator without the guard does repeat in the child.
TEST(SeededRandom, ChildOfForkRepeatsItsParent) {
  SeededRandom random(1);
  random.NextU64();
  const Bytes32 in_child = DrawInChild(random);
  EXPECT_EQ(in_child, random.NextBytes32());
}

// Computed apart, with python3-cryptography, from the formula in the header.
TEST(SeededRandom, BytesAreTheStatedKeystream) {
  SeededRandom random(42, 7);
  EXPECT_EQ(HexEncode(random.NextBytes32()),
            "1acab2d4257b3b78110e7b221448a94c6db3e386f5e5fa088d88dc64bb2f1ef2");
}

TEST(SeededRandom, DrawsDoNotDependOnHowTheyAreCut) {
  SeededRandom whole(5);
  SeededRandom pieces(5);
  Bytes expected(300);
  whole.Fill(expected);
  Bytes joined;
  for (const std::size_t size : {1U, 63U, 64U, 65U, 0U, 107U}) {
    Bytes piece(size, 0xff);
    pieces.Fill(piece);
    joined.insert(joined.end(), piece.begin(), piece.end());
  }
  EXPECT_EQ(joined, expected);
}

TEST(SeededRandom, SeedsAndStreamsAreIndependent) {
  EXPECT_EQ(SeededRandom(1).NextBytes32(), SeededRandom(1, 0).NextBytes32());
  EXPECT_NE(SeededRandom(1).NextBytes32(), SeededRandom(2).NextBytes32());
  EXPECT_NE(SeededRandom(1, 0).NextBytes32(), SeededRandom(1, 1).NextBytes32());
  EXPECT_NE(SeededRandom(0, 1).NextBytes32(), SeededRandom(1, 0).NextBytes32());
}

}  // namespace
}  // namespace earshot
