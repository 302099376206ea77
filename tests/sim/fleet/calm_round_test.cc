#include "sim/fleet/calm_round.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/path/philox.h"

namespace earshot {
namespace {

ScenarioNetwork Losing(double loss) {
  ScenarioNetwork network;
  network.loss = loss;
  return network;
}

LostPackets DrawAny(const CalmRound& calm, Random& random) {
  LostPackets lost;
  for (std::size_t i = 0; i < calm.handshake_at(kHandshakeKinds, 0); ++i) {
    lost.set(i, random.NextUnit() >= calm.arrives());
  }
  return lost;
}

TEST(CalmRound, IsAsLikelyAsAmongDrawnLosses) {
  PhiloxRandom random(PhiloxKey{1});
  for (const double loss : {0.001, 0.01, 0.04}) {
    const CalmRound calm(Losing(loss), 4, 5);
    constexpr int kDraws = 20'000;
    int found = 0;
    int opening = 0;
    for (int i = 0; i < kDraws; ++i) {
      const LostPackets lost = DrawAny(calm, random);
      found += calm.IsCalm(lost, false) ? 1 : 0;
      opening += calm.IsCalm(lost, true) ? 1 : 0;
    }
    const auto near = [&](int hits, double probability) {
      EXPECT_NEAR(hits, kDraws * probability,
                  5 * std::sqrt(kDraws * probability * (1 - probability)))
          << loss;
    };
    near(found, calm.Probability(false));
    near(opening, calm.Probability(true));
    EXPECT_LE(opening, found);
    EXPECT_LT(calm.Probability(true), calm.Probability(false));
  }
}

TEST(CalmRound, OthersAreDrawnAsTheyAreAmongAll) {
  PhiloxRandom random(PhiloxKey{2});
  const CalmRound calm(Losing(0.01), 4, 5);
  constexpr int kDraws = 20'000;
  int without_receipt = 0;
  int without_hello = 0;
  for (int i = 0; i < kDraws; ++i) {
    const LostPackets lost = calm.DrawOther(true, random);
    EXPECT_FALSE(calm.IsCalm(lost, true));
    without_receipt += lost.test(calm.receipt_at()) ? 1 : 0;
    without_hello += lost.test(calm.handshake_at(0, 0)) ? 1 : 0;
  }
  const double expected = kDraws * 0.01 / (1 - calm.Probability(true));
  EXPECT_NEAR(without_receipt, expected, 5 * std::sqrt(expected));
  // One lost HELLO is repeated in time: among the others it is no rarer, and hardly more frequent.
  EXPECT_GT(without_hello, kDraws * 0.01);
  EXPECT_LT(without_hello, without_receipt / 2);
}

TEST(CalmRound, WhereNothingIsLostAllAreAndWhereMuchIsNoneIsTakenForOne) {
  EXPECT_EQ(CalmRound(Losing(0), 4, 5).Probability(true), 1);
  EXPECT_EQ(CalmRound(Losing(0.3), 4, 5).Probability(false), 0);
  EXPECT_EQ(CalmRound(Losing(1), 4, 5).Probability(false), 0);
  ScenarioNetwork copied = Losing(0);
  copied.corrupt = 0.5;
  copied.duplicate = 1;  // and a copy is whole
  EXPECT_EQ(CalmRound(copied, 4, 5).arrives(), 1);
}

TEST(CalmRound, OneTrainMayBeAnsweredInPartButNotTwoNorNoneOfIt) {
  const CalmRound calm(Losing(0.01), 4, 5);
  LostPackets lost;
  lost.set(calm.ping_at(1));
  lost.set(calm.pong_at(5));
  EXPECT_TRUE(calm.IsCalm(lost, false));
  LostPackets two = lost;
  two.set(calm.pong_at(6));
  EXPECT_FALSE(calm.IsCalm(two, false));
  for (const std::size_t index : {2U, 3U, 4U}) lost.set(calm.pong_at(index));
  EXPECT_FALSE(calm.IsCalm(lost, false));
  LostPackets last;
  last.set(calm.pong_at(20));
  EXPECT_TRUE(calm.IsCalm(last, false));
  last.set(calm.ping_at(20));
  EXPECT_FALSE(calm.IsCalm(last, false));
}

}  // namespace
}  // namespace earshot
