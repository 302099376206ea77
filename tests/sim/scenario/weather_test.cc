#include "sim/scenario/weather.h"

#include <gtest/gtest.h>

#include <string>

#include "sim/scenario/scenario_load.h"
#include "tests/sim/scenario/scenario_text_fixture.h"

namespace earshot {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The small scenario with `weather` in its network, on a line of its own.
std::string WithWeather(const std::string& weather) {
  std::string text = kSmallScenario;
  const std::string calm = "loss: 0.01 }";
  text.replace(text.find(calm), calm.size(), "loss: 0.01\n" + weather + "\n}");
  return text;
}

Scenario Read(const std::string& weather) {
  const auto scenario = ParseScenario(WithWeather(weather), "w.textproto");
  EXPECT_TRUE(scenario.has_value()) << scenario.error().message();
  return scenario.value_or(Scenario());
}

std::string Refusal(const std::string& weather) {
  const auto scenario = ParseScenario(WithWeather(weather), "w.textproto");
  return scenario.has_value() ? "" : scenario.error().message();
}

constexpr const char* kAll =
    R"(route_changes { at: "7 s" until: "9 s" adds_at_most: "20 ms" share: 0.5 places: "tokyo" }
route_changes { every: "1 h" adds_at_most: "5 ms" }
daily_rhythm { adds_at_most: "8 ms" busiest_hour: 7.3 }
congestion { places: "singapore" from: "1 s" until: "2 s" adds: "3 ms" }
congestion { every: "1 h" lasts: "5 min" adds: "3 ms" }
cuts { places: "tokyo" landmarks: "sin-1" from: "3 s" until: "4 s" within: true }
cuts { landmarks: "sin-2" })";

TEST(ScenarioWeather, IsReadAndPrintedAndReadBackTheSame) {
  const Scenario scenario = Read(kAll);
  const ScenarioNetwork& network = scenario.network;
  ASSERT_EQ(network.route_changes.size(), 2U);
  EXPECT_EQ(network.route_changes[0].share, 0.5);
  EXPECT_TRUE(network.route_changes[1].when.drawn());
  EXPECT_EQ(network.daily_rhythm.busiest, std::chrono::minutes(438));
  ASSERT_EQ(network.congestion.size(), 2U);
  ASSERT_EQ(network.cuts.size(), 2U);
  EXPECT_FALSE(network.cuts[1].when.until.has_value());
  EXPECT_FALSE(network.calm());
  const std::string text = ScenarioText(scenario);
  const auto again = ParseScenario(text, "printed");
  ASSERT_TRUE(again.has_value()) << again.error().message();
  EXPECT_EQ(ScenarioText(*again), text);
}

TEST(ScenarioWeather, CalmNetworkIsPrintedWithoutAWordOfIt) {
  const auto scenario = ParseScenario(kSmallScenario, "s.textproto");
  ASSERT_TRUE(scenario.has_value());
  EXPECT_TRUE(scenario->network.calm());
  const std::string text = ScenarioText(*scenario);
  for (const char* word : {"route_changes", "daily_rhythm", "congestion", "cuts"}) {
    EXPECT_EQ(text.find(word), std::string::npos) << word;
  }
}

struct BadWeather {
  const char* weather;
  const char* place;
  const char* cause;
};
class RefusedWeather : public testing::TestWithParam<BadWeather> {};

