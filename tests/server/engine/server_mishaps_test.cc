// What befalls a server beside its devices: a full queue, withdrawn keys, a landmark that moves, sleep.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "core/report/bundle.h"
#include "earshot/v1/evidence.pb.h"
#include "server/engine/evidence_check.h"
#include "tests/support/server_world.h"

namespace earshot {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

// sin-1 does not hear C-1, although it hears C-2.
class LandmarkWithAFullQueue : public testing::Test {
 protected:
  LandmarkWithAFullQueue() {
    const Endpoint unheard{world_.next_agent_address(), 5000};
    world_.AddDevice("C-1", world_.singapore());
    world_.AddDevice("C-2", world_.singapore());
    const Endpoint sin1 = world_.landmark_endpoint("sin-1");
    world_.network.SetTap([=](const Endpoint& from, const Endpoint& to, ByteSpan) {
      return from == unheard && to == sin1;
    });
  }
  Judgement SiteOf(std::size_t device) const {
    return world_.rounds.back().at(device).appraisal.site;
  }

  ServerWorld world_;
};

TEST_F(LandmarkWithAFullQueue, SilenceIsHeldAgainstTheDeviceWhileNothingIsDropped) {
  world_.Run(seconds(1));
  world_.engine->OnDropped(0, 0);
  world_.Run(seconds(7));
  ASSERT_THAT(world_.rounds, SizeIs(1));
  EXPECT_EQ(VerdictName(SiteOf(0).verdict), "UNEXPLAINED_DELAY");
  EXPECT_TRUE(HasReason(SiteOf(0), ReasonCode::kExpectedLandmarkUnheard));
}

TEST_F(LandmarkWithAFullQueue, SilenceAmidDropsIsHeldAgainstNobodyInThatRoundAlone) {
  world_.Run(seconds(3));
  world_.engine->OnDropped(0, 5000);
  world_.Run(seconds(5));
  ASSERT_THAT(world_.rounds, SizeIs(1));
  EXPECT_FALSE(world_.rounds[0][0].appraisal.flagged());
  EXPECT_FALSE(HasReason(SiteOf(0), ReasonCode::kExpectedLandmarkUnheard));
  const auto heard = world_.rounds[0][1].appraisal.rings;
  EXPECT_TRUE(std::ranges::any_of(heard, [](const LandmarkRings& rings) {
    return rings.landmark == LandmarkId("sin-1");
  })) << "what it heard still counts";
  const auto recomputed =
      RecomputeVerdict(*DecodeBundle(AsBytes(world_.rounds[0][0].bundle)),
                       world_.authority.root().public_key(), world_.test, world_.map);
  ASSERT_TRUE(recomputed.has_value()) << recomputed.error().message();
  EXPECT_THAT(recomputed->differences, IsEmpty());
  world_.engine->OnDropped(0, 5000);  // no more than before
  world_.Run(seconds(6));
  ASSERT_THAT(world_.rounds, SizeIs(2));
  EXPECT_EQ(VerdictName(SiteOf(0).verdict), "UNEXPLAINED_DELAY");
}

// Whom a stranger with the later list `revoked` finds `bundle` to convict.
Result<RecomputedVerdict> RecomputeUnder(const ServerWorld& world, const std::string& bundle,
                                         const std::vector<Bytes32>& revoked) {
  return RecomputeVerdict(*DecodeBundle(AsBytes(bundle)), world.authority.root().public_key(),
                          world.test, world.map, world.authority.RevocationList(9, revoked));
}

TEST(ServerMishaps, EndorsementUnderAWithdrawnMakersKeyConvicts) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(seconds(8));
  ASSERT_THAT(world.rounds, SizeIs(1));
  const Bytes32 maker = world.authority.maker().public_key().id().value();
  EXPECT_EQ(VerdictName(world.rounds[0][0].appraisal.headline), "VERIFIED");
  const auto later = RecomputeUnder(world, world.rounds[0][0].bundle, {maker});
  ASSERT_TRUE(later.has_value()) << later.error().message();
  EXPECT_EQ(VerdictName(later->appraisal.headline), "INVALID_PROOF");
  ASSERT_TRUE(world.engine->verifier().UpdateRevocations(
      world.authority.RevocationList(3, {maker})));
  world.Run(seconds(6));
  ASSERT_THAT(world.rounds, SizeIs(2));
  const Appraisal& appraisal = world.rounds[1][0].appraisal;
  EXPECT_EQ(VerdictName(appraisal.headline), "INVALID_PROOF");
  EXPECT_TRUE(HasReason(appraisal.site, ReasonCode::kMakerKeyRevoked));
  EXPECT_FALSE(HasReason(appraisal.site, ReasonCode::kKeyRevoked));
  const auto recomputed = RecomputeUnder(world, world.rounds[1][0].bundle, {maker});
  ASSERT_TRUE(recomputed.has_value()) << recomputed.error().message();
  EXPECT_THAT(recomputed->differences, IsEmpty());
}

