// What people see in a terminal: no colour where none is wanted, nothing told by colour alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>

#include "cli/console.h"
#include "cli/run_text.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Text : public testing::Test {
 protected:
  std::ostringstream out_;
  std::ostringstream err_;
  Console plain_{out_, err_, false};
  Console coloured_{out_, err_, true};
};

v1::RunReport SomeReport() {
  v1::RunReport report;
  report.mutable_run()->set_title("Half an order");
  v1::ReportDevice* device = report.add_devices();
  device->set_id("C-0042");
  device->set_verdict("CONTRADICTED");
  device->set_flagged(true);
  device->mutable_declared()->set_site("Singapore");
  device->mutable_declared()->set_country("SG");
  device->mutable_declared()->set_radius_km(30);
  device->mutable_site()->set_verdict("CONTRADICTED");
  device->mutable_licence()->add_excluded("MO");
  device->mutable_licence()->add_cannot_exclude("HK");
  device->set_sentence("A reply reached Hong Kong.");
  device->mutable_truth()->set_place("Hong Kong");
  device->mutable_truth()->set_as_expected(true);
  v1::ReportBound* bound = device->add_bounds();
  bound->set_landmark("hkg-1");
  bound->set_rtt_min_us(9'000);
  bound->set_vacuum_km(1'350);
  bound->set_fibre_km(900);
  bound->set_declared_km(2'580);
  report.mutable_summary()->set_devices(1);
  report.mutable_summary()->set_flagged(1);
  report.mutable_summary()->set_expected_false_alarms(0.6);
  report.mutable_summary()->set_tested_honest(12);
  report.mutable_summary()->set_false_alarms(1);
  report.mutable_network()->set_samples(100);
  report.add_assumptions("Nothing travels faster than light.");
  report.set_finding("Hold.");
  return report;
}

TEST_F(Text, EveryVerdictHasAMarkAndAWordOfItsOwn) {
  std::set<std::string> labels;
  for (int i = 0; i <= static_cast<int>(Verdict::kIndeterminate); ++i) {
    const auto verdict = static_cast<Verdict>(i);
    const std::string label = VerdictLabel(plain_, verdict);
    EXPECT_THAT(label, HasSubstr(std::string(VerdictName(verdict))));
    labels.insert(label.substr(0, 3));
  }
  EXPECT_EQ(labels.size(), 7U);
}

TEST_F(Text, PlainOutputHasNoEscapeSequencesAndColouredSaysTheSame) {
  const std::string plain = RunText(SomeReport(), plain_);
  std::string coloured = RunText(SomeReport(), coloured_);
  EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
  EXPECT_THAT(coloured, HasSubstr("\x1b"));
  for (std::size_t at; (at = coloured.find('\x1b')) != std::string::npos;) {
    coloured.erase(at, coloured.find('m', at) - at + 1);
  }
  EXPECT_EQ(coloured, plain);
}

TEST_F(Text, RunShowsVerdictSentenceAlarmsNetworkAssumptionsAndFinding) {
  EXPECT_THAT(RunText(SomeReport(), plain_),
              AllOf(HasSubstr("C-0042  [!] CONTRADICTED  declared: Singapore (SG), within 30 km"),
                    HasSubstr("    A reply reached Hong Kong.\n"),
                    HasSubstr("excluded: MO; cannot exclude: HK"),
                    HasSubstr("0.6 expected by\n  chance among 12 tested, 1 found"),
                    HasSubstr("100\n  samples, 0 of them below the true delay"),
                    HasSubstr("  - Nothing travels faster than light.\n"), HasSubstr("  Hold.\n")));
}

TEST_F(Text, ProseKeepsWithinANarrowTerminal) {
  const auto longest = [](const std::string& text) {
    std::size_t columns = 0;
    for (std::size_t at = 0, end; at < text.size(); at = end + 1) {
      end = text.find('\n', at);
      columns = std::max(columns, end - at);
    }
    return columns;
  };
  v1::RunReport report = SomeReport();
  report.clear_devices();  // their first line is a row of a table
  Console narrow = plain_;
  narrow.width = kTextWidthMin;
  EXPECT_LE(longest(RunText(report, narrow)), kTextWidthMin);
  EXPECT_GT(longest(RunText(report, plain_)), kTextWidthMin);
}

TEST_F(Text, RunOfARealNetworkClaimsNoTruth) {
  v1::RunReport report = SomeReport();
  report.mutable_devices(0)->clear_truth();
  report.clear_network();
  const std::string text = RunText(report, plain_);
  EXPECT_THAT(text, Not(HasSubstr("expected by chance")));
  EXPECT_THAT(text, Not(HasSubstr("Simulated network")));
}

TEST_F(Text, ReviewQueueIsShownOnlyWhenSomethingIsFlagged) {
  v1::RunReport report = SomeReport();
  EXPECT_THAT(RunText(report, plain_), Not(HasSubstr("To review")));
  v1::ReportReview* review = report.add_review();
  review->set_rank(1);
  review->set_site("Changi");
  review->set_minutes(45);
  review->set_reason("1 contradicted of 3 devices.");
  EXPECT_THAT(RunText(report, plain_),
              HasSubstr("To review, in this order\n  1. Changi (45 min): 1 contradicted of 3"));
}

TEST_F(Text, SurpriseIsShownAndAgreementIsNot) {
  v1::RunReport report = SomeReport();
  EXPECT_THAT(RunText(report, plain_), Not(HasSubstr("not as the scenario expects")));
  report.mutable_devices(0)->mutable_truth()->set_as_expected(false);
  EXPECT_THAT(RunText(report, plain_), HasSubstr("not as the scenario expects: it is in Hong Kong"));
}

TEST_F(Text, RingsSayWhatIsImpossible) {
  v1::RunReport report = SomeReport();
  EXPECT_THAT(DeviceText(report.devices(0), report, plain_),
              HasSubstr("1350       900         2580  impossible at the declared site"));
  report.mutable_devices(0)->mutable_bounds(0)->set_vacuum_km(2'560);
  EXPECT_THAT(DeviceText(report.devices(0), report, plain_), HasSubstr("impossible in fibre"));
  report.mutable_devices(0)->mutable_bounds(0)->set_fibre_km(2'560);
  EXPECT_THAT(DeviceText(report.devices(0), report, plain_), HasSubstr("2580  possible"));
  report.mutable_devices(0)->clear_bounds();
  EXPECT_THAT(DeviceText(report.devices(0), report, plain_), HasSubstr("no landmark had a valid answer"));
}

TEST_F(Text, BoundOfAnEarlierMeasurementBearsItsAge) {
  v1::RunReport report = SomeReport();
  EXPECT_THAT(DeviceText(report.devices(0), report, plain_), Not(HasSubstr("old]")));
  report.mutable_devices(0)->mutable_bounds(0)->set_carried_age_s(7.6);
  EXPECT_THAT(DeviceText(report.devices(0), report, plain_),
              AllOf(HasSubstr("[8 s old]"), HasSubstr("[old]: no answer, or not asked, this time.")));
}

TEST_F(Text, OneThingIsCountedAsOne) {
  EXPECT_EQ(Counted(1, "device"), "1 device");
  EXPECT_EQ(Counted(0, "device"), "0 devices");
  EXPECT_THAT(RunText(SomeReport(), plain_), HasSubstr("1 device, 1 flagged"));
}

TEST_F(Text, DeviceOutsideAnOrderIsToldByItsOwner) {
  v1::RunReport report = SomeReport();
  report.mutable_devices(0)->set_owner("Example Buyer");
  EXPECT_THAT(DeviceText(report.devices(0), report, plain_), HasSubstr("  owner: Example Buyer; model"));
  report.mutable_devices(0)->set_order("order 7");
  EXPECT_THAT(DeviceText(report.devices(0), report, plain_), HasSubstr("  order 7 of Example Buyer;"));
}

TEST_F(Text, WrappingBreaksAtSpacesAndCountsCharactersNotBytes) {
  EXPECT_EQ(Wrapped("one two three", 7, 2), "one two\n  three");
  EXPECT_EQ(Wrapped("ääää ääää", 9, 0), "ääää ääää");
  EXPECT_EQ(Wrapped("unbreakable", 3, 0), "unbreakable");
  EXPECT_EQ(Wrapped("", 10, 0), "");
}

TEST_F(Text, ErrorsOfTheUserAndOfTheMachineEndDifferently) {
  EXPECT_EQ(Complain(plain_, Error(ErrorCode::kNotFound, "no such scenario")), ExitCode::kUsage);
  EXPECT_EQ(Complain(plain_, Error(ErrorCode::kUnavailable, "disk full")), ExitCode::kFailed);
  EXPECT_EQ(err_.str(), "earshot: no such scenario\nearshot: disk full\n");
  EXPECT_EQ(out_.str(), "");
}

}  // namespace
}  // namespace earshot
