#include "core/report/records.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <set>

#include "core/report/names.h"
#include "earshot/v1/evidence.pb.h"

namespace earshot {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr CountryCode kChina = CountryCode::Unchecked('C', 'N');
constexpr CountryCode kHongKong = CountryCode::Unchecked('H', 'K');
constexpr CountryCode kSingapore = CountryCode::Unchecked('S', 'G');

Policy OddPolicy() {
  Policy policy;
  policy.version = "half-order-3";
  policy.liars_max = 2;
  policy.domains_min = 5;
  policy.round_length = std::chrono::milliseconds(5001);
  policy.silent_after = Duration(7'000'000'001);
  policy.drift = Speed::MetresPerSecond(299);
  policy.clock_rate_error = 37e-6;
  policy.clock_resolution = Duration(2001);
  policy.zone_margin = Distance::Kilometres(31.337);
  policy.china_includes_hong_kong_and_macao = false;
  policy.sea_is_permitted = false;
  policy.false_alarm_rate = 0.012345;
  policy.power_min = 0.987654;
  policy.expected_landmark_within = Distance::Metres(98'765);
  policy.privacy_floor = Duration(123'457);
  return policy;
}

NamedDeclaration SomeDeclaration() {
  NamedDeclaration named;
  named.device_name = "C-0042";
  named.declaration.device = DeviceId(Bytes32{1, 2, 3});
  named.declaration.owner = "Lion City Compute (fictional)";
  named.declaration.site = {.name = "Singapore",
                            .position = *Position::FromDegrees(1.2900001, 103.8519999),
                            .radius = Distance::Kilometres(30),
                            .from = WallInstant::FromNanoseconds(1'700'000'000'000'000'000),
                            .until = WallInstant::FromNanoseconds(1'800'000'000'000'000'000)};
  named.declaration.licence = {LicenceTerms::Kind::kExcluded, {kChina, kHongKong}};
  return named;
}

TEST(PolicyRecord, RoundTripKeepsEveryField) {
  const Policy policy = OddPolicy();
  const auto record = ToRecord(policy);
  ASSERT_TRUE(record) << record.error().message();
  const auto back = FromRecord(*record);
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(back->version, policy.version);
  EXPECT_EQ(back->liars_max, policy.liars_max);
  EXPECT_EQ(back->domains_min, policy.domains_min);
  EXPECT_EQ(back->round_length, policy.round_length);
  EXPECT_EQ(back->silent_after, policy.silent_after);
  EXPECT_EQ(back->drift, policy.drift);
  EXPECT_EQ(back->clock_rate_error, policy.clock_rate_error);
  EXPECT_EQ(back->clock_resolution, policy.clock_resolution);
  EXPECT_EQ(back->zone_margin, policy.zone_margin);
  EXPECT_EQ(back->china_includes_hong_kong_and_macao, policy.china_includes_hong_kong_and_macao);
  EXPECT_EQ(back->sea_is_permitted, policy.sea_is_permitted);
  EXPECT_EQ(back->false_alarm_rate, policy.false_alarm_rate);
  EXPECT_EQ(back->power_min, policy.power_min);
  EXPECT_EQ(back->expected_landmark_within, policy.expected_landmark_within);
  EXPECT_EQ(back->privacy_floor, policy.privacy_floor);
  EXPECT_EQ(ToRecord(*back)->SerializeAsString(), record->SerializeAsString());
}

TEST(PolicyRecord, PlacementTestTravelsAndTheDefaultHasTheBytesItAlwaysHad) {
  Policy policy = OddPolicy();
  const auto plain = ToRecord(policy);
  ASSERT_TRUE(plain);
  EXPECT_TRUE(plain->placement_test().empty());
  EXPECT_EQ(FromRecord(*plain)->placement_test, PlacementRule::kNearestLandmark);
  policy.placement_test = PlacementRule::kCalibrated;
  const auto calibrated = ToRecord(policy);
  ASSERT_TRUE(calibrated) << calibrated.error().message();
  EXPECT_EQ(calibrated->placement_test(), "calibrated");
  EXPECT_EQ(FromRecord(*calibrated)->placement_test, PlacementRule::kCalibrated);
  EXPECT_NE(calibrated->SerializeAsString(), plain->SerializeAsString());
}

TEST(PolicyRecord, PlacementTestThatIsNotKnownOrCannotBeMadeIsRefusedByName) {
  v1::PolicyRecord record = *ToRecord(Policy{});
  record.set_placement_test("oracle");
  const auto unknown = FromRecord(record);
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message(), HasSubstr("placement test"));
  EXPECT_THAT(unknown.error().message(), HasSubstr("\"oracle\""));
  record.set_placement_test("nearest-landmark");
  EXPECT_FALSE(FromRecord(record));
  record.set_placement_test("calibrated");
  record.set_liars_max(3);
  EXPECT_TRUE(FromRecord(record));
  record.set_liars_max(4);
  const auto too_many = FromRecord(record);
  ASSERT_FALSE(too_many);
  EXPECT_THAT(too_many.error().message(), HasSubstr("liars_max"));
}

TEST(PolicyRecord, ChangeTestTravelsWithItsBlocksAndItsAbsenceHasNoBytes) {
  Policy policy;
  policy.change_block_rounds = 7;  // of no test
  EXPECT_EQ(ToRecord(policy)->SerializeAsString(), ToRecord(Policy{})->SerializeAsString());
  policy.change_alarm_rate = 0.012345;
  const auto record = ToRecord(policy);
  ASSERT_TRUE(record) << record.error().message();
  const auto back = FromRecord(*record);
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(back->change_alarm_rate, 0.012345);
  EXPECT_EQ(back->change_block_rounds, 7U);
  const auto refused = [&](auto change) {
    v1::PolicyRecord bad = *record;
    change(bad);
    return !FromRecord(bad).has_value();
  };
  EXPECT_TRUE(refused([](auto& r) { r.set_change_alarm_rate_ppm(0); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_change_alarm_rate_ppm(1'000'000); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_change_block_rounds(0); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_change_block_rounds(100'001); }));
  policy.change_alarm_rate = 1.5;
  EXPECT_FALSE(ToRecord(policy));
}

TEST(PolicyRecord, DefaultPolicyIsRepresentable) {
  const auto record = ToRecord(Policy{});
  EXPECT_TRUE(record) << record.error().message();
}

TEST(PolicyRecord, ValueFinerThanItsUnitIsRefusedByName) {
  Policy policy;
  policy.false_alarm_rate = 0.01234567;
  const auto record = ToRecord(policy);
  ASSERT_FALSE(record);
  EXPECT_THAT(record.error().message(), HasSubstr("false-alarm rate"));
}

TEST(PolicyRecord, SenselessNumbersAreRefused) {
  const v1::PolicyRecord good = *ToRecord(Policy{});
  ASSERT_TRUE(FromRecord(good));
  const auto refused = [&](auto change) {
    v1::PolicyRecord bad = good;
    change(bad);
    return !FromRecord(bad).has_value();
  };
  EXPECT_TRUE(refused([](auto& r) { r.set_round_length_ns(60'000'000'001); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_false_alarm_rate_ppm(0); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_false_alarm_rate_ppm(1'000'000); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_power_min_ppm(0); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_domains_min(0); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_liars_max(UINT32_MAX); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_zone_margin_m(24'999); }));
  EXPECT_FALSE(refused([](auto& r) { r.set_zone_margin_m(25'000); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_zone_margin_m(1'000'001); }));
  EXPECT_FALSE(refused([](auto& r) { r.set_zone_margin_m(1'000'000); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_clock_rate_error_ppm(10'001); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_privacy_floor_ns(0); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_silent_after_ns(UINT64_MAX); }));
  EXPECT_TRUE(refused([](auto& r) { r.clear_version(); }));
}

TEST(DeclarationRecord, RoundTripKeepsEveryField) {
  const NamedDeclaration named = SomeDeclaration();
  const auto record = ToRecord(named);
  ASSERT_TRUE(record) << record.error().message();
  const auto back = FromRecord(*record);
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(back->device_name, named.device_name);
  EXPECT_EQ(back->declaration.device, named.declaration.device);
  EXPECT_EQ(back->declaration.owner, named.declaration.owner);
  EXPECT_EQ(back->declaration.site.name, named.declaration.site.name);
  EXPECT_EQ(back->declaration.site.position, named.declaration.site.position);
  EXPECT_EQ(back->declaration.site.radius, named.declaration.site.radius);
  EXPECT_EQ(back->declaration.site.from, named.declaration.site.from);
  EXPECT_EQ(back->declaration.site.until, named.declaration.site.until);
  EXPECT_EQ(back->declaration.licence.kind, LicenceTerms::Kind::kExcluded);
  EXPECT_THAT(back->declaration.licence.countries, ElementsAre(kChina, kHongKong));
}

TEST(DeclarationRecord, PositionFinerThanTheUnitIsRefused) {
  NamedDeclaration named = SomeDeclaration();
  named.declaration.site.position = *Position::FromDegrees(1.29000001, 103.85);
  EXPECT_FALSE(ToRecord(named));
}

TEST(DeclarationRecord, SenselessDeclarationsAreRefused) {
  const v1::DeclarationRecord good = *ToRecord(SomeDeclaration());
  const auto refused = [&](auto change) {
    v1::DeclarationRecord bad = good;
    change(bad);
    return !FromRecord(bad).has_value();
  };
  EXPECT_TRUE(refused([](auto& r) { r.set_device_id("short"); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_latitude_e7(900'000'001); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_radius_m(0); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_until_s(r.from_s()); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_until_s(UINT64_MAX); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_countries(0, "China"); }));
  EXPECT_TRUE(refused([](auto& r) { r.add_countries("CN"); }));
  EXPECT_TRUE(refused([](auto& r) {
    r.set_allowed(true);
    r.clear_countries();
  }));
}

Appraisal SomeAppraisal() {
  Appraisal appraisal;
  appraisal.device = DeviceId(Bytes32{9});
  appraisal.round = RoundNumber(3);
  appraisal.begin = MonotonicInstant::FromNanoseconds(10);
  appraisal.end = MonotonicInstant::FromNanoseconds(20);
  appraisal.headline = Verdict::kUnexplainedDelay;
  appraisal.site = {Verdict::kUnexplainedDelay, Basis::kStatistical,
                    {{.code = ReasonCode::kDelayUnexplained}}};
  appraisal.licence = {Verdict::kIndeterminate, Basis::kNone, {{.code = ReasonCode::kNoPower}}};
  appraisal.cannot_exclude = {kChina, kSingapore};
  appraisal.excluded = {kHongKong};
  appraisal.evidence_sha256 = {Bytes32{4}};
  appraisal.policy_version = "1";
  return appraisal;
}

TEST(VerdictRecord, RoundTripThroughTheDomainKeepsTheRecord) {
  const v1::VerdictRecord record = ToRecord(SomeAppraisal());
  const auto back = FromRecord(record);
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(ToRecord(*back).SerializeAsString(), record.SerializeAsString());
}

TEST(VerdictRecord, UnknownWordsAreRefused) {
  v1::VerdictRecord record = ToRecord(SomeAppraisal());
  record.set_headline("PROBABLY_FINE");
  const auto back = FromRecord(record);
  ASSERT_FALSE(back);
  EXPECT_THAT(back.error().message(), HasSubstr("PROBABLY_FINE"));
}

TEST(VerdictRecord, SameEvidenceShowsNoDifference) {
  EXPECT_THAT(Differences(ToRecord(SomeAppraisal()), SomeAppraisal()), IsEmpty());
}

TEST(VerdictRecord, CountriesThatDifferAreNamedAndNotTheOthers) {
  const Appraisal ours = SomeAppraisal();
  v1::VerdictRecord record = ToRecord(ours);
  record.clear_excluded();
  for (char second = 'A'; second <= 'P'; ++second) record.add_excluded(std::string("X") + second);
  std::string own;
  for (const CountryCode code : ours.excluded) own += (own.empty() ? "" : " ") + code.text();
  EXPECT_THAT(Differences(record, ours),
              ElementsAre("excluded: only the signed verdict names XA XB XC XD XE XF XG XH XI XJ XK XL "
                          "and 4 more",
                          "excluded: only the evidence names " + own));
}

TEST(VerdictRecord, EveryChangedWordIsADifference) {
  const v1::VerdictRecord record = ToRecord(SomeAppraisal());
  Appraisal other = SomeAppraisal();
  other.headline = Verdict::kConsistent;
  other.licence.basis = Basis::kVacuum;
  other.excluded.clear();
  const auto differences = Differences(record, other);
  ASSERT_EQ(differences.size(), 3U);
  EXPECT_EQ(differences[0],
            "headline: the signed verdict says UNEXPLAINED_DELAY, the evidence says CONSISTENT");
}

TEST(Names, EveryEnumeratorIsReadBack) {
  for (int i = 0; i <= static_cast<int>(Verdict::kIndeterminate); ++i) {
    const auto verdict = static_cast<Verdict>(i);
    EXPECT_EQ(ParseVerdictName(VerdictName(verdict)), verdict);
  }
  for (int i = 0; i <= static_cast<int>(ReasonCode::kDeclarationNotInForce); ++i) {
    const auto code = static_cast<ReasonCode>(i);
    EXPECT_EQ(ParseReasonCodeName(ReasonCodeName(code)), code);
  }
  for (int i = 0; i <= static_cast<int>(Basis::kNone); ++i) {
    const auto basis = static_cast<Basis>(i);
    EXPECT_EQ(ParseBasisName(BasisName(basis)), basis);
  }
  EXPECT_EQ(ParseSignalName("COUNTER_WENT_BACK"), Signal::kCounterWentBack);
  EXPECT_EQ(ParseFindingName("COUNTER_REUSED"), CryptographicFinding::kCounterReused);
  EXPECT_FALSE(ParseFindingName("counter_reused"));
}

// Signed bytes must not depend on how a machine prints or rounds a fraction.
void ExpectNoFloats(const google::protobuf::Descriptor* type,
                    std::set<const google::protobuf::Descriptor*>& seen) {
  if (!seen.insert(type).second) return;
  for (int i = 0; i < type->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = type->field(i);
    EXPECT_NE(field->cpp_type(), google::protobuf::FieldDescriptor::CPPTYPE_DOUBLE) << field->full_name();
    EXPECT_NE(field->cpp_type(), google::protobuf::FieldDescriptor::CPPTYPE_FLOAT) << field->full_name();
    EXPECT_FALSE(field->is_map()) << field->full_name();
    if (field->message_type() != nullptr) ExpectNoFloats(field->message_type(), seen);
  }
}

TEST(SignedBytes, HoldNeitherFloatsNorMaps) {
  std::set<const google::protobuf::Descriptor*> seen;
  const auto* wire = v1::SignedBlob::descriptor()->file();
  const auto* evidence = v1::EvidenceBundle::descriptor()->file();
  for (const auto* file : {wire, evidence}) {
    for (int i = 0; i < file->message_type_count(); ++i) ExpectNoFloats(file->message_type(i), seen);
  }
  EXPECT_GT(seen.size(), 15U);
}

}  // namespace
}  // namespace earshot