TEST(ServerMishaps, WithdrawalOfAnotherMakersKeyConvictsNobody) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Begin();
  const Bytes32 other = world.authority.NewKey().public_key().id().value();
  ASSERT_TRUE(world.engine->verifier().UpdateRevocations(
      world.authority.RevocationList(3, {other})));
  EXPECT_TRUE(world.engine->verifier().MaySign().has_value());
  world.Run(seconds(8));
  ASSERT_THAT(world.rounds, SizeIs(1));
  EXPECT_EQ(VerdictName(world.rounds[0][0].appraisal.headline), "VERIFIED");
  const auto later = RecomputeUnder(world, world.rounds[0][0].bundle, {other});
  ASSERT_TRUE(later.has_value()) << later.error().message();
  EXPECT_THAT(later->differences, IsEmpty());
}

TEST(ServerMishaps, WithdrawnVerdictKeyMaySignNoMore) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Begin();
  Verifier& verifier = world.engine->verifier();
  ASSERT_TRUE(verifier.UpdateRevocations(world.authority.RevocationList(
      3, {world.authority.verdict_key().public_key().id().value()})));
  ASSERT_FALSE(verifier.MaySign().has_value());
  EXPECT_THAT(verifier.MaySign().error().message(),
              testing::HasSubstr("withdrawn by revocation list version 3"));
}

// tyo-1 is heard in the first round alone; the newer list states the place `latitude_deg` for it.
bool BoundOfTokyoIsCarriedWhenItsListSays(double latitude_deg) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.authority.MoveLandmark("tyo-1", latitude_deg, 139.69);
  world.more_position_records = {world.authority.landmarks().back()->position_record};
  world.authority.MoveLandmark("tyo-1", 35.68, 139.69);
  world.Run(seconds(8));
  world.Cut(world.landmark_endpoint("tyo-1"));
  world.authority.MoveLandmark("tyo-1", latitude_deg, 139.69);
  EXPECT_TRUE(world.engine->verifier().UpdateLandmarkList(world.authority.LandmarkList(2)));
  EXPECT_THAT(world.engine->verifier().landmarks(), SizeIs(world.landmark_count()));
  world.Run(seconds(6));
  EXPECT_THAT(world.rounds, SizeIs(2));
  return std::ranges::any_of(world.rounds.back()[0].appraisal.rings,
                             [](const auto& rings) { return rings.landmark.value() == "tyo-1"; });
}

TEST(ServerMishaps, BoundIsNotCarriedToAnotherPlaceOfItsLandmark) {
  EXPECT_FALSE(BoundOfTokyoIsCarriedWhenItsListSays(34.00));
}

TEST(ServerMishaps, BoundIsCarriedAcrossListsThatStateOnePlace) {
  EXPECT_TRUE(BoundOfTokyoIsCarriedWhenItsListSays(35.68));
}

// The machine sleeps for `gap` during the second round, and its clock counts that.
void SleepInTheSecondRound(ServerWorld& world, Duration gap) {
  world.AddDevice("C-1", world.singapore());
  world.Run(seconds(10));
  ASSERT_THAT(world.rounds, SizeIs(1));
  if (gap == Duration(0)) return;
  world.network.clock().Advance(gap);
  world.engine->OnSuspended();
}

