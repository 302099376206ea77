// tests/sim/sweep/sweep_text_fixture.h: a small sound sweep to break in one place, and its scenario.
#ifndef EARSHOT_TESTS_SIM_SWEEP_SWEEP_TEXT_FIXTURE_H_
#define EARSHOT_TESTS_SIM_SWEEP_SWEEP_TEXT_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/base/check.h"
#include "sim/sweep/sweep_load.h"
#include "tests/sim/scenario/scenario_text_fixture.h"
#include "tests/support/test_folder.h"

namespace earshot {

// Line numbers in the tests count from the first line below. Six points.
inline constexpr char kSmallSweep[] = R"(name: "small"
question: "?"
not_to_conclude: "anything"
scenario: "small.textproto"
settings { parameter: "devices" value: "20" }
axes { parameter: "network.jitter" values: ["100 us", "2 ms"] }
axes { parameter: "policy.false_alarm_rate" values: ["0.02", "0.05", "0.1"] }
picture { x: "policy.false_alarm_rate" series: "network.jitter" y: "caught_share" }
)";

// Beside the scenario of kSmallScenario.
class SweepFolder {
 public:
  SweepFolder() { folder_.Write("small.textproto", kSmallScenario); }
  Result<SweepPlan> Parse(std::string_view text) const {
    return ParseSweep(text, folder_.Path("s.textproto"), "no-such-folder");
  }
  SweepPlan Plan(std::string_view text = kSmallSweep) const {
    auto plan = Parse(text);
    EXPECT_TRUE(plan.has_value()) << plan.error().message();
    EARSHOT_CHECK(plan.has_value());
    return *std::move(plan);
  }
  std::string Path(std::string_view name) const { return folder_.Path(name); }
  std::string Write(std::string_view name, std::string_view text) const {
    return folder_.Write(name, text);
  }

 private:
  TestFolder folder_;
};

}  // namespace earshot

#endif  // EARSHOT_TESTS_SIM_SWEEP_SWEEP_TEXT_FIXTURE_H_