TEST_P(RefusedWeather, IsRefusedWithPlaceAndCause) {
  const std::string message = Refusal(GetParam().weather);
  EXPECT_TRUE(message.starts_with(std::string("w.textproto:") + GetParam().place)) << message;
  EXPECT_NE(message.find(GetParam().cause), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(
    Fields, RefusedWeather,
    testing::Values(
        BadWeather{R"(route_changes { adds_at_most: "1 ms" })", "7:1:", "does not say when"},
        BadWeather{R"(route_changes { at: "1 s" every: "1 h" adds_at_most: "1 ms" })", "7:17:",
                   "in two ways"},
        BadWeather{R"(route_changes { every: "1 h" until: "3 s" adds_at_most: "1 ms" })", "7:30:",
                   "remove it"},
        BadWeather{R"(route_changes { every: "999 ms" adds_at_most: "1 ms" })", "7:17:", "write 1 s"},
        BadWeather{R"(route_changes { at: "5 s" until: "5 s" adds_at_most: "1 ms" })", "7:27:",
                   "not after"},
        BadWeather{R"(route_changes { at: "5 s" adds_at_most: "-1 ms" })", "7:27:", "negative"},
        BadWeather{R"(route_changes { at: "5 s" })", "7:1:", "more than 0"},
        BadWeather{R"(route_changes { at: "5 s" adds_at_most: "3 s" })", "7:27:", "at most 2 s"},
        BadWeather{R"(route_changes { at: "5 s" adds_at_most: "1 ms" share: 1.1 })", "7:48:",
                   "no probability"},
        BadWeather{R"(route_changes { at: "400 d" adds_at_most: "1 ms" })", "7:17:", "no run"},
        BadWeather{R"(route_changes { at: "5 s" adds_at_most: "1 ms" places: ["tokyo", "tokio"] })",
                   "7:48:", "did you mean \"tokyo\""},
        BadWeather{R"(daily_rhythm { busiest_hour: 3 })", "7:1:", "more than 0"},
        BadWeather{R"(daily_rhythm { adds_at_most: "1 ms" busiest_hour: 24 })", "7:37:",
                   "no hour of a day"},
        BadWeather{R"(congestion { adds: "1 ms" })", "7:1:", "does not say when"},
        BadWeather{R"(congestion { every: "1 h" adds: "1 ms" })", "7:1:", "more than 0"},
        BadWeather{R"(congestion { every: "1 h" lasts: "61 min" adds: "1 ms" })", "7:27:",
                   "at most 1 h"},
        BadWeather{R"(congestion { from: "1 s" lasts: "2 s" adds: "1 ms" })", "7:26:", "write until"},
        BadWeather{R"(congestion { from: "1 s" adds: "1 ms" places: "mars" })", "7:39:",
                   "no place \"mars\""},
        BadWeather{R"(cuts { from: "1 s" })", "7:1:", "nobody is cut off"},
        BadWeather{R"(cuts { places: "tokyo" from: "2 s" until: "1 s" })", "7:36:", "not after"},
        BadWeather{R"(cuts { landmarks: ["sin-1", "sin-9"] })", "7:8:", "did you mean"},
        BadWeather{R"(cuts { place: "tokyo" })", "7:13:", "did you mean \"places\""}));

TEST(ScenarioWeather, UntrueTimesOfALandmarkNeedAnUntruthAndAnOrder) {
  const auto refusal = [](const std::string& fault) {
    std::string text = kSmallScenario;
    const std::string before = "trust_domain: \"c\"";
    text.insert(text.find(before) + before.size(), fault);
    const auto scenario = ParseScenario(text, "s.textproto");
    return scenario.has_value() ? ScenarioText(*scenario) : scenario.error().message();
  };
  EXPECT_NE(refusal(R"( untrue_from: "7 s")").find("12:58: untrue_from"), std::string::npos)
      << refusal(R"( untrue_from: "7 s")");
  EXPECT_NE(refusal(R"( runs_slow_by: 0.5 untrue_from: "7 s" untrue_until: "6 s")").find("not after"),
            std::string::npos);
  const std::string sound =
      refusal(R"( runs_slow_by: 0.5 untrue_from: "7 s" untrue_until: "13 s")");
  EXPECT_NE(sound.find("untrue_until: \"13 s\""), std::string::npos) << sound;
}

TEST(ScenarioWeather, MoreOfAKindThanTheLimitIsRefusedAndTheLimitIsNot) {
  std::string many;
  for (std::size_t i = 0; i < kScenarioWeatherMax; ++i) many += "cuts { places: \"tokyo\" }\n";
  EXPECT_EQ(Refusal(many), "");
  EXPECT_NE(Refusal(many + "cuts { places: \"tokyo\" }").find("write at most 64"), std::string::npos);
}

// Fleet 0 is in Singapore, fleet 1 in Shenzhen; landmarks sin-1, sin-2, tyo-1.
bool IsCut(const Scenario& scenario, std::size_t fleet, std::size_t landmark) {
  return WeatherOf(scenario, scenario.fleets[fleet], landmark).CutAt(seconds(5));
}

TEST(ScenarioWeather, PartitionPartsThoseNamedFromOthersAndNotFromOneAnother) {
  const Scenario scenario = Read(R"(cuts { places: "singapore" from: "3 s" })");
  EXPECT_FALSE(IsCut(scenario, 0, 0));
  EXPECT_TRUE(IsCut(scenario, 0, 2));
  EXPECT_TRUE(IsCut(scenario, 1, 0));
  EXPECT_FALSE(IsCut(scenario, 1, 2));
  EXPECT_FALSE(ReferenceWeatherOf(scenario, 0, 1).CutAt(seconds(5)));
  EXPECT_TRUE(ReferenceWeatherOf(scenario, 0, 2).CutAt(seconds(5)));
}

TEST(ScenarioWeather, OutageLetsNothingThroughWithinEither) {
  const Scenario scenario = Read(R"(cuts { places: "singapore" from: "3 s" within: true })");
  EXPECT_TRUE(IsCut(scenario, 0, 0));
  EXPECT_TRUE(IsCut(scenario, 0, 2));
  EXPECT_FALSE(IsCut(scenario, 1, 2));
  EXPECT_TRUE(ReferenceWeatherOf(scenario, 0, 0).CutAt(seconds(5)));
}

TEST(ScenarioWeather, CutLandmarkHearsNobodyAndItsNeighbourDoes) {
  const Scenario scenario = Read(R"(cuts { landmarks: "sin-1" from: "3 s" })");
  EXPECT_TRUE(IsCut(scenario, 0, 0));
  EXPECT_FALSE(IsCut(scenario, 0, 1));
  EXPECT_TRUE(ReferenceWeatherOf(scenario, 0, 0).CutAt(seconds(5)));
  const Hearing hearing = HearingBetween(scenario, seconds(4), seconds(6));
  EXPECT_EQ(hearing.landmarks, (std::vector<bool>{false, true, true}));
  EXPECT_FALSE(hearing.references_unheard);
}

TEST(ScenarioWeather, RelayedPathIsCutWhereItsRelayIs) {
  Scenario scenario = Read(R"(cuts { places: "tokyo" from: "3 s" })");
  scenario.fleets[1].behaviour = Behaviour::kRelayed;
  EXPECT_FALSE(IsCut(scenario, 1, 0));
  scenario.fleets[1].relay_place = "tokyo";
  EXPECT_TRUE(IsCut(scenario, 1, 0));
}

TEST(ScenarioWeather, EverythingCutMeansThatNobodyIsHeardNotEvenReferences) {
  const Scenario scenario = Read(
      R"(cuts { places: ["singapore", "shenzhen", "tokyo"] from: "3 s" until: "9 s" within: true })");
  const Hearing during = HearingBetween(scenario, seconds(4), seconds(6));
  EXPECT_EQ(during.landmarks, (std::vector<bool>{false, false, false}));
  EXPECT_TRUE(during.references_unheard);
  const Hearing healed = HearingBetween(scenario, seconds(8), seconds(10));
  EXPECT_EQ(healed.landmarks, (std::vector<bool>{true, true, true}));
  EXPECT_FALSE(healed.references_unheard);
}

TEST(ScenarioWeather, QueueOfAPlaceIsSharedByItsDevicesAndByNobodyElse) {
  const Scenario scenario = Read(R"(congestion { places: "shenzhen" from: "3 s" adds: "9 ms" })");
  for (std::size_t l = 0; l < 3; ++l) {
    EXPECT_EQ(WeatherOf(scenario, scenario.fleets[1], l).SharedExtra(seconds(5)), milliseconds(9));
    EXPECT_EQ(WeatherOf(scenario, scenario.fleets[0], l).SharedExtra(seconds(5)), Duration(0));
  }
}

// A landmark more in the file moves the routes of nobody else.
TEST(ScenarioWeather, RoutesDependOnNamesAloneAndOnTheSeed) {
  const Scenario scenario = Read(R"(route_changes { at: "3 s" adds_at_most: "1 s" })");
  Scenario more = scenario;
  more.landmarks.insert(more.landmarks.begin(), more.landmarks.back());
  more.landmarks.front().id = LandmarkId("tyo-2");
  const PhiloxKey key = RouteKey(scenario.seed, "C-0001");
  const Duration extra = WeatherOf(scenario, scenario.fleets[0], 0).RouteExtra(key, seconds(5));
  EXPECT_GT(extra, Duration(0));
  EXPECT_EQ(WeatherOf(more, more.fleets[0], 1).RouteExtra(key, seconds(5)), extra);
  EXPECT_NE(WeatherOf(more, more.fleets[0], 0).RouteExtra(key, seconds(5)), extra);
  EXPECT_NE(WeatherOf(scenario, scenario.fleets[0], 0)
                .RouteExtra(RouteKey(scenario.seed + 1, "C-0001"), seconds(5)),
            extra);
}

}  // namespace
}  // namespace earshot
