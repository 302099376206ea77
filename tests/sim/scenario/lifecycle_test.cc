// The lives of devices in a scenario file.
#include <gtest/gtest.h>

#include <string>

#include "sim/scenario/scenario_load.h"
#include "tests/sim/scenario/scenario_text_fixture.h"

namespace earshot {
namespace {

using std::chrono::seconds;

// The small scenario with `life` in its first fleet, on line 17.
Result<Scenario> WithLife(const std::string& life) {
  std::string text = kSmallScenario;
  const std::string before = "  expect_headline: \"VERIFIED\"\n";
  text.insert(text.find(before) + before.size(), life + "\n");
  return ParseScenario(text, "l.textproto");
}

TEST(ScenarioLife, IsReadAndPrintedAndReadBackTheSame) {
  const auto scenario =
      WithLife(R"(shipped_at: "1 s" installed_at: "7 s" retired_at: "2 h")");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().message();
  const LifeMoments& life = scenario->fleets[0].life;
  EXPECT_EQ(life.shipped, seconds(1));
  EXPECT_EQ(life.installed, seconds(7));
  EXPECT_EQ(life.retired, std::chrono::hours(2));
  EXPECT_FALSE(scenario->fleets[0].there_throughout());
  EXPECT_TRUE(scenario->fleets[0].honest());
  const std::string text = ScenarioText(*scenario);
  const auto again = ParseScenario(text, "printed");
  ASSERT_TRUE(again.has_value()) << again.error().message();
  EXPECT_EQ(ScenarioText(*again), text);
}

TEST(ScenarioLife, WhereNothingIsStatedDevicesAreThereThroughoutAndNothingIsPrinted) {
  const auto scenario = WithLife("");
  ASSERT_TRUE(scenario.has_value());
  EXPECT_TRUE(scenario->fleets[0].there_throughout());
  EXPECT_EQ(ScenarioText(*scenario).find("_at:"), std::string::npos);
}

TEST(ScenarioLife, MomentsOutOfOrderOrFinerThanASecondAreRefusedWithTheirPlace) {
  struct Bad {
    const char* life;
    const char* place;
    const char* cause;
  };
  for (const Bad& bad : {Bad{R"(shipped_at: "7 s")", "17:1:", "write installed_at"},
                         Bad{R"(shipped_at: "7 s" installed_at: "6 s")", "17:1:", "no earlier"},
                         Bad{R"(installed_at: "1500 ms")", "17:1:", "whole seconds"},
                         Bad{R"(installed_at: "400 d")", "17:1:", "at most"},
                         Bad{R"(installed_at: "7 s" retired_at: "7 s")", "17:21:", "not after"},
                         Bad{R"(retired_at: "0 s")", "17:1:", "not after"}}) {
    const auto scenario = WithLife(bad.life);
    ASSERT_FALSE(scenario.has_value()) << bad.life;
    const std::string& message = scenario.error().message();
    EXPECT_TRUE(message.starts_with(std::string("l.textproto:") + bad.place)) << message;
    EXPECT_NE(message.find(bad.cause), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace earshot
