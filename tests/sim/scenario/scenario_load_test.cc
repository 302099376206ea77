#include "sim/scenario/scenario_load.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/sim/scenario/scenario_text_fixture.h"

namespace earshot {
namespace {

const std::string kScenarios = std::string(EARSHOT_SOURCE_DIR) + "/scenarios";

TEST(Scenario, SoundFileIsReadAndItsGapsAreFilled) {
  const auto scenario = ParseScenario(kSmallScenario, "s.textproto");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().message();
  EXPECT_EQ(scenario->duration, std::chrono::seconds(20));
  EXPECT_EQ(scenario->policy.round_length, std::chrono::seconds(6));
  EXPECT_EQ(scenario->policy.silent_after, Policy().silent_after);
  EXPECT_EQ(scenario->places[0].city, "singapore");
  EXPECT_EQ(scenario->places[2].city, "Tokyo");
  EXPECT_TRUE(scenario->reference_agents);
  EXPECT_EQ(scenario->DeviceCount(), 5U);
  EXPECT_TRUE(scenario->fleets[0].honest());
  EXPECT_EQ(scenario->fleets[0].actual_place, "singapore");
  EXPECT_FALSE(scenario->fleets[1].honest());
  EXPECT_EQ(scenario->fleets[1].behaviour, Behaviour::kPadsDelay);
  EXPECT_EQ(scenario->fleets[0].expect_headline, std::vector{Verdict::kVerified});
}

TEST(Scenario, PrintedScenarioReadsBackTheSame) {
  const auto scenario = ParseScenario(kSmallScenario, "s.textproto");
  ASSERT_TRUE(scenario.has_value());
  const std::string text = ScenarioText(*scenario);
  const auto again = ParseScenario(text, "printed");
  ASSERT_TRUE(again.has_value()) << again.error().message();
  EXPECT_EQ(ScenarioText(*again), text);
}

struct BadFile {
  const char* from;
  const char* to;
  const char* place;  // "line:column:"
  const char* cause;
};

class BadScenario : public testing::TestWithParam<BadFile> {};

TEST_P(BadScenario, IsRefusedWithPlaceAndCause) {
  const BadFile& bad = GetParam();
  std::string text = kSmallScenario;
  const auto at = text.find(bad.from);
  ASSERT_NE(at, std::string::npos) << bad.from;
  text.replace(at, std::string(bad.from).size(), bad.to);
  const auto scenario = ParseScenario(text, "s.textproto");
  ASSERT_FALSE(scenario.has_value()) << bad.to;
  EXPECT_EQ(scenario.error().code(), ErrorCode::kInvalidArgument);
  const std::string& message = scenario.error().message();
  EXPECT_TRUE(message.starts_with(std::string("s.textproto:") + bad.place)) << message;
  EXPECT_NE(message.find(bad.cause), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(
    Fields, BadScenario,
    testing::Values(
        BadFile{"jitter: ", "jiter: ", "6:16:", "did you mean \"jitter\""},
        BadFile{"\"200 us\"", "\"200\"", "6:11:", "has no unit"},
        BadFile{"\"200 us\"", "\"200 km\"", "6:11:", "not a unit of duration"},
        BadFile{"\"30 km\"", "\"30 s\"", "15:31:", "not a unit of distance"},
        BadFile{"\"20 s\"", "\"-20 s\"", "2:1:", "negative"},
        BadFile{"loss: 0.01", "loss: 1.01", "6:28:", "no probability"},
        BadFile{"name: \"small\"", "name: \"a/b\"", "1:1:", "no name"},
        BadFile{"seed: 7", "seed: seven", "3:7:", "seven"},
        BadFile{"seed: 7", "seed: 9007199254740993", "3:1:", "2^53"},
        // The parser notices once it has read past the value.
        BadFile{"BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_PAD_DELAY", "22:1:",
                "did you mean \"BEHAVIOUR_PADS_DELAY\""},
        BadFile{"\"VERIFIED\"", "\"VERIFED\"", "16:3:", "did you mean \"VERIFIED\""},
        BadFile{"count: 3", "count: 0", "14:18:", "0 devices"},
        BadFile{"trains: 4", "trains: 0", "5:43:", "outside 1 to 32"},
        BadFile{"length: \"6 s\"", "length: \"61 s\"", "5:29:", "outside 2 s to 1 min"},
        BadFile{"length: \"6 s\"", "length: \"0 s\"", "5:29:", "outside 2 s to 1 min"}));

// What the server, the signed records or the agents of a run would refuse later.
INSTANTIATE_TEST_SUITE_P(
    LimitsOfARun, BadScenario,
    testing::Values(
        BadFile{"length: \"6 s\"", "length: \"1999 ms\"", "5:29:", "outside 2 s to 1 min"},
        BadFile{"trains: 4", "trains: 33", "5:43:", "outside 1 to 32"},
        BadFile{"length: \"6 s\" trains: 4", "length: \"2 s\" trains: 32", "5:43:", "do not fit"},
        BadFile{"first_after: \"1 s\"", "first_after: \"100000 d\"", "5:10:", "longer than"},
        BadFile{"liars_max: 1", "false_alarm_rate: 0", "4:10:", "write 0.01 to"},
        BadFile{"liars_max: 1", "false_alarm_rate: 0.001", "4:10:", "write 0.01 to"},
        BadFile{"liars_max: 1", "silent_after: \"5999 ms\"", "4:10:", "less than a round"},
        BadFile{"liars_max: 1", "zone_margin: \"25.5 m\"", "4:1:", "finer"},
        BadFile{"jitter: \"200 us\"", "jitter: \"61 s\"", "6:11:", "longer than 1 min"},
        BadFile{"latitude_deg: 1.2966", "latitude_deg: 1.29661234567", "7:40:", "finer"},
        BadFile{"\"30 km\"", "\"0 km\"", "15:31:", "radius"},
        BadFile{"first_number: 4", "first_number: 1000000000", "19:18:", "up to 999999999"},
        BadFile{"trust_domain: \"c\"", "trust_domain: \"c\" uncertainty: \"9999 km\"", "12:58:",
                "1000 km"},
        BadFile{"id_prefix: \"C\" first", "id_prefix: \"reference-sin\" first", "19:3:",
                "choose another prefix"}));

TEST(Scenario, DeviceThatMovesInANetworkWithWeatherIsRefused) {
  const std::string moves = With(kSmallScenario, "BEHAVIOUR_PADS_DELAY",
                                 "BEHAVIOUR_MOVES_LATER moves_at: \"9 s\"");
  EXPECT_TRUE(ParseScenario(moves, "s.textproto").has_value());
  const auto scenario = ParseScenario(
      With(moves, "loss: 0.01",
           "loss: 0.01 cuts { from: \"3 s\" until: \"4 s\" places: \"tokyo\" }"),
      "s.textproto");
  ASSERT_FALSE(scenario.has_value());
  EXPECT_NE(scenario.error().message().find("the weather of two places"), std::string::npos)
      << scenario.error().message();
}

TEST(Scenario, LimitsThemselvesAreAllowed) {
  for (const auto& [from, to] : {std::pair{"length: \"6 s\" trains: 4", "length: \"2 s\" trains: 4"},
                                 std::pair{"trains: 4", "trains: 8"},
                                 std::pair{"liars_max: 1", "silent_after: \"6 s\""},
                                 std::pair{"liars_max: 1", "false_alarm_rate: 0.01"},
                                 std::pair{"liars_max: 1", "placement_test: \"calibrated\""},
                                 std::pair{"liars_max: 1", "change_alarm_rate: 0.01"},
                                 std::pair{"BEHAVIOUR_PADS_DELAY",
                                           "BEHAVIOUR_MOVES_LATER moves_at: \"9 s\""},
                                 std::pair{"seed: 7", "seed: 9007199254740992"},
                                 std::pair{"first_number: 4", "first_number: 999999998"}}) {
    const std::string text = With(kSmallScenario, from, to);
    const auto scenario = ParseScenario(text, "s.textproto");
    EXPECT_TRUE(scenario.has_value()) << to << ": " << scenario.error().message();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Geography, BadScenario,
    testing::Values(
        BadFile{"latitude_deg: 1.2966", "latitude_deg: 91", "7:40:", "91"},
        BadFile{"longitude_deg: 103.852", "longitude_deg: 1e9", "7:61:", "longitude"},
        BadFile{"latitude_deg: 1.2966 ", "", "7:1:", "states none"},
        BadFile{"country: \"SG\"", "country: \"JP\"", "7:26:", "lies in Singapore"},
        BadFile{"country: \"SG\"", "country: \"XX\"", "7:26:", "XX"},
        BadFile{"country: \"SG\"", "country: \"sg\"", "7:26:", "SG"},
        // A landmark's place in the Gulf of Guinea.
        BadFile{"latitude_deg: 35.6762 longitude_deg: 139.6503",
                "latitude_deg: 0 longitude_deg: 0", "9:50:", "at sea"},
        BadFile{"excluded_countries: \"CN\"", "excluded_countries: \"CX9\"", "20:31:", "CX9"},
        BadFile{"[\"CN\", \"HK\"]", "[\"CN\", \"ZZ\"]", "15:56:", "ZZ"}));

INSTANTIATE_TEST_SUITE_P(
    References, BadScenario,
    testing::Values(
        BadFile{"id: \"sin-2\"", "id: \"sin-1\"", "11:13:", "exists already"},
        BadFile{"id: \"shenzhen\"", "id: \"singapore\"", "8:10:", "exists already"},
        BadFile{"place: \"tokyo\"", "place: \"tokio\"", "12:25:", "did you mean \"tokyo\""},
        BadFile{"actual_place: \"shenzhen\"", "actual_place: \"shenzen\"", "21:3:",
                "did you mean \"shenzhen\""},
        BadFile{"declared_place: \"singapore\" excluded", "declared_place: \"pluto\" excluded",
                "20:3:", "no place \"pluto\""},
        BadFile{"trust_domain: \"c\"", "trust_domain: \"b\"", "10:1:", "2 trust domains"},
        BadFile{"domains_min: 3", "domains_min: 1", "4:23:", "prove nothing"},
        BadFile{"domains_min: 3", "placement_test: \"best\"", "4:23:",
                "there are nearest-landmark and calibrated"},
        BadFile{"first_number: 4", "first_number: 3", "19:3:", "exist in part already"},
        BadFile{"duration: \"20 s\"", "duration: \"6 s\"", "2:1:", "first round"}));

INSTANTIATE_TEST_SUITE_P(
    Combinations, BadScenario,
    testing::Values(
        BadFile{"excluded_countries: \"CN\"",
                "excluded_countries: \"CN\" allowed_countries: \"SG\"", "20:56:", "one of them"},
        BadFile{"excluded_countries: \"CN\"", "", "18:1:", "one of them"},
        BadFile{"actual_place: \"shenzhen\"", "", "18:1:", "elsewhere"},
        BadFile{"BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_RELAYED", "18:1:", "no place is named"},
        BadFile{"BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_CARELESS relay_place: \"tokyo\"", "21:58:",
                "only BEHAVIOUR_RELAYED"},
        BadFile{"BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_CARELESS silent_from: \"3 s\"", "21:58:",
                "only BEHAVIOUR_GOES_SILENT"},
        BadFile{"BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_GOES_SILENT", "18:1:", "needs a moment"},
        BadFile{"BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_GOES_SILENT silent_from: \"20 s\"", "21:61:",
                "before the end"}));

INSTANTIATE_TEST_SUITE_P(
    Attacks, BadScenario,
    testing::Values(
        BadFile{"BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_KEY_ELSEWHERE", "18:1:", "no place is named"},
        BadFile{"BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_CARELESS chip_place: \"tokyo\"", "21:58:",
                "only BEHAVIOUR_KEY_ELSEWHERE"},
        BadFile{"BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_CLONED_KEY clone_place: \"shenzhen\"", "21:60:",
                "another place"},
        BadFile{"BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_CHOOSES_LANDMARKS", "18:1:", "needs landmarks"},
        BadFile{"BEHAVIOUR_PADS_DELAY",
                "BEHAVIOUR_CHOOSES_LANDMARKS unanswered_landmarks: \"sin-9\"", "21:67:",
                "did you mean \"sin-1\""},
        BadFile{"BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_CARELESS unanswered_landmarks: \"sin-1\"",
                "21:58:", "only BEHAVIOUR_CHOOSES_LANDMARKS"},
        BadFile{"actual_place: \"shenzhen\" behaviour: BEHAVIOUR_PADS_DELAY",
                "behaviour: BEHAVIOUR_FAST_MEDIUM", "18:1:", "elsewhere"},
        BadFile{"trust_domain: \"c\"", "trust_domain: \"c\" runs_slow_by: 1", "12:58:",
                "stands still"},
        BadFile{"BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_MOVES_LATER", "18:1:", "needs a moment"},
        BadFile{"BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_MOVES_LATER moves_at: \"20 s\"", "21:61:",
                "within the run"},
        BadFile{"BEHAVIOUR_PADS_DELAY", "BEHAVIOUR_CARELESS moves_at: \"3 s\"", "21:58:",
                "only BEHAVIOUR_MOVES_LATER"},
        BadFile{"actual_place: \"shenzhen\" behaviour: BEHAVIOUR_PADS_DELAY",
                "behaviour: BEHAVIOUR_MOVES_LATER moves_at: \"9 s\"", "18:1:", "elsewhere"},
        BadFile{"domains_min: 3", "change_alarm_rate: 1.5", "4:23:", "no probability"},
        BadFile{"domains_min: 3", "change_block_rounds: 4", "4:23:", "no rate"},
        BadFile{"trust_domain: \"c\"", "trust_domain: \"c\" drops: 1.5", "12:58:",
                "no probability"}));

TEST(Scenario, ShippedFilesPrintedReadBackTheSame) {
  const auto files = ListScenarios(kScenarios);
  ASSERT_TRUE(files.has_value());
  for (const ScenarioFile& file : *files) {
    const auto scenario = LoadScenario(file.path);
    ASSERT_TRUE(scenario.has_value()) << scenario.error().message();
    const std::string text = ScenarioText(*scenario);
    const auto again = ParseScenario(text, file.name);
    ASSERT_TRUE(again.has_value()) << again.error().message();
    EXPECT_EQ(ScenarioText(*again), text);
    for (std::size_t i = 0; i < scenario->landmarks.size(); ++i) {
      EXPECT_EQ(again->landmarks[i].troubled(), scenario->landmarks[i].troubled()) << file.name;
    }
  }
}

TEST(Scenario, PlacementTestIsReadAndTheDefaultIsNotPrinted) {
  std::string text = kSmallScenario;
  const auto plain = ParseScenario(text, "s.textproto");
  ASSERT_TRUE(plain.has_value()) << plain.error().message();
  EXPECT_EQ(plain->policy.placement_test, PlacementRule::kNearestLandmark);
  EXPECT_EQ(ScenarioText(*plain).find("placement_test"), std::string::npos);
  text.insert(text.find("domains_min"), "placement_test: \"calibrated\" ");
  const auto calibrated = ParseScenario(text, "s.textproto");
  ASSERT_TRUE(calibrated.has_value()) << calibrated.error().message();
  EXPECT_EQ(calibrated->policy.placement_test, PlacementRule::kCalibrated);
  EXPECT_NE(ScenarioText(*calibrated).find("placement_test: \"calibrated\""), std::string::npos);
}

TEST(Scenario, WithoutLandmarksIsRefused) {
  std::string text = kSmallScenario;
  for (auto at = text.find("landmarks {"); at != std::string::npos; at = text.find("landmarks {")) {
    text.erase(at, text.find('\n', at) - at);
  }
  const auto scenario = ParseScenario(text, "s.textproto");
  ASSERT_FALSE(scenario.has_value());
  EXPECT_TRUE(scenario.error().message().starts_with("s.textproto:1:1: landmarks: there is none"))
      << scenario.error().message();
}

TEST(Scenario, ShippedFilesAreListedByNumberAndNamedWithoutIt) {
  const auto files = ListScenarios(kScenarios);
  ASSERT_TRUE(files.has_value()) << files.error().message();
  ASSERT_GE(files->size(), 2U);
  EXPECT_EQ((*files)[0].name, "half-order");
  EXPECT_EQ((*files)[1].name, "honest-fleet");
}

TEST(Scenario, UnknownNameIsRefusedWithTheNearestKnown) {
  const auto path = FindScenario("half-odrer", kScenarios);
  ASSERT_FALSE(path.has_value());
  EXPECT_EQ(path.error().code(), ErrorCode::kNotFound);
  EXPECT_NE(path.error().message().find("did you mean \"half-order\""), std::string::npos);
  EXPECT_EQ(*FindScenario("./half-odrer.textproto", kScenarios), "./half-odrer.textproto");
  EXPECT_EQ(ListScenarios(kScenarios + "/none").error().code(), ErrorCode::kNotFound);
}

class ShippedScenario : public testing::TestWithParam<const char*> {};

TEST_P(ShippedScenario, HasTheLandmarksAndDevicesThatItsClaimsRestOn) {
  const auto path = FindScenario(GetParam(), kScenarios);
  ASSERT_TRUE(path.has_value()) << path.error().message();
  const auto scenario = LoadScenario(*path);
  ASSERT_TRUE(scenario.has_value()) << scenario.error().message();
  EXPECT_EQ(scenario->name, GetParam());
  EXPECT_GE(scenario->landmarks.size(), 9U);
  EXPECT_GE(scenario->DeviceCount(), 24U);
  EXPECT_EQ(scenario->duration, std::chrono::seconds(20));
  EXPECT_EQ(scenario->policy.liars_max, 1U);
  std::set<TrustDomain> domains;
  for (const auto& landmark : scenario->landmarks) {
    domains.insert(landmark.domain);
    EXPECT_NE(landmark.operator_name.find("(fictional)"), std::string::npos);
  }
  EXPECT_GE(domains.size(), 6U);
  for (const auto& fleet : scenario->fleets) {
    EXPECT_NE(fleet.owner.find("(fictional)"), std::string::npos) << fleet.owner;
    EXPECT_FALSE(fleet.expect_headline.empty());
    // An honest path is slow by nature at the policy's rate: a scenario must not deny it.
    if (!fleet.honest()) continue;
    EXPECT_EQ(1, std::count(fleet.expect_headline.begin(), fleet.expect_headline.end(),
                            Verdict::kUnexplainedDelay));
  }
}

INSTANTIATE_TEST_SUITE_P(All, ShippedScenario, testing::Values("half-order", "honest-fleet"));

}  // namespace
}  // namespace earshot
