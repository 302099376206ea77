#include "sim/relay/relay_plan.h"

#include <gtest/gtest.h>

#include <string>

namespace earshot {
namespace {

constexpr char kGood[] = R"(fronts { landmark_id: "sin-1" bind: "127.0.0.1:0" landmark: "127.0.0.1:4000" }
backs { device: "C-0001" agent_address: "127.20.0.1" bind: "127.40.0.1:0" }
paths { device: "C-0001" landmark_id: "sin-1" forward: "17.2 ms" backward: "17 ms" loss: 0.01 }
truth_file: "truth.jsonl"
seed: 5
)";

TEST(RelayPlan, GoodConfigurationIsReadWithItsUnits) {
  const auto plan = ParseRelayPlan(kGood, "relay.textproto");
  ASSERT_TRUE(plan.has_value()) << plan.error().message();
  ASSERT_EQ(plan->paths.size(), 1U);
  EXPECT_EQ(plan->paths[0].conditions.forward, std::chrono::microseconds(17200));
  EXPECT_DOUBLE_EQ(plan->paths[0].conditions.loss, 0.01);
  EXPECT_EQ(plan->fronts[0].real.port, 4000);
  EXPECT_EQ(plan->backs[0].agent_address, 0x7f140001U);
  EXPECT_EQ(plan->seed, 5U);
}

struct BadPlan {
  std::string from;
  std::string to;
  std::string place;  // "line:column:"
  std::string cause;
};

class BadRelayPlan : public testing::TestWithParam<BadPlan> {};

TEST_P(BadRelayPlan, IsRefusedWithPlaceAndCause) {
  std::string text = kGood;
  const auto at = text.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, GetParam().from.size(), GetParam().to);
  const auto plan = ParseRelayPlan(text, "relay.textproto");
  ASSERT_FALSE(plan.has_value());
  EXPECT_TRUE(plan.error().message().starts_with("relay.textproto:" + GetParam().place))
      << plan.error().message();
  EXPECT_NE(plan.error().message().find(GetParam().cause), std::string::npos)
      << plan.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadRelayPlan,
    testing::Values(BadPlan{"\"17.2 ms\"", "\"17.2\"", "3:47:", "no unit"},
                    BadPlan{"device: \"C-0001\" agent", "device: 'C\"1' agent", "2:9:", "no name"},
                    BadPlan{"fronts { landmark_id: \"sin-1\"", "fronts { landmark_id: ''", "1:10:",
                            "no name"},
                    BadPlan{"\"17 ms\"", "\"-1 ms\"", "3:66:", "negative"},
                    BadPlan{"loss: 0.01", "loss: 1.5", "3:84:", "probability"},
                    BadPlan{"loss: 0.01", "los: 0.01", "3:87:", "did you mean \"loss\""},
                    BadPlan{"paths { device: \"C-0001\"", "paths { device: \"C-0009\"", "3:9:",
                            "no back"},
                    BadPlan{"paths { device: \"C-0001\" landmark_id: \"sin-1\"",
                            "paths { device: \"C-0001\" landmark_id: \"sin-2\"", "3:26:",
                            "no front"},
                    BadPlan{"127.0.0.1:4000", "127.0.0.1", "1:51:", "endpoint"},
                    BadPlan{"127.20.0.1", "127.20.0.300", "2:26:", "endpoint"},
                    BadPlan{"truth_file: \"truth.jsonl\"",
                            "paths { device: \"C-0001\" landmark_id: \"sin-1\" }", "4:9:",
                            "already"},
                    BadPlan{"truth_file: \"truth.jsonl\"",
                            "backs { device: \"C-0002\" agent_address: \"127.20.0.1\" bind: "
                            "\"127.40.0.2:0\" }",
                            "4:26:", "another device"}));

}  // namespace
}  // namespace earshot
