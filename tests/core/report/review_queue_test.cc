#include "core/report/review_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/domain/policy.h"
#include "core/report/report.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Fleet {
  v1::ReportDevice* Add(const std::string& id, const std::string& site, Verdict verdict) {
    v1::ReportDevice* device = report.add_devices();
    device->set_id(id);
    device->mutable_declared()->set_site(site);
    device->set_verdict(std::string(VerdictName(verdict)));
    device->set_flagged(IsFlagged(verdict));
    return device;
  }
  v1::RunReport report;
};

TEST(ReviewQueue, ReportRanksItsSitesWithDevicesHoursAndReasons) {
  Fleet fleet;
  fleet.Add("chip-1", "Changi", Verdict::kSilent);
  fleet.Add("chip-2", "Jurong", Verdict::kVerified);
  fleet.Add("chip-3", "Jurong", Verdict::kUnexplainedDelay);
  fleet.Add("chip-4", "Jurong", Verdict::kContradicted);
  fleet.Add("chip-5", "Tuas", Verdict::kVerified);
  CompleteReport(Policy(), "", &fleet.report);
  ASSERT_EQ(fleet.report.review_size(), 2);
  const v1::ReportReview& first = fleet.report.review(0);
  EXPECT_EQ(first.rank(), 1U);
  EXPECT_EQ(first.site(), "Jurong");
  EXPECT_EQ(first.site_devices(), 3U);
  EXPECT_THAT(first.devices(), ElementsAre("chip-4", "chip-3"));
  EXPECT_EQ(first.gravest(), "CONTRADICTED");
  EXPECT_EQ(first.before_next(), "GRAVER");
  EXPECT_EQ(first.reason(),
            "1 contradicted, 1 slower than the site explains of 3 devices. It comes before the "
            "next site because its gravest finding is graver.");
  EXPECT_EQ(first.minutes(), 60);
  EXPECT_EQ(fleet.report.review(1).minutes_so_far(), 105);
  EXPECT_EQ(fleet.report.review(1).reason(), "1 silent of 1 device.");
}

TEST(ReviewQueue, NothingFlaggedIsNoQueueAndFillingAgainDoesNotDouble) {
  Fleet fleet;
  fleet.Add("chip-1", "Changi", Verdict::kVerified);
  CompleteReport(Policy(), "", &fleet.report);
  EXPECT_EQ(fleet.report.review_size(), 0);
  fleet.Add("chip-2", "Changi", Verdict::kSilent);
  CompleteReport(Policy(), "", &fleet.report);
  CompleteReport(Policy(), "", &fleet.report);
  EXPECT_EQ(fleet.report.review_size(), 1);
}

TEST(ReviewQueue, OutageReasonMakesSilenceOneQuestion) {
  Fleet fleet;
  for (const char* id : {"a", "b", "c"}) {
    fleet.Add(id, "Changi", Verdict::kSilent)
        ->mutable_site()
        ->add_reasons()
        ->set_code(std::string(ReasonCodeName(ReasonCode::kSiteOutage)));
  }
  FillReviewQueue(ReviewEffort(), &fleet.report);
  ASSERT_EQ(fleet.report.review_size(), 1);
  EXPECT_EQ(fleet.report.review(0).gravest(), "SITE_OUTAGE");
  EXPECT_EQ(fleet.report.review(0).minutes(), 45);
  EXPECT_THAT(fleet.report.review(0).reason(), HasSubstr("3 silent with the whole site"));
}

TEST(ReviewQueue, DevicesThatBecameSlowerAreReviewedAndASiteOfThemIsOneQuestion) {
  Fleet fleet;
  const auto add = [&](const char* id, const char* site, std::initializer_list<ReasonCode> codes) {
    v1::ReportDevice* device = fleet.Add(id, site, Verdict::kVerified);
    for (const ReasonCode code : codes) {
      device->mutable_site()->add_reasons()->set_code(std::string(ReasonCodeName(code)));
    }
  };
  for (const char* id : {"a", "b", "c"}) {
    add(id, "Changi", {ReasonCode::kSlowerByReroute, ReasonCode::kSlowerWithSite});
  }
  add("d", "Jurong", {ReasonCode::kSlowerAsIfMoved});
  add("e", "Tuas", {ReasonCode::kRegionOutsideExcluded});
  FillReviewQueue(ReviewEffort(), &fleet.report);
  ASSERT_EQ(fleet.report.review_size(), 2);
  EXPECT_EQ(fleet.report.review(0).gravest(), "MOVE_LIKE");
  EXPECT_EQ(fleet.report.review(1).gravest(), "COMMON_DELAY");
  EXPECT_EQ(fleet.report.review(1).minutes(), 45);
  EXPECT_THAT(fleet.report.review(1).reason(), HasSubstr("3 slower together"));
}

TEST(ReviewQueue, HoursThatRunOutAreSaid) {
  Fleet fleet;
  fleet.Add("a", "Changi", Verdict::kSilent);
  fleet.Add("b", "Jurong", Verdict::kSilent);
  ReviewEffort effort;
  effort.available = std::chrono::minutes(60);
  FillReviewQueue(effort, &fleet.report);
  EXPECT_TRUE(fleet.report.review(0).fits());
  EXPECT_FALSE(fleet.report.review(1).fits());
  EXPECT_EQ(fleet.report.review(0).before_next(), "BY_NAME");
}

}  // namespace
}  // namespace earshot
