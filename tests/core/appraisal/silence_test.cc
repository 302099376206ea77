#include "core/appraisal/silence.h"

#include <gtest/gtest.h>

#include "tests/core/appraisal/world.h"

namespace earshot {
namespace {

using std::chrono::seconds;

TEST(SilenceAge, CountsFromTheLastValidAnswer) {
  DeviceObservation observation;
  observation.now = MonotonicInstant::FromNanoseconds(0) + seconds(100);
  observation.awaited_since = MonotonicInstant::FromNanoseconds(0) + seconds(10);
  EXPECT_EQ(SilenceAge(observation), seconds(90));
  observation.last_valid_answer = MonotonicInstant::FromNanoseconds(0) + seconds(95);
  EXPECT_EQ(SilenceAge(observation), seconds(5));
  observation.last_valid_answer = MonotonicInstant::FromNanoseconds(0) + seconds(101);
  EXPECT_EQ(SilenceAge(observation), seconds(0));
}

TEST(SilenceAge, AnswerFromBeforeAnswersBecameDueAnewIsNotHeldAgainstTheDevice) {
  DeviceObservation observation;
  observation.now = MonotonicInstant::FromNanoseconds(0) + seconds(3'700);
  observation.last_valid_answer = MonotonicInstant::FromNanoseconds(0) + seconds(50);
  EXPECT_EQ(SilenceAge(observation), seconds(3'650));
  observation.awaited_since = MonotonicInstant::FromNanoseconds(0) + seconds(3'695);
  EXPECT_EQ(SilenceAge(observation), seconds(5));
}

TEST(SilenceAge, NothingIsOwedBeforeAnswersAreDueWhateverWasHeardEarlier) {
  DeviceObservation observation;
  observation.now = MonotonicInstant::FromNanoseconds(0) + seconds(100);
  observation.awaited_since = observation.now + seconds(50);
  EXPECT_EQ(SilenceAge(observation), seconds(0));
  observation.last_valid_answer = MonotonicInstant::FromNanoseconds(0) + seconds(5);
  EXPECT_EQ(SilenceAge(observation), seconds(0));
  observation.now += seconds(60);
  EXPECT_EQ(SilenceAge(observation), seconds(10));
}

TEST(SilenceAge, AnswersUnderEvidenceCountAndOthersDoNot) {
  Scene scene;
  scene.AnswersFrom(kSingapore).observation.last_valid_answer.reset();
  EXPECT_EQ(SilenceAge(scene.observation), seconds(1));
  for (auto& seen : scene.observation.landmarks) seen.evidence = EvidenceState::kMissing;
  EXPECT_EQ(SilenceAge(scene.observation), seconds(90));
}

TEST(IsSilent, ExactlyAtTheDeadlineNotYet) {
  DeviceObservation observation;
  Policy policy;
  observation.now = MonotonicInstant::FromNanoseconds(0) + policy.silent_after;
  EXPECT_FALSE(IsSilent(observation, policy));
  observation.now += Duration(1);
  EXPECT_TRUE(IsSilent(observation, policy));
}

TEST(OutageCandidates, SiteIsOneOnlyWhenAllOfItsSeveralDevicesAreSilent) {
  const std::vector<SiteDevice> devices = {{"half", true},  {"half", false},  {"whole", true},
                                           {"whole", true}, {"single", true}, {"well", false},
                                           {"well", false}};
  EXPECT_EQ(OutageCandidates(devices), std::vector<std::string>{"whole"});
  EXPECT_TRUE(OutageCandidates({}).empty());
}

}  // namespace
}  // namespace earshot
