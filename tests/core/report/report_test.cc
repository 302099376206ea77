#include "core/report/report.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "core/report/assumptions.h"
#include "core/report/finding.h"
#include "core/report/json.h"
#include "earshot/v1/report.pb.h"
#include "tests/core/report/fixture.h"

namespace earshot::testing_support {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

v1::ReportDevice Report(const World& world, const Appraisal& appraisal,
                        const std::optional<ReportedTruth>& truth = {}) {
  ReportedDevice device;
  device.name = "C-0042";
  device.declared_country = "SG";
  device.session_keys = SessionKeys::kSealed;
  device.truth = truth;
  return MakeReportDevice(appraisal, device, world.Context(), MonotonicInstant());
}

Appraisal Contradicted(const World& world) {
  Appraisal appraisal = Judged(world, Verdict::kContradicted, Basis::kVacuum,
                               Because(ReasonCode::kSiteOutsideRegion));
  appraisal.rings = {world.Heard(2, Microseconds(8'931)), world.Heard(0, Microseconds(61'847))};
  appraisal.cannot_exclude = {kChina, kHongKong};
  appraisal.excluded = {kMacao};
  appraisal.evidence_sha256 = {Bytes32{0xab}};
  appraisal.end = MonotonicInstant::FromNanoseconds(7'500'000'000);
  return appraisal;
}

TEST(ReportDevice, CarriesVerdictReasonsCountriesAndBothRings) {
  const World world;
  const v1::ReportDevice device = Report(world, Contradicted(world));
  EXPECT_EQ(device.verdict(), "CONTRADICTED");
  EXPECT_TRUE(device.flagged());
  EXPECT_EQ(device.site().basis(), "vacuum");
  EXPECT_EQ(device.site().reasons(0).code(), "SITE_OUTSIDE_REGION");
  EXPECT_THAT(device.licence().cannot_exclude(), ElementsAre("CN", "HK"));
  EXPECT_THAT(device.licence().excluded(), ElementsAre("MO"));
  ASSERT_EQ(device.bounds_size(), 2);
  EXPECT_EQ(device.bounds(0).landmark(), "hkg-1");
  EXPECT_EQ(device.bounds(0).rtt_min_us(), 9'000);
  EXPECT_EQ(device.bounds(0).vacuum_km(), 1'350);
  EXPECT_LT(device.bounds(0).fibre_km(), device.bounds(0).vacuum_km());
  EXPECT_EQ(device.interval_end_s(), 7.5);
  EXPECT_EQ(device.session_keys(), "sealed");
  EXPECT_FALSE(device.has_truth());
  EXPECT_FALSE(device.has_false_alarm_probability());
}

TEST(ReportDevice, LandmarkWithoutABoundIsLeftOut) {
  const World world;
  Appraisal appraisal = Contradicted(world);
  appraisal.rings[1].vacuum = DistanceBound();
  EXPECT_EQ(Report(world, appraisal).bounds_size(), 1);
}

// Every number of an outward bound says no more than the RTT rounded up to the privacy floor does.
TEST(ReportDevice, TwoRttsWithinOneFloorGiveTheSameDocument) {
  const World world;
  Appraisal one = Contradicted(world);
  Appraisal other = Contradicted(world);
  one.rings = {world.Heard(2, Microseconds(8'901))};
  other.rings = {world.Heard(2, Microseconds(8'999))};
  EXPECT_EQ(*ToJson(Report(world, one)), *ToJson(Report(world, other)));
  other.rings = {world.Heard(2, Microseconds(9'001))};
  EXPECT_NE(*ToJson(Report(world, one)), *ToJson(Report(world, other)));
}

TEST(ReportDevice, TruthSaysWhetherTheVerdictIsOneOfTheExpected) {
  const World world;
  ReportedTruth truth{"Shenzhen", "CN", "moved", {Verdict::kContradicted, Verdict::kSilent}, false};
  EXPECT_TRUE(Report(world, Contradicted(world), truth).truth().as_expected());
  truth.expected = {Verdict::kVerified};
  EXPECT_FALSE(Report(world, Contradicted(world), truth).truth().as_expected());
  truth.expected.clear();
  EXPECT_TRUE(Report(world, Contradicted(world), truth).truth().as_expected());
}

// The schema of what leaves the house has no field for a place finer than a city or an address,
// and no value of ours fills one with it.
void CollectFieldNames(const google::protobuf::Descriptor* type,
                       std::set<const google::protobuf::Descriptor*>& seen,
                       std::vector<std::string>& names) {
  if (!seen.insert(type).second) return;
  for (int i = 0; i < type->field_count(); ++i) {
    names.push_back(type->field(i)->full_name());
    const auto cpp = type->field(i)->cpp_type();
    EXPECT_NE(cpp, google::protobuf::FieldDescriptor::CPPTYPE_INT64) << names.back();
    EXPECT_NE(cpp, google::protobuf::FieldDescriptor::CPPTYPE_UINT64) << names.back();
    if (type->field(i)->message_type() != nullptr) {
      CollectFieldNames(type->field(i)->message_type(), seen, names);
    }
  }
}

TEST(OutwardSchema, HasNoCoordinatesNoAddressesAndNo64BitIntegers) {
  std::set<const google::protobuf::Descriptor*> seen;
  std::vector<std::string> names;
  const auto* file = v1::RunReport::descriptor()->file();
  for (int i = 0; i < file->message_type_count(); ++i) {
    CollectFieldNames(file->message_type(i), seen, names);
  }
  ASSERT_THAT(names, Contains("earshot.v1.ReportDevice.sentence"));
  const std::regex forbidden("lat(itude)?(_|$)|lon(gitude)?(_|$)|(^|_)address|endpoint|(^|_)ip(_|$)|coordinate|position");
  for (const std::string& name : names) {
    const std::string field = name.substr(name.rfind('.') + 1);
    EXPECT_FALSE(std::regex_search(field, forbidden)) << name;
  }
}

TEST(OutwardReport, CanaryCoordinatesNeverComeOut) {
  World world;
  world.declaration.site.position = *Position::FromDegrees(1.2345678, 103.7654321);
  for (Landmark& landmark : world.landmarks) {
    landmark.position = *Position::FromDegrees(22.1234567, 114.7654321);
  }
  v1::RunReport report;
  *report.add_devices() = Report(world, Contradicted(world));
  CompleteReport(world.policy, "Hold the second half?", &report);
  const std::string json = *ToJson(report);
  for (const char* canary : {"1.2345", "103.76", "22.123", "114.76", "127.0.0"}) {
    EXPECT_THAT(json, Not(HasSubstr(canary)));
  }
}

v1::ReportDevice Device(Verdict verdict, bool honest, std::optional<double> alarm_rate = {}) {
  v1::ReportDevice device;
  device.set_verdict(std::string(VerdictName(verdict)));
  device.set_flagged(IsFlagged(verdict));
  if (alarm_rate) device.set_false_alarm_probability(*alarm_rate);
  device.mutable_truth()->set_honest(honest);
  device.mutable_truth()->set_as_expected(true);
  return device;
}

v1::RunReport ReportOf(const std::vector<v1::ReportDevice>& devices,
                       const std::string& question = "Should it wait?") {
  v1::RunReport report;
  for (const v1::ReportDevice& device : devices) *report.add_devices() = device;
  CompleteReport(Policy{}, question, &report);
  return report;
}

TEST(Summary, CountsAlarmsAndMissesAgainstTheTruth) {
  const v1::RunReport report = ReportOf({Device(Verdict::kVerified, true, 0.05),
                                         Device(Verdict::kUnexplainedDelay, true, 0.05),
                                         Device(Verdict::kUnexplainedDelay, false, 0.05),
                                         Device(Verdict::kContradicted, true),
                                         Device(Verdict::kConsistent, false, 0.05)});
  const v1::Summary& summary = report.summary();
  EXPECT_EQ(summary.devices(), 5U);
  EXPECT_EQ(summary.flagged(), 3U);
  EXPECT_EQ(summary.false_alarms(), 1U);
  EXPECT_EQ(summary.false_contradictions(), 1U);
  EXPECT_EQ(summary.misses(), 1U);
  EXPECT_EQ(summary.tested_honest(), 2U);
  EXPECT_DOUBLE_EQ(summary.expected_false_alarms(), 0.1);
  ASSERT_EQ(summary.verdicts_size(), 7);
  EXPECT_EQ(summary.verdicts(3).verdict(), "UNEXPLAINED_DELAY");
  EXPECT_EQ(summary.verdicts(3).count(), 2U);
}

TEST(Finding, ConvictionAnswersYes) {
  const v1::RunReport report =
      ReportOf({Device(Verdict::kContradicted, false), Device(Verdict::kInvalidProof, false)});
  EXPECT_THAT(report.finding(),
              AllOf(HasSubstr("Should it wait? Yes: 2 devices are convicted by physics or by their own keys"),
                    HasSubstr("the keys of 1 device were not where they were declared"),
                    HasSubstr("1 device answered with material that convicts itself")));
}

TEST(Finding, QuestionThatYesDoesNotAnswerIsNotAnsweredWithIt) {
  const std::vector<v1::ReportDevice> honest(20, Device(Verdict::kConsistent, true, 0.05));
  for (const auto& [devices, says] : std::vector<std::pair<std::vector<v1::ReportDevice>, const char*>>{
           {{Device(Verdict::kContradicted, false)}, "Who? 1 device is convicted"},
           {{Device(Verdict::kSilent, false)}, "Who? Nothing is proved against any device"},
           {honest, "Who? Nothing here is beyond"}}) {
    EXPECT_THAT(ReportOf(devices, "Who?").finding(), testing::StartsWith(says));
  }
}

TEST(Finding, SilenceAloneAsksForAnExplanation) {
  EXPECT_THAT(ReportOf({Device(Verdict::kSilent, false)}).finding(),
              AllOf(HasSubstr("Yes, until it is explained"), HasSubstr("1 device is silent")));
}

TEST(Finding, AlarmsThatChanceExplainsAreNoReason) {
  std::vector<v1::ReportDevice> devices(20, Device(Verdict::kConsistent, true, 0.05));
  devices[3] = Device(Verdict::kUnexplainedDelay, true, 0.05);
  EXPECT_THAT(ReportOf(devices).finding(),
              AllOf(HasSubstr("No reason to"), HasSubstr("1.0 of 20 tested would by chance, so this")));
}

TEST(Finding, MoreAlarmsThanChanceExplainsAreAReason) {
  std::vector<v1::ReportDevice> devices(20, Device(Verdict::kConsistent, true, 0.05));
  for (std::size_t i = 0; i < 6; ++i) devices[i] = Device(Verdict::kUnexplainedDelay, false, 0.05);
  EXPECT_THAT(ReportOf(devices).finding(), HasSubstr("Yes, until it is explained"));
}

TEST(Finding, IncidentOfTheRunIsACautionBeforeAnythingElse) {
  v1::RunReport report = ReportOf({Device(Verdict::kVerified, true)});
  EXPECT_THAT(report.finding(), Not(HasSubstr("Caution")));
  report.mutable_run()->add_incidents("the relay ended early");
  CompleteReport(Policy{}, "Should it wait?", &report);
  EXPECT_THAT(report.finding(), HasSubstr("Caution: an incident of the run itself is named"));
}

TEST(Finding, NoDevicesIsNoAnswer) {
  EXPECT_THAT(ReportOf({}).finding(), HasSubstr("No answer: no device was judged."));
}

TEST(Finding, DoesNotLookAtTheTruth) {
  EXPECT_EQ(ReportOf({Device(Verdict::kSilent, true)}).finding(),
            ReportOf({Device(Verdict::kSilent, false)}).finding());
}

TEST(Assumptions, OnlyThoseThatAVerdictRestsOnAreListed) {
  const Policy policy;
  const std::vector<Basis> vacuum = {Basis::kVacuum};
  const auto physics = AssumptionsBehind(vacuum, policy);
  EXPECT_THAT(physics, Contains(HasSubstr("At most 1 of the separate operators of landmarks lies")));
  EXPECT_THAT(physics, Contains(HasSubstr("100 parts in a million")));
  EXPECT_THAT(physics, Not(Contains(HasSubstr("microwave"))));
  EXPECT_THAT(physics, Not(Contains(HasSubstr("by chance"))));
  const std::vector<Basis> statistical = {Basis::kStatistical};
  const auto delay = AssumptionsBehind(statistical, policy);
  EXPECT_THAT(delay, Contains(HasSubstr("5 in 100 of them are slower")));
  EXPECT_THAT(delay, Not(Contains(HasSubstr("faster than light"))));
  EXPECT_THAT(AssumptionsBehind({}, policy), ElementsAre(HasSubstr("No delay can tell")));
}

TEST(Assumptions, TheTestOfDelayIsNamedAndSoIsWhomItBelieves) {
  Policy policy;
  const std::vector<Basis> calibrated = {Basis::kCalibrated};
  EXPECT_THAT(AssumptionsBehind(calibrated, policy),
              Contains(HasSubstr("the landmark nearest to the declared site, and believes it")));
  policy.placement_test = PlacementRule::kCalibrated;
  const auto around = AssumptionsBehind(calibrated, policy);
  EXPECT_THAT(around, Contains(HasSubstr("The test of delay is the calibrated one")));
  EXPECT_THAT(around, Contains(HasSubstr("made anew in every round")));
  EXPECT_THAT(around, Contains(HasSubstr("At most 1 of the separate operators")));
  EXPECT_THAT(around, Not(Contains(HasSubstr("believes it"))));
  const std::vector<Basis> both = {Basis::kVacuum, Basis::kCalibrated};
  const auto all = AssumptionsBehind(both, policy);
  EXPECT_EQ(std::ranges::count_if(all, [](const std::string& line) {
              return line.find("separate operators") != std::string::npos;
            }), 1);
  v1::RunReport report;
  CompleteReport(policy, "", &report);
  EXPECT_EQ(report.run().placement_test(), "calibrated");
}

TEST(Assumptions, AFibreReasonBringsItsAssumption) {
  const World world;
  v1::RunReport report;
  *report.add_devices() = Report(world, Judged(world, Verdict::kConsistent, Basis::kCalibrated,
                                               Because(ReasonCode::kSiteOutsideFibreRegion)));
  CompleteReport(world.policy, "", &report);
  EXPECT_THAT(report.assumptions(), Contains(HasSubstr("microwave")));
}

}  // namespace
}  // namespace earshot::testing_support
