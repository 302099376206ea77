#include "core/appraisal/triage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/quantities.h"

namespace earshot {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ReviewInput Flagged(std::uint8_t device, std::string site, Verdict headline, int hours = 0) {
  ReviewInput input;
  input.device = NumberedDevice(device);
  input.site = std::move(site);
  input.headline = headline;
  input.waiting = std::chrono::hours(hours);
  return input;
}

std::vector<std::string> Sites(const std::vector<ReviewCase>& queue) {
  std::vector<std::string> sites;
  for (const ReviewCase& review : queue) sites.push_back(review.site);
  return sites;
}

std::vector<ReviewCase> Rank(const std::vector<ReviewInput>& inputs) {
  return RankForReview(inputs, {}, ReviewEffort());
}

TEST(RankForReview, OneContradictionComesBeforeAHundredSilentDevices) {
  std::vector<ReviewInput> inputs = {Flagged(200, "b", Verdict::kContradicted)};
  for (std::uint8_t i = 0; i < 100; ++i) inputs.push_back(Flagged(i, "a", Verdict::kSilent));
  const auto queue = Rank(inputs);
  EXPECT_THAT(Sites(queue), ElementsAre("b", "a"));
  EXPECT_EQ(queue[0].place, PlaceReason::kGraver);
  EXPECT_EQ(queue[1].place, PlaceReason::kLast);
  inputs[0].headline = Verdict::kUnexplainedDelay;
  EXPECT_THAT(Sites(Rank(inputs)), ElementsAre("a", "b"));
}

TEST(RankForReview, MoreDevicesThenLongerWaitThenNameDecide) {
  const auto silent = [](std::uint8_t device, const char* site, int hours) {
    return Flagged(device, site, Verdict::kSilent, hours);
  };
  const auto queue = Rank({silent(1, "z", 1), silent(2, "z", 1), silent(3, "y", 9),
                           silent(4, "x", 5), silent(5, "w", 5)});
  EXPECT_THAT(Sites(queue), ElementsAre("z", "y", "w", "x"));
  EXPECT_EQ(queue[0].place, PlaceReason::kMoreDevices);
  EXPECT_EQ(queue[1].place, PlaceReason::kWaitsLonger);
  EXPECT_EQ(queue[2].place, PlaceReason::kByName);
}

TEST(RankForReview, OrderOfTheInputsDoesNotMatter) {
  std::vector<ReviewInput> inputs;
  for (std::uint8_t i = 0; i < 60; ++i) {
    inputs.push_back(Flagged(i, std::string("site-") + std::to_string(i % 7),
                             static_cast<Verdict>(i % 5), i % 3));
  }
  const auto queue = Rank(inputs);
  std::ranges::reverse(inputs);
  std::swap(inputs[4], inputs[31]);
  const auto again = Rank(inputs);
  EXPECT_EQ(Sites(queue), Sites(again));
  for (std::size_t i = 0; i < queue.size(); ++i) EXPECT_EQ(queue[i].devices, again[i].devices);
}

TEST(RankForReview, UnflaggedDevicesAreNoCase) {
  EXPECT_THAT(Rank({Flagged(1, "a", Verdict::kVerified), Flagged(2, "a", Verdict::kConsistent),
                    Flagged(3, "a", Verdict::kIndeterminate)}),
              IsEmpty());
  EXPECT_THAT(Rank({}), IsEmpty());
}

TEST(RankForReview, WholeSiteSilentIsOneQuestionAndComesAfterOneSilentDevice) {
  std::vector<ReviewInput> inputs = {Flagged(200, "b", Verdict::kSilent)};
  for (std::uint8_t i = 0; i < 100; ++i) {
    inputs.push_back(Flagged(i, "a", Verdict::kSilent));
    inputs.back().site_outage = true;
  }
  const auto queue = Rank(inputs);
  EXPECT_THAT(Sites(queue), ElementsAre("b", "a"));
  EXPECT_EQ(queue[1].of(ReviewCause::kSiteOutage), 100U);
  EXPECT_EQ(queue[1].effort, std::chrono::minutes(45));
}

TEST(RankForReview, HoursAddUpAndSayWhereTheyEnd) {
  std::vector<ReviewInput> inputs;
  for (std::uint8_t i = 0; i < 4; ++i) inputs.push_back(Flagged(i, "a", Verdict::kContradicted));
  inputs.push_back(Flagged(9, "b", Verdict::kSilent));
  ReviewEffort effort;
  effort.available = std::chrono::minutes(135);
  auto queue = RankForReview(inputs, {{"a", 40}}, effort);
  EXPECT_EQ(queue[0].effort, std::chrono::minutes(30 + 4 * 15));
  EXPECT_EQ(queue[1].effort_so_far, std::chrono::minutes(90 + 45));
  EXPECT_TRUE(queue[1].fits);
  EXPECT_EQ(queue[0].enrolled, 40U);
  effort.available -= Duration(1);
  queue = RankForReview(inputs, {}, effort);
  EXPECT_TRUE(queue[0].fits);
  EXPECT_FALSE(queue[1].fits);
}

TEST(RankForReview, SenselessEffortNeitherOverflowsNorPaysBack) {
  ReviewEffort effort;
  effort.a_device = Duration::max();
  effort.a_site = -std::chrono::hours(1);
  const std::vector<ReviewInput> inputs = {Flagged(1, "a", Verdict::kSilent),
                                           Flagged(2, "a", Verdict::kSilent),
                                           Flagged(3, "b", Verdict::kSilent)};
  const auto queue = RankForReview(inputs, {}, effort);
  EXPECT_EQ(queue[0].effort, Duration::max());
  EXPECT_EQ(queue[1].effort_so_far, Duration::max());
  EXPECT_FALSE(queue[0].fits);
}

TEST(CauseOf, ChangeTestAddsACauseAndTheGraverOneCounts) {
  ReviewInput input = Flagged(1, "a", Verdict::kConsistent);
  EXPECT_EQ(CauseOf(input), std::nullopt);
  input.change = ChangeKind::kMove;
  EXPECT_EQ(CauseOf(input), ReviewCause::kMoveLike);
  input.change = ChangeKind::kReroute;
  EXPECT_EQ(CauseOf(input), ReviewCause::kRerouteLike);
  input.headline = Verdict::kUnexplainedDelay;  // a reroute excuses no unexplained delay
  EXPECT_EQ(CauseOf(input), ReviewCause::kSlow);
  input.change = ChangeKind::kMove;
  EXPECT_EQ(CauseOf(input), ReviewCause::kMoveLike);
  input.headline = Verdict::kContradicted;
  EXPECT_EQ(CauseOf(input), ReviewCause::kContradicted);
}

TEST(CauseOf, AlarmWithoutANameIsStillAnAlarm) {
  ReviewInput input = Flagged(1, "a", Verdict::kConsistent);
  input.change = ChangeKind::kCannotTell;
  EXPECT_EQ(CauseOf(input), ReviewCause::kChanged);
  input.change = ChangeKind::kNothing;
  EXPECT_EQ(CauseOf(input), ReviewCause::kChanged);
}

TEST(CauseOf, EveryCauseAndPlaceHasItsOwnName) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < kReviewCauses; ++i) {
    names.push_back(ReviewCauseName(static_cast<ReviewCause>(i)));
  }
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
  EXPECT_EQ(PlaceReasonName(PlaceReason::kMoreDevices), "MORE_DEVICES");
}

}  // namespace
}  // namespace earshot