TEST(ServerMishaps, RoundThatTheMachineSleptThroughJudgesNobodyAndTheNextStands) {
  ServerWorld world;
  SleepInTheSecondRound(world, std::chrono::hours(8));
  world.Run(milliseconds(500));
  EXPECT_THAT(world.rounds, SizeIs(1));
  world.Cut(world.landmark_endpoint("tyo-1"));
  world.Run(seconds(12));
  ASSERT_GE(world.rounds.size(), 2U);
  for (const DeviceVerdict& verdict : world.rounds[1]) {
    EXPECT_EQ(VerdictName(verdict.appraisal.headline), "VERIFIED");
    EXPECT_FALSE(verdict.asked.at(LandmarkId("tyo-1")).carried_age.has_value())
        << "a bound of eight hours ago is not carried";
  }
}

// No agent answers for C-2.
std::string VerdictOnADeadDeviceAfterASleepOf(Duration gap, Duration awake) {
  ServerWorld world;
  world.Enrol("C-2", world.singapore());
  SleepInTheSecondRound(world, gap);
  world.Run(awake);
  EXPECT_GE(world.rounds.size(), 2U);
  const DeviceVerdict& last = world.rounds.back().back();
  EXPECT_EQ(last.name, "C-2");
  return std::string(VerdictName(last.appraisal.headline));
}

TEST(ServerMishaps, SilenceThatTheServerSleptThroughIsHeldAgainstNobody) {
  EXPECT_EQ(VerdictOnADeadDeviceAfterASleepOf(std::chrono::hours(8), seconds(8)), "INDETERMINATE");
}

TEST(ServerMishaps, SilenceOfAServerThatWasAwakeCounts) {
  EXPECT_EQ(VerdictOnADeadDeviceAfterASleepOf(Duration(0), seconds(8)), "SILENT");
  EXPECT_EQ(VerdictOnADeadDeviceAfterASleepOf(std::chrono::hours(8), seconds(16)), "SILENT");
}

TEST(ServerMishaps, WithoutASleepTheRoundClosesAndBoundsAreCarried) {
  ServerWorld world;
  SleepInTheSecondRound(world, Duration(0));
  world.Cut(world.landmark_endpoint("tyo-1"));
  world.Run(seconds(10));
  ASSERT_GE(world.rounds.size(), 3U);
  EXPECT_TRUE(world.rounds[2][0].asked.at(LandmarkId("tyo-1")).carried_age.has_value());
}

TEST(ServerMishaps, PingThatTheMachineSleptThroughIsRefused) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(milliseconds(900));
  std::optional<Result<DeviceVerdict>> answer;
  ASSERT_TRUE(world.engine->OnDemandPing("C-1", 5, std::nullopt, [&](Result<DeviceVerdict> done) {
    answer = std::move(done);
  }));
  world.engine->OnSuspended();
  ASSERT_TRUE(answer.has_value());
  ASSERT_FALSE(answer->has_value());
  EXPECT_EQ(answer->error().code(), ErrorCode::kUnavailable);
}

// C-1 is slow, and its answers to every landmark wait in the sockets, as under a load that is timed
// to them; those of others do not.
class LoadTimedToOneDevice : public testing::Test {
 protected:
  LoadTimedToOneDevice() {
    const std::uint32_t address = world_.next_agent_address();
    world_.AddDevice("C-1", world_.singapore(), milliseconds(30));
    world_.AddDevice("C-2", world_.singapore());
    for (const char* id : kLandmarks) world_.OverloadFor(id, address, milliseconds(30));
  }
  Judgement SiteOfC1() const { return world_.rounds.back().front().appraisal.site; }

  static constexpr std::array kLandmarks = {"sin-1", "sin-2", "kul-1", "hkg-1", "hkg-2", "tyo-1"};
  ServerWorld world_;
};

TEST_F(LoadTimedToOneDevice, ExcusesItUntilTheDeadlineAndNotLonger) {
  world_.Run(seconds(8));
  ASSERT_THAT(world_.rounds, SizeIs(1));
  EXPECT_EQ(VerdictName(SiteOfC1().verdict), "INDETERMINATE");
  world_.Run(seconds(12));
  EXPECT_EQ(VerdictName(SiteOfC1().verdict), "SILENT");
  EXPECT_TRUE(HasReason(SiteOfC1(), ReasonCode::kTaintedSamples));
  const auto bundle = DecodeBundle(AsBytes(world_.rounds.back()[0].bundle));
  const auto recomputed = RecomputeVerdict(*bundle, world_.authority.root().public_key(),
                                           world_.test, world_.map);
  ASSERT_TRUE(recomputed.has_value()) << recomputed.error().message();
  EXPECT_THAT(recomputed->differences, IsEmpty());
}

