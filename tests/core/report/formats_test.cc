// JSON and evidence bundles: what is written is read back, and what is wrong is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/report/bundle.h"
#include "core/report/json.h"
#include "earshot/v1/evidence.pb.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Json, DefaultsAndProtoNamesArePrinted) {
  v1::RunReport report;
  report.mutable_run()->set_scenario("half-order");
  report.add_devices();
  const auto json = ToJson(report);
  ASSERT_TRUE(json) << json.error().message();
  EXPECT_THAT(*json, HasSubstr("\"event_hash\": \"\""));
  EXPECT_THAT(*json, HasSubstr("\"flagged\": false"));
  EXPECT_THAT(*json, HasSubstr("\"bounds\": []"));
  EXPECT_THAT(*json, Not(HasSubstr("eventHash")));
  EXPECT_EQ(json->back(), '\n');
}

TEST(Json, AbsentOptionalNumberIsLeftOutAndAPresentZeroIsNot) {
  v1::ReportDevice device;
  EXPECT_THAT(*ToJson(device), Not(HasSubstr("false_alarm_probability")));
  device.set_false_alarm_probability(0);
  EXPECT_THAT(*ToJson(device), HasSubstr("\"false_alarm_probability\": 0"));
}

TEST(Json, NumbersThatAreNotFiniteAreRefusedByName) {
  v1::RunReport report;
  report.add_devices()->add_bounds()->set_vacuum_km(std::numeric_limits<double>::infinity());
  const auto json = ToJson(report);
  ASSERT_FALSE(json);
  EXPECT_THAT(json.error().message(), HasSubstr("vacuum_km"));
  report.mutable_devices(0)->mutable_bounds(0)->set_vacuum_km(1);
  EXPECT_TRUE(ToJson(report));
}

TEST(Json, NumbersThatAreNotFiniteAreNotReadEither) {
  v1::RunReport report;
  EXPECT_FALSE(FromJson(R"({"devices":[{"bounds":[{"vacuum_km":"Infinity"}]}]})", &report));
  EXPECT_FALSE(FromJson(R"({"run":{"duration_s":"NaN"}})", &report));
  EXPECT_TRUE(FromJson(R"({"run":{"duration_s":20}})", &report));
}

TEST(Json, WhatIsWrittenIsReadBack) {
  v1::RunReport report;
  report.mutable_run()->set_duration_s(20.25);
  report.add_devices()->set_sentence("\"quoted\" \\ and a line\nbreak, ü");
  v1::RunReport back;
  ASSERT_TRUE(FromJson(*ToJson(report), &back));
  EXPECT_EQ(back.SerializeAsString(), report.SerializeAsString());
}

TEST(Json, UnknownFieldsAndBrokenTextAreRefused) {
  v1::RunReport back;
  EXPECT_FALSE(FromJson(R"({"runn": {}})", &back));
  EXPECT_FALSE(FromJson(R"({"run": )", &back));
}

v1::EvidenceBundle Complete() {
  v1::EvidenceBundle bundle;
  bundle.set_format(kBundleFormat);
  for (auto* blob : {bundle.mutable_landmark_list(), bundle.mutable_endorsement(),
                     bundle.mutable_maker_delegation(), bundle.mutable_declaration(),
                     bundle.mutable_policy(), bundle.mutable_verdict(),
                     bundle.mutable_verdict_delegation(), bundle.add_receipts()}) {
    blob->set_alg(1);
    blob->set_tbs("signed bytes");
  }
  bundle.mutable_context()->set_round(3);
  return bundle;
}

TEST(Bundle, WhatIsWrittenIsReadBack) {
  const auto bytes = EncodeBundle(Complete());
  ASSERT_TRUE(bytes);
  const auto back = DecodeBundle(AsBytes(*bytes));
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(back->SerializeAsString(), *bytes);
}

TEST(Bundle, TooManyBytesAreRefusedBeforeParsing) {
  const Bytes huge(kBundleBytesMax + 1);
  const auto back = DecodeBundle(huge);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code(), ErrorCode::kResourceLimit);
  v1::EvidenceBundle bundle = Complete();
  bundle.mutable_policy()->set_tbs(std::string(kBundleBytesMax, 'x'));
  EXPECT_EQ(EncodeBundle(bundle).error().code(), ErrorCode::kResourceLimit);
}

TEST(Bundle, OtherFormatNumberIsUnsupported) {
  v1::EvidenceBundle bundle = Complete();
  bundle.set_format(2);
  EXPECT_EQ(DecodeBundle(AsBytes(bundle.SerializeAsString())).error().code(), ErrorCode::kUnsupported);
}

TEST(Bundle, TruncatedOrForeignBytesAreRefused) {
  const std::string bytes = *EncodeBundle(Complete());
  EXPECT_FALSE(DecodeBundle(AsBytes(std::string_view(bytes).substr(0, bytes.size() - 3))));
  EXPECT_FALSE(DecodeBundle(AsBytes("{\"format\": 1}")));
  EXPECT_FALSE(DecodeBundle({}));
}

TEST(Bundle, FieldsThatNobodyChecksAreRefusedAtEveryDepth) {
  const std::string unknown = "\xba\x3e\x01x";  // field 999, one byte of text
  EXPECT_FALSE(DecodeBundle(AsBytes(Complete().SerializeAsString() + unknown)));
  v1::EvidenceBundle bundle = Complete();
  ASSERT_TRUE(bundle.mutable_context()->ParseFromString(unknown));
  EXPECT_FALSE(DecodeBundle(AsBytes(bundle.SerializeAsString())));
}

TEST(Bundle, MissingBlobIsRefused) {
  v1::EvidenceBundle bundle = Complete();
  bundle.clear_endorsement();
  const auto back = DecodeBundle(AsBytes(bundle.SerializeAsString()));
  ASSERT_FALSE(back);
  EXPECT_THAT(back.error().message(), HasSubstr("endorsement"));
}

}  // namespace
}  // namespace earshot
