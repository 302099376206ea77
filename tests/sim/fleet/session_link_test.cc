#include "sim/fleet/session_link.h"

#include <gtest/gtest.h>

#include "core/protocol/agent_session.h"

namespace earshot {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SessionLinkTest : public testing::Test {
 protected:
  static LinkName Name(std::uint32_t device) { return {PhiloxKey{7}, device, 3}; }
  static PathConditions Path(Duration rtt, double loss = 0) {
    return {.forward = rtt / 2, .backward = rtt - rtt / 2, .loss = loss};
  }
  LinkHearing Run(SessionLink& link, std::uint32_t round, const PathConditions& path,
                  const LostPackets* lost = nullptr) const {
    return link.RunRound(round, Begin(round), path, calm_, lost);
  }
  Duration Begin(std::uint32_t round) const {
    return rounds_.first_after + round * rounds_.length;
  }

  ScenarioRounds rounds_;
  LinkRules rules_{rounds_};
  CalmRound calm_{[] { ScenarioNetwork network; network.loss = 0.02; return network; }(),
                  rounds_.trains, rules_.terms.train_length};
};

TEST_F(SessionLinkTest, WithoutLossEveryRoundIsHeardUnderEvidenceAndLeavesNothingOpen) {
  SessionLink link(rules_, Name(1));
  link.StartAgent(Duration(0));
  for (std::uint32_t round = 0; round < 20; ++round) {
    const LinkHearing hearing = Run(link, round, Path(milliseconds(30)));
    EXPECT_EQ(hearing.least, milliseconds(30)) << round;
    EXPECT_TRUE(hearing.evidence) << round;
    EXPECT_TRUE(link.settled()) << round;
  }
}

TEST_F(SessionLinkTest, WhereNothingArrivesNothingIsHeard) {
  SessionLink link(rules_, Name(1));
  link.StandReady(Begin(0));
  for (std::uint32_t round = 0; round < 3; ++round) {
    EXPECT_FALSE(Run(link, round, Path(milliseconds(30), 1)).least.has_value());
    EXPECT_FALSE(link.settled());
  }
}

// What FleetLinks leaves out must make no difference: as long as the longest path that may be calm.
TEST_F(SessionLinkTest, RoundsThatAreCalledCalmEndAsTheyBeganWhenTheyArePlayed) {
  PhiloxRandom random(PhiloxKey{3});
  const Duration longest = rules_.CalmRttMax() - Duration(1);
  ASSERT_GT(longest, milliseconds(400));
  ASSERT_TRUE(rules_.CalmOpening(rounds_.first_after, longest));
  int played = 0;
  for (std::uint32_t device = 0; device < 4000; ++device) {
    LostPackets lost;
    for (std::size_t i = 0; i < calm_.handshake_at(kHandshakeKinds, 0); ++i) lost.set(i, random.NextUnit() < 0.02);
    const bool opens = device % 2 == 0;
    if (!calm_.IsCalm(lost, opens)) continue;
    ++played;
    SessionLink link(rules_, Name(device));
    if (opens) {
      link.StartAgent(Duration(0));
    } else {
      link.StandReady(Begin(0));
    }
    const LinkHearing hearing = Run(link, 0, Path(longest), &lost);
    EXPECT_EQ(hearing.least, longest) << device;
    EXPECT_TRUE(hearing.evidence) << device;
    EXPECT_TRUE(link.settled()) << device;
  }
  EXPECT_GT(played, 1000);
}

// And there is such a length: far beyond it rounds without any loss go wrong.
TEST_F(SessionLinkTest, FarBeyondTheLongestCalmPathEvidenceComesTooLate) {
  int late = 0;
  for (std::uint32_t device = 0; device < 200; ++device) {
    SessionLink link(rules_, Name(device));
    link.StandReady(Begin(0));
    late += Run(link, 0, Path(4 * rules_.CalmRttMax())).evidence ? 0 : 1;
  }
  EXPECT_GT(late, 0);
}

TEST_F(SessionLinkTest, LostEvidenceIsRepeatedInTime) {
  LostPackets lost;
  lost.set(calm_.evidence_at());
  for (std::uint32_t device = 0; device < 100; ++device) {
    SessionLink link(rules_, Name(device));
    link.StandReady(Begin(0));
    EXPECT_TRUE(Run(link, 0, Path(milliseconds(30)), &lost).evidence);
    EXPECT_TRUE(link.settled());
  }
}

// The landmark asks, nobody answers, and its round is over; the device learns it when its terms end.
TEST_F(SessionLinkTest, SessionOfWhichOneEndKnowsNothingIsDeafUntilItsTermsEnd) {
  SessionLink link(rules_, Name(1));
  link.StandReady(Begin(0));
  EXPECT_FALSE(Run(link, 0, Path(milliseconds(30), 1)).least.has_value());
  const auto terms = static_cast<std::uint32_t>(rules_.terms.lifetime / rounds_.length);
  std::uint32_t deaf = 0;
  for (std::uint32_t round = 1; round < 2 * terms; ++round) {
    deaf += Run(link, round, Path(milliseconds(30))).least.has_value() ? 0U : 1U;
  }
  EXPECT_GE(deaf, terms - 2);
  EXPECT_LE(deaf, terms);
  EXPECT_TRUE(link.settled());
}

TEST_F(SessionLinkTest, SessionsGoOnOnlyWithinTheirTerms) {
  EXPECT_TRUE(rules_.GoesOn(rounds_.length));
  EXPECT_TRUE(rules_.GoesOn(rules_.terms.lifetime - rounds_.length));
  EXPECT_FALSE(rules_.GoesOn(rules_.terms.lifetime));
}

}  // namespace
}  // namespace earshot
