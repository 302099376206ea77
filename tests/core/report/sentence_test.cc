#include "core/report/sentence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "core/report/outward.h"
#include "tests/core/report/fixture.h"

namespace earshot::testing_support {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Say(const World& world, const Appraisal& appraisal) {
  return SentenceFor(appraisal, world.Context());
}

TEST(Sentence, ContradictedNamesTheReplyTheReachAndTheDistance) {
  const World world;
  Appraisal appraisal = Judged(world, Verdict::kContradicted, Basis::kVacuum,
                               Because(ReasonCode::kSiteOutsideRegion));
  appraisal.rings = {world.Heard(0, Microseconds(61'840)), world.Heard(2, Microseconds(8'930)),
                     world.Heard(3, Microseconds(9'420))};
  appraisal.cannot_exclude = {kChina, kHongKong};
  EXPECT_EQ(Say(world, appraisal),
            "A reply reached Hong Kong (hkg-1) in 9.0 ms. Light itself covers at most 1,350 km each "
            "way in that time; Singapore is 2,579 km away. Landmarks of 2 separate operators say so. "
            "Whoever holds this key was not where it was declared. China and Hong Kong are not ruled out.");
}

TEST(Sentence, ContradictedByNoSingleReplySaysSo) {
  const World world;
  Appraisal appraisal = Judged(world, Verdict::kContradicted, Basis::kVacuum,
                               Because(ReasonCode::kSiteOutsideRegion));
  appraisal.rings = {world.Heard(2, Microseconds(17'190))};  // 2,579 km: rounding hides the margin
  EXPECT_THAT(Say(world, appraisal), HasSubstr("No single reply rules out Singapore, but together"));
}

TEST(Sentence, VerifiedNamesEnoughLandmarksToOutvoteTheLiars) {
  const World world;
  Appraisal appraisal = Judged(world, Verdict::kVerified, Basis::kVacuum,
                               Because(ReasonCode::kRegionOutsideExcluded));
  appraisal.rings = {world.Heard(0, Microseconds(1'310)), world.Heard(1, Microseconds(1'590)),
                     world.Heard(2, Microseconds(40'000))};
  appraisal.excluded = {kChina, kHongKong, kMacao};
  appraisal.cannot_exclude = {kIndonesia, kMalaysia, kSingapore};
  EXPECT_EQ(Say(world, appraisal),
            "Replies reached Singapore (sin-1) in 1.4 ms and Singapore (sin-2) in 1.6 ms; light "
            "itself covers at most 210 km and 240 km each way in those times. Even if one operator "
            "of landmarks lies, the key was outside China, Hong Kong and Macao. Where exactly is not "
            "known; it may have been in Indonesia, Malaysia and Singapore.");
}

TEST(Sentence, ProofThatRestsOnEarlierAnswersSaysHowOldTheyAre) {
  const World world;
  Appraisal appraisal = Judged(world, Verdict::kVerified, Basis::kVacuum,
                               Because(ReasonCode::kRegionOutsideExcluded));
  EXPECT_THAT(Say(world, appraisal), Not(HasSubstr("not answered since")));
  Reason unheard = Because(ReasonCode::kNoAnswer);
  unheard.age = std::chrono::seconds(12);
  appraisal.site.reasons.push_back(unheard);
  EXPECT_THAT(Say(world, appraisal), HasSubstr("It has not answered since: this rests on answers 12 seconds old"));
}

TEST(Sentence, UnexplainedDelayBesideAProvedLicenceSaysWhatIsProved) {
  const World world;
  Appraisal appraisal = Judged(world, Verdict::kUnexplainedDelay, Basis::kStatistical,
                               Because(ReasonCode::kExpectedLandmarkUnheard));
  EXPECT_THAT(Say(world, appraisal), Not(HasSubstr("Wherever it is")));
  appraisal.licence.verdict = Verdict::kVerified;
  appraisal.excluded = {kChina, kMacao};
  EXPECT_THAT(Say(world, appraisal),
              HasSubstr("Wherever it is, the key was outside China and Macao."));
}

TEST(Sentence, UnexplainedDelayGivesBothTimesAndTheFrequency) {
  const World world;
  Reason reason = Because(ReasonCode::kDelayUnexplained);
  reason.landmarks = {LandmarkId("sin-1")};
  reason.rtt = Microseconds(35'150);
  reason.threshold = Microseconds(16'700);
  reason.probability = 0.05;
  Appraisal appraisal = Judged(world, Verdict::kUnexplainedDelay, Basis::kStatistical, reason);
  appraisal.cannot_exclude = {kChina, kSingapore};
  EXPECT_EQ(Say(world, appraisal),
            "The quickest reply to Singapore (sin-1) took 35.2 ms; honest devices at Singapore take "
            "more than 16.7 ms in 5 in 100 cases. Slow by itself proves no move: the device may be "
            "elsewhere, or its network may be bad. China is not ruled out.");
}

TEST(Sentence, CalibratedTestSpeaksOfTheNeighbourhoodAndOfLiars) {
  World world;
  world.policy.placement_test = PlacementRule::kCalibrated;
  Reason slow = Because(ReasonCode::kDelayUnexplained);
  slow.landmarks = {LandmarkId("sin-1")};
  slow.rtt = Microseconds(35'150);
  slow.threshold = Microseconds(16'700);
  slow.probability = 0.05;
  EXPECT_THAT(Say(world, Judged(world, Verdict::kUnexplainedDelay, Basis::kStatistical, slow)),
              HasSubstr("Even if one operator of landmarks lies, the landmarks around Singapore were "
                        "answered more slowly than all but 5 in 100 of honest devices answer, each "
                        "compared with its own neighbourhood; Singapore (sin-1), the slowest for its "
                        "distance, in 35.2 ms (all as slow as 16.7 ms there would pass)."));
  Reason normal = Because(ReasonCode::kDelayNormal);
  normal.landmarks = {LandmarkId("sin-1")};
  normal.rtt = Microseconds(3'020);
  EXPECT_THAT(Say(world, Judged(world, Verdict::kConsistent, Basis::kCalibrated, normal)),
              HasSubstr("the landmarks around Singapore were answered as quickly as is usual in that "
                        "neighbourhood; Singapore (sin-1), the nearest, in 3.1 ms."));
  Reason unheard = Because(ReasonCode::kExpectedLandmarkUnheard);
  unheard.landmarks = {LandmarkId("hkg-1")};
  EXPECT_THAT(Say(world, Judged(world, Verdict::kUnexplainedDelay, Basis::kStatistical, unheard)),
              HasSubstr("Hong Kong (hkg-1) is one of those nearest to Singapore"));
  EXPECT_THAT(Say(world, Judged(world, Verdict::kIndeterminate, Basis::kNone,
                                Because(ReasonCode::kTooFewDomains))),
              HasSubstr("depends on which operators of landmarks lie"));
  EXPECT_THAT(Say(world, Judged(world, Verdict::kIndeterminate, Basis::kNone,
                                Because(ReasonCode::kNoExpectedLandmark))),
              HasSubstr("Every landmark heard nobody"));
}

TEST(Sentence, BecomingSlowerIsSaidBesideAnyVerdictAndAtItsOwnRate) {
  World world;
  world.policy.change_alarm_rate = 0.01;
  for (const Verdict verdict : {Verdict::kVerified, Verdict::kSilent, Verdict::kIndeterminate}) {
    Appraisal appraisal = Judged(world, verdict, Basis::kNone, Because(ReasonCode::kNoAnswer));
    EXPECT_THAT(Say(world, appraisal), Not(HasSubstr("when it was enrolled")));
    appraisal.site.reasons.push_back(Because(ReasonCode::kSlowerByOneDelay));
    appraisal.licence.reasons.push_back(Because(ReasonCode::kSlowerByOneDelay));
    EXPECT_THAT(Say(world, appraisal), HasSubstr("It answers more slowly than when it was enrolled: all "
                                                 "paths by about the same"));
    EXPECT_THAT(Say(world, appraisal), HasSubstr("in at most 1 in 100 cases"));
  }
}

TEST(Sentence, UnheardByAHealthyLandmarkCountsAsInfinitelySlow) {
  const World world;
  Reason reason = Because(ReasonCode::kExpectedLandmarkUnheard);
  reason.landmarks = {LandmarkId("sin-1")};
  EXPECT_THAT(Say(world, Judged(world, Verdict::kUnexplainedDelay, Basis::kStatistical, reason)),
              HasSubstr("Singapore (sin-1) stands near Singapore, works and heard other devices, and "
                        "got no reply from this one: that counts as infinitely slow."));
}

TEST(Sentence, ConsistentSaysThatNothingIsProved) {
  const World world;
  Reason reason = Because(ReasonCode::kDelayNormal);
  reason.landmarks = {LandmarkId("sin-1")};
  reason.rtt = Microseconds(3'020);
  reason.threshold = Microseconds(16'700);
  EXPECT_EQ(Say(world, Judged(world, Verdict::kConsistent, Basis::kCalibrated, reason)),
            "Singapore (sin-1) was answered in 3.1 ms, as quickly as usual for Singapore (at most "
            "16.7 ms). The test would have noticed a device in each forbidden country in at least 95 "
            "in 100 cases. Nothing is proved.");
}

TEST(Sentence, HostHeldKeysAreSaidInTheSameBreath) {
  const World world;
  Appraisal appraisal = Judged(world, Verdict::kConsistent, Basis::kCalibrated,
                               Because(ReasonCode::kDelayNormal));
  appraisal.site.reasons.push_back(Because(ReasonCode::kSessionKeysOnHost));
  EXPECT_THAT(Say(world, appraisal), HasSubstr("could answer for it from elsewhere"));
  EXPECT_THAT(Say(world, appraisal), Not(HasSubstr("95 in 100")));
}

TEST(Sentence, SilenceGivesItsAgeAndProvesNothing) {
  const World world;
  Reason reason = Because(ReasonCode::kNoAnswer);
  reason.age = std::chrono::seconds(12);
  EXPECT_EQ(Say(world, Judged(world, Verdict::kSilent, Basis::kLifecycle, reason)),
            "No valid answer has arrived for 12 seconds; the limit is 8 seconds. Silence says "
            "nothing about where it is: it may be off, cut off, or gone.");
}

TEST(Sentence, RefusedPacketsAreHeardOfWithTheSilence) {
  const World world;
  Appraisal appraisal =
      Judged(world, Verdict::kSilent, Basis::kLifecycle, Because(ReasonCode::kNoAnswer));
  Reason refused = Because(ReasonCode::kRefusedPackets);
  refused.count = 37;
  appraisal.site.reasons.push_back(refused);
  EXPECT_EQ(Say(world, appraisal),
            "No valid answer has ever arrived from this device. 37 packets arrived in this device's "
            "name and failed the check of their keys; they count for nothing, for or against it. "
            "Silence says nothing about where it is: it may be off, cut off, or gone.");
}

TEST(Sentence, FloodFromTheDevicesOwnAddressIsToldWithTheLimitOfItsExcuse) {
  const World world;
  EXPECT_EQ(Say(world, Judged(world, Verdict::kSilent, Basis::kLifecycle,
                              Because(ReasonCode::kHandshakesRefused))),
            "More handshakes than a landmark checks came from this device's own network address, so "
            "a landmark did not hear it; that excuses it for 8 seconds, not longer. Silence says "
            "nothing about where it is: it may be off, cut off, or gone.");
}

TEST(Sentence, LoadTimedToTheDevicesAnswersIsToldWithTheLimitOfItsExcuse) {
  const World world;
  Reason tainted = Because(ReasonCode::kTaintedSamples);
  tainted.age = std::chrono::seconds(9);
  EXPECT_EQ(Say(world, Judged(world, Verdict::kSilent, Basis::kLifecycle, tainted)),
            "A landmark could use none of its answers for 9 seconds, because it was overloaded "
            "whenever they came, while it could use those of most other devices; that excuses it for "
            "8 seconds, not longer. Answers that cannot be used say no more about where it is than "
            "silence does.");
}

TEST(Sentence, RevokedKeyIsNotBelieved) {
  const World world;
  EXPECT_EQ(Say(world, Judged(world, Verdict::kInvalidProof, Basis::kCryptographic,
                              Because(ReasonCode::kKeyRevoked))),
            "The answers were made with a key that was withdrawn. Nothing it says about its place is "
            "believed; somebody must explain the key.");
  Appraisal heard = Judged(world, Verdict::kInvalidProof, Basis::kCryptographic,
                           Because(ReasonCode::kKeyRevoked));
  heard.rings = {world.Heard(0, Microseconds(1'310)), world.Heard(1, Microseconds(1'590))};
  EXPECT_THAT(Say(world, heard), HasSubstr("The answers to 2 landmarks were made with a key"));
}

TEST(Sentence, IndeterminateSaysWhatWasMissing) {
  const World world;
  Reason reason = Because(ReasonCode::kTooFewDomains);
  reason.count = 2;
  EXPECT_EQ(Say(world, Judged(world, Verdict::kIndeterminate, Basis::kNone, reason)),
            "Landmarks under 2 separate operators heard an answer; a verdict needs 3. It cannot be "
            "told where this device is.");
}

TEST(Sentence, ALicenceProofIsToldByTheLicence) {
  const World world;
  Appraisal appraisal = Judged(world, Verdict::kVerified, Basis::kVacuum,
                               Because(ReasonCode::kRegionOutsideExcluded));
  appraisal.site = {Verdict::kConsistent, Basis::kCalibrated, {Because(ReasonCode::kDelayNormal)}};
  appraisal.excluded = {kChina};
  EXPECT_THAT(Say(world, appraisal), HasSubstr("the key was outside China."));
}

TEST(Sentence, AllowListNamesWhatIsNotRuledOut) {
  World world;
  world.declaration.licence = {LicenceTerms::Kind::kAllowed, {kSingapore}};
  Appraisal appraisal = Judged(world, Verdict::kIndeterminate, Basis::kNone,
                               Because(ReasonCode::kTooFewDomains));
  appraisal.cannot_exclude = {kMalaysia, kSingapore};
  EXPECT_THAT(Say(world, appraisal), HasSubstr("Malaysia is not ruled out."));
}

// Every verdict with every reason, with and without numbers: nothing is left unsaid, nothing leaks.
TEST(Sentence, EveryVerdictAndReasonReadsAloudAndCarriesNoPlace) {
  const World world;
  const std::regex coordinates(R"(\d+\.\d{4,}|\d+(\.\d+)?\s*°|\d \d*[NSEW]\b)");
  const std::regex address(R"(\d+\.\d+\.\d+\.\d+)");
  for (int v = 0; v <= static_cast<int>(Verdict::kIndeterminate); ++v) {
    for (int r = 0; r <= static_cast<int>(ReasonCode::kDeclarationNotInForce); ++r) {
      for (const bool numbers : {false, true}) {
        Reason reason = Because(static_cast<ReasonCode>(r));
        if (numbers) {
          reason.landmarks = {LandmarkId("sin-1"), LandmarkId("unheard-of")};
          reason.countries = {kChina, CountryCode::Unchecked('Q', 'Z')};
          reason.rtt = Microseconds(1'234);
          reason.threshold = Microseconds(16'700);
          reason.reach = Distance::Kilometres(185.123456);
          reason.declared_distance = Distance::Kilometres(12.345678);
          reason.age = std::chrono::minutes(7);
          reason.probability = 0.000123;
          reason.count = 4;
        }
        Appraisal appraisal = Judged(world, static_cast<Verdict>(v), Basis::kNone, reason);
        if (numbers) appraisal.rings = {world.Heard(0, Microseconds(1'311))};
        const std::string text = Say(world, appraisal);
        EXPECT_GT(text.size(), 40U) << text;
        EXPECT_EQ(text.back(), '.') << text;
        EXPECT_EQ(text.find("  "), std::string::npos) << text;
        EXPECT_EQ(text.find("nan"), std::string::npos) << text;
        EXPECT_FALSE(std::regex_search(text, coordinates)) << text;
        EXPECT_FALSE(std::regex_search(text, address)) << text;
        EXPECT_EQ(text.find("1.311"), std::string::npos) << "finer than the privacy floor: " << text;
      }
    }
  }
}

TEST(Outward, RttIsRoundedUpToTheFloorAndNeverDown) {
  const Duration floor = std::chrono::microseconds(100);
  EXPECT_EQ(OutwardRtt(Microseconds(8'930), floor), Microseconds(9'000));
  EXPECT_EQ(OutwardRtt(Microseconds(9'000), floor), Microseconds(9'000));
  EXPECT_EQ(OutwardRtt(Rtt(), floor), Microseconds(100));
}

TEST(Outward, RingsOfAllRttsWithinOneFloorLookAlike) {
  const World world;
  const Duration floor = world.policy.privacy_floor;
  const OutwardRing low = ToOutward(world.Heard(0, Microseconds(901)), floor);
  const OutwardRing high = ToOutward(world.Heard(0, Microseconds(1'000)), floor);
  EXPECT_EQ(low.rtt, high.rtt);
  EXPECT_LE(std::abs(low.vacuum.kilometres() - high.vacuum.kilometres()), 1);
  EXPECT_GE(low.vacuum, world.Heard(0, Microseconds(901)).vacuum.radius());
  EXPECT_LT(low.fibre, low.vacuum);
}

TEST(Outward, FrequenciesUseTheSmallestRoundNumber) {
  EXPECT_EQ(FrequencyText(0.05), "5 in 100");
  EXPECT_EQ(FrequencyText(0.95), "95 in 100");
  EXPECT_EQ(FrequencyText(0.012), "12 in 1,000");
  EXPECT_EQ(FrequencyText(0.0001), "1 in 10,000");
  EXPECT_EQ(FrequencyText(1e-30), "1 in 1,000,000,000");
  EXPECT_EQ(FrequencyText(0), "none in any number");
}

TEST(Outward, CountriesAreNamesAndLongListsAreCut) {
  const std::vector<CountryCode> three = {kChina, kHongKong, kMacao};
  EXPECT_EQ(CountryListText(three, 6), "China, Hong Kong and Macao");
  EXPECT_EQ(CountryListText(three, 2), "China, Hong Kong and Macao");
  EXPECT_EQ(CountryListText(three, 1), "China and 2 more");
  EXPECT_EQ(CountryListText({}, 6), "none");
  EXPECT_EQ(CountryName(CountryCode::Unchecked('Q', 'Z')), "QZ");
}

TEST(Outward, AgesAreRoundedDownToAReadableUnit) {
  EXPECT_EQ(AgeText(std::chrono::milliseconds(1'999)), "1 second");
  EXPECT_EQ(AgeText(std::chrono::seconds(119)), "119 seconds");
  EXPECT_EQ(AgeText(std::chrono::minutes(119)), "119 minutes");
  EXPECT_EQ(AgeText(std::chrono::hours(47)), "47 hours");
  EXPECT_EQ(AgeText(std::chrono::hours(48)), "2 days");
}

TEST(Outward, ReachesAreRoundedUpAndGroupedByThousands) {
  EXPECT_EQ(ReachText(Distance::Kilometres(1338.2)), "1,339 km");
  EXPECT_EQ(AtLeastText(Distance::Kilometres(2579.9)), "2,579 km");
  EXPECT_EQ(ReachText(DistanceBound().radius()), "unlimited");
  EXPECT_EQ(OutwardReach(Distance::Kilometres(1), std::chrono::microseconds(100)),
            Distance::Kilometres(15));
}

}  // namespace
}  // namespace earshot::testing_support