TEST_F(LoadTimedToOneDevice, ExcusesItForeverWhereOthersFareNoBetter) {
  for (const char* id : kLandmarks) world_.Overload(id, milliseconds(30));
  world_.Run(seconds(20));
  EXPECT_EQ(VerdictName(SiteOfC1().verdict), "INDETERMINATE");
}

TEST_F(LoadTimedToOneDevice, UsableAnswersAreTestedAndStartTheDeadlineAnew) {
  world_.Run(seconds(8));
  for (const char* id : kLandmarks) {
    world_.OverloadFor(id, world_.next_agent_address() - 2, Duration(0));
  }
  world_.Run(seconds(6));
  EXPECT_EQ(VerdictName(SiteOfC1().verdict), "UNEXPLAINED_DELAY");
  for (const char* id : kLandmarks) {
    world_.OverloadFor(id, world_.next_agent_address() - 2, milliseconds(30));
  }
  world_.Run(seconds(6));
  ASSERT_TRUE(HasReason(SiteOfC1(), ReasonCode::kTaintedSamples));
  EXPECT_LT(SiteOfC1().reasons[0].age.value(), seconds(12)) << "not since the start, 19 s ago";
}

// No agent is heard any more: neither C-1's nor those beside the landmarks.
TEST(LandmarksWithoutANetwork, HoldSilenceAgainstNobodyAndVerifyAgrees) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(seconds(8));
  world.network.SetTap([](const Endpoint&, const Endpoint&, ByteSpan) { return true; });
  world.Run(seconds(18));
  const DeviceVerdict& judged = world.rounds.back()[0];
  EXPECT_EQ(VerdictName(judged.appraisal.headline), "INDETERMINATE");
  EXPECT_TRUE(HasReason(judged.appraisal.site, ReasonCode::kNobodyHeard));
  const auto recomputed = RecomputeVerdict(*DecodeBundle(AsBytes(judged.bundle)),
                                           world.authority.root().public_key(), world.test,
                                           world.map);
  ASSERT_TRUE(recomputed.has_value()) << recomputed.error().message();
  EXPECT_THAT(recomputed->differences, IsEmpty());
}

TEST(LandmarksWithoutANetwork, AgentsBesideThemThatDieAloneExcuseNobody) {
  ServerWorld world;
  world.Enrol("C-2", world.singapore());
  world.AddDevice("C-1", world.singapore());
  const std::uint32_t alive = world.next_agent_address() - 1;
  world.network.SetTap([=](const Endpoint& from, const Endpoint& to, ByteSpan) {
    return from.address != alive && to.address != alive;
  });
  world.Run(seconds(20));
  ASSERT_THAT(world.rounds.back(), SizeIs(2));
  const DeviceVerdict& dead = world.rounds.back()[1];
  ASSERT_EQ(dead.name, "C-2");
  EXPECT_EQ(VerdictName(dead.appraisal.headline), "SILENT");
  EXPECT_FALSE(HasReason(dead.appraisal.site, ReasonCode::kNobodyHeard));
  EXPECT_EQ(VerdictName(world.rounds.back()[0].appraisal.headline), "VERIFIED");
}

TEST(LandmarksWithoutANetwork, OneAgentBesideALandmarkThatIsHeardMakesSilenceCountAgain) {
  ServerWorld world;
  world.AddDevice("C-1", world.singapore());
  world.Run(seconds(8));
  const Endpoint tokyo = world.landmark_endpoint("tyo-1");
  const std::uint32_t silent = world.next_agent_address() - 1;
  world.network.SetTap([=](const Endpoint& from, const Endpoint& to, ByteSpan) {
    return from.address == silent || to.address == silent || (from != tokyo && to != tokyo);
  });
  world.Run(seconds(18));
  EXPECT_EQ(VerdictName(world.rounds.back()[0].appraisal.headline), "SILENT");
}

}  // namespace
}  // namespace earshot
