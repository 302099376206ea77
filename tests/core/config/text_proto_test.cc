#include "core/config/text_proto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "earshot/v1/config.pb.h"
#include "earshot/v1/scenario.pb.h"

namespace earshot {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string ErrorOf(std::string_view text, google::protobuf::Message* message) {
  Result<TextProto> parsed = TextProto::Parse(text, "a.textproto", message);
  return parsed.has_value() ? "parsed" : parsed.error().message();
}

TEST(TextProtoTest, WellFormedFileFillsTheMessage) {
  v1::ServerConfig config;
  ASSERT_EQ(ErrorOf("out_dir: 'x' # where\nlandmarks { id: 'sin-1' }", &config), "parsed");
  EXPECT_EQ(config.out_dir(), "x");
  EXPECT_EQ(config.landmarks(0).id(), "sin-1");
}

TEST(TextProtoTest, UnknownFieldNamesPlaceAndNearestField) {
  v1::ServerConfig config;
  const std::string error = ErrorOf("out_dir: 'x'\nlandmarks {\n  bnd: 'y'\n}", &config);
  EXPECT_THAT(error, StartsWith("a.textproto:3:"));
  EXPECT_THAT(error, HasSubstr("unknown field \"bnd\"; did you mean \"bind\"?"));
}

TEST(TextProtoTest, UnknownEnumeratorNamesNearestValue) {
  v1::Scenario scenario;
  const std::string error = ErrorOf("fleets { behaviour: BEHAVIOUR_SILENTT }", &scenario);
  EXPECT_THAT(error, StartsWith("a.textproto:1:"));
  EXPECT_THAT(error, HasSubstr("did you mean \"BEHAVIOUR_SILENT\"?"));
}

TEST(TextProtoTest, EnumeratorByANumberThatNoneHasIsRefused) {
  v1::Scenario scenario;
  EXPECT_THAT(ErrorOf("fleets { id_prefix: 'A' }\nfleets { behaviour: 99 }", &scenario),
              StartsWith("a.textproto:2:10: behaviour: 99 is none of its values; write one"));
  EXPECT_EQ(ErrorOf("fleets { behaviour: 1 }", &scenario), "parsed");
  EXPECT_EQ(scenario.fleets(0).behaviour(), v1::BEHAVIOUR_SILENT);
}

TEST(TextProtoTest, FieldGivenTwiceIsRefused) {
  v1::ServerConfig config;
  EXPECT_THAT(ErrorOf("out_dir: 'x'\nout_dir: 'y'", &config), StartsWith("a.textproto:2:"));
}

TEST(TextProtoTest, StringThatNoTerminalCouldShowIsRefused) {
  v1::ServerConfig config;
  EXPECT_THAT(ErrorOf("landmarks { id: 'a' }\nlandmarks { id: '\\033[31m' }", &config),
              StartsWith("a.textproto:2:13: id: holds control characters"));
  EXPECT_THAT(ErrorOf("out_dir: '\\xff\\xfe'", &config), StartsWith("a.textproto:1:1: out_dir: "));
  EXPECT_EQ(ErrorOf("out_dir: 'Z\\303\\274rich'", &config), "parsed");
}

TEST(TextProtoTest, NumberInPlaceOfTextSaysHowToWriteIt) {
  v1::Scenario scenario;
  EXPECT_THAT(ErrorOf("duration: 20", &scenario), HasSubstr("in quotes"));
}

TEST(TextProtoTest, LaterCheckPointsAtTheFieldOfTheRightElement) {
  v1::ServerConfig config;
  Result<TextProto> file = TextProto::Parse(
      "landmarks { id: 'a' }\nlandmarks {\n  id: 'b'\n  bind: 'nonsense'\n}", "s", &config);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->root().Nested("landmarks", 1).At("bind", "not an endpoint").message(),
            "s:4:3: bind: not an endpoint");
}

TEST(TextProtoTest, MissingFieldPointsAtTheMessageThatLacksIt) {
  v1::ServerConfig config;
  Result<TextProto> file =
      TextProto::Parse("out_dir: 'x'\n  landmarks { id: 'a' }", "s", &config);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->root().Nested("landmarks", 0).At("bind", "is missing").message(),
            "s:2:3: bind: is missing");
  EXPECT_EQ(file->root().At("policy", "is missing").message(), "s:1:1: policy: is missing");
}

}  // namespace
}  // namespace earshot
