#include "sim/attacks/attack_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "earshot/v1/attacks.pb.h"
#include "sim/attacks/attack_list.h"
#include "sim/attacks/attack_row.h"
#include "sim/attacks/take_away.h"
#include "sim/scenario/scenario_load.h"

namespace earshot {
namespace {

using testing::HasSubstr;

const std::string kScenarios = EARSHOT_SOURCE_DIR "/scenarios";

Scenario Shipped(const std::string& file) {
  auto scenario = LoadScenario(kScenarios + "/" + file);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().message();
  return *std::move(scenario);
}

// The table of one run of each world, by the seed of the files.
const v1::AttackTable& Table() {
  static const v1::AttackTable table = [] {
    v1::AttackTable filled;
    const Status status =
        RunAttackTable({.scenarios = kScenarios, .seeds = 1, .threads = 2}, &filled);
    EXPECT_TRUE(status.has_value()) << status.error().message();
    return filled;
  }();
  return table;
}

TEST(AttackTable, EveryScenarioMeetsItsOwnExpectations) {
  ASSERT_GE(Table().rows_size(), 18);
  for (const v1::AttackRow& row : Table().rows()) {
    EXPECT_EQ(row.not_as_scenario_expects(), 0U) << row.attack() << " in " << row.scenario();
  }
}

TEST(AttackTable, EveryRowHasTheOutcomeThatTheListStates) {
  for (const v1::AttackRow& row : Table().rows()) {
    if (!row.not_run().empty()) continue;
    EXPECT_EQ(row.outcome(), row.outcome_expected()) << row.attack() << " without " << row.without();
  }
}

// Attacks that nothing stands against, or whose countermeasures the world cannot be without.
const std::set<std::string> kNothingToTakeAway = {"decoy-board", "forged-pings", "gpu-elsewhere",
                                                  "landmark-flood", "processing-time",
                                                  "stepped-clock"};

TEST(AttackTable, TakingACountermeasureAwayFlipsTheRow) {
  std::map<std::string, std::set<std::string>> outcomes;
  std::map<std::string, std::string> whole;
  for (const v1::AttackRow& row : Table().rows()) {
    if (row.without().empty()) {
      whole[row.attack()] = row.outcome();
    } else {
      outcomes[row.attack()].insert(row.outcome());
    }
  }
  for (const auto& [attack, outcome] : whole) {
    if (kNothingToTakeAway.contains(attack)) continue;
    std::set<std::string> flipped = outcomes[attack];
    flipped.erase(outcome);
    EXPECT_FALSE(flipped.empty()) << attack << " is " << outcome << " whatever is taken away";
  }
}

TEST(AttackTable, HonestDeviceIsConvictedNowhereButWhereTheListSaysSo) {
  for (const v1::AttackRow& row : Table().rows()) {
    if (row.outcome_expected() == kHonestConvicted) {
      EXPECT_GT(row.honest_convicted(), 0U) << row.attack();
    } else {
      EXPECT_EQ(row.honest_convicted(), 0U) << row.attack() << " without " << row.without();
    }
  }
}

TEST(AttackTable, ResidualIsAnywhereExactlyWhereNoBoundIsOnTheChip) {
  std::map<std::string, const v1::AttackRow*> whole;
  for (const v1::AttackRow& row : Table().rows()) {
    if (row.without().empty()) whole[row.attack()] = &row;
  }
  for (const char* attack : {"decoy-board", "gpu-elsewhere", "stolen-key", "key-with-accomplice"}) {
    EXPECT_TRUE(whole.at(attack)->residual_anywhere()) << attack;
  }
  // Shenzhen is 2,600 km from Singapore: the bounds of a padded chip there reach at least so far,
  // and still not everywhere.
  const v1::AttackRow& padded = *whole.at("padded-delay");
  EXPECT_FALSE(padded.residual_anywhere());
  EXPECT_GT(padded.residual_km(), 2560);
  EXPECT_LT(padded.residual_km(), 20000);
  EXPECT_FALSE(whole.at("forged-pings")->has_residual_km());
}

TEST(AttackTable, RowsAreTheSameWithAnyNumberOfThreads) {
  std::string texts[2];
  for (const unsigned threads : {1U, 3U}) {
    v1::AttackTable table;
    ASSERT_TRUE(RunAttackTable({.scenarios = kScenarios,
                                .only = "stolen-key",
                                .seeds = 1,
                                .threads = threads},
                               &table)
                    .has_value());
    texts[threads == 1 ? 0 : 1] = table.SerializeAsString();
  }
  EXPECT_FALSE(texts[0].empty());
  EXPECT_EQ(texts[0], texts[1]);
}

TEST(AttackTable, UnknownAttackGetsTheNearestName) {
  v1::AttackTable table;
  const Status status =
      RunAttackTable({.scenarios = kScenarios, .only = "padded-dely", .seeds = 1}, &table);
  ASSERT_FALSE(status.has_value());
  EXPECT_THAT(status.error().message(), HasSubstr("did you mean \"padded-delay\"?"));
}

constexpr std::string_view kOneAttack = R"(
attacks {
  name: "a" words: "does something" scenario: "padded-delay" outcome: "CAUGHT"
  countermeasures { words: "a liar tolerated" outcome_without: "UNDECIDED" liars_max: 0 }
  cost { usd_low: 1 usd_high: 2 per: "once" equipment: "e" skill: "s" source: "assumption" }
})";

// kOneAttack with `from` replaced by `to`.
std::string Changed(std::string_view from, std::string_view to) {
  std::string text(kOneAttack);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(AttackList, SoundListIsReadAndEachMistakeIsRefusedWithItsPlace) {
  v1::AttackList list;
  ASSERT_TRUE(ParseAttackList(kOneAttack, "t", &list).has_value());
  EXPECT_EQ(list.attacks_size(), 1);
  struct Mistake {
    std::string text;
    const char* says;
  };
  for (const Mistake& mistake :
       {Mistake{Changed("scenario: \"padded-delay\"", ""), "either a scenario"},
        Mistake{Changed("outcome: \"CAUGHT\"", "outcome: \"COUGHT\""), "did you mean \"CAUGHT\"?"},
        Mistake{Changed("liars_max: 0", ""), "take something away"},
        Mistake{Changed("usd_low: 1 ", "usd_low: 3 "), "no range"},
        Mistake{Changed("source: \"assumption\"", ""), "as the source"},
        Mistake{Changed("liars_max: 0", "silent_after: \"5\""), "no unit"},
        Mistake{Changed("name: \"a\"", "name: \"a b\""), "name"},
        Mistake{std::string(kOneAttack) + std::string(kOneAttack), "exists already"}}) {
    const Status status = ParseAttackList(mistake.text, "t", &list);
    ASSERT_FALSE(status.has_value()) << mistake.text;
    EXPECT_THAT(status.error().message(), testing::StartsWith("t:"));
    EXPECT_THAT(status.error().message(), HasSubstr(mistake.says));
  }
}

v1::Countermeasure Measure() {
  v1::Countermeasure measure;
  measure.set_words("it");
  return measure;
}

TEST(TakeAway, RemovesLandmarksAndWhatNamesThem) {
  const Scenario scenario = Shipped("250-selective-silence.textproto");
  v1::Countermeasure measure = Measure();
  measure.add_remove_landmarks("sin-1");
  const auto without = TakeAway(measure, scenario);
  ASSERT_TRUE(without.has_value()) << without.error().message();
  EXPECT_EQ(without->landmarks.size() + 1, scenario.landmarks.size());
  for (const ScenarioFleet& fleet : without->fleets) {
    for (const LandmarkId& id : fleet.unanswered_landmarks) EXPECT_NE(id.value(), "sin-1");
  }
  measure.add_remove_landmarks("sin-9");
  const auto unknown = TakeAway(measure, scenario);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_THAT(unknown.error().message(), HasSubstr("no landmark \"sin-9\""));
}

TEST(TakeAway, ChangesWhatIsNotHonestAndLeavesTheHonestAlone) {
  const Scenario scenario = Shipped("180-stolen-key.textproto");
  v1::Countermeasure measure = Measure();
  measure.set_forget_revocations(true);
  measure.set_session_keys_on_host(true);
  const auto without = TakeAway(measure, scenario);
  ASSERT_TRUE(without.has_value()) << without.error().message();
  EXPECT_EQ(without->fleets[0].behaviour, Behaviour::kHonest);
  EXPECT_FALSE(without->fleets[0].session_keys_on_host);
  EXPECT_EQ(without->fleets[1].behaviour, Behaviour::kKeyElsewhere);
  EXPECT_TRUE(without->fleets[1].session_keys_on_host);
  EXPECT_EQ(without->fleets[1].true_place(), "shenzhen");
}

TEST(TakeAway, WhatIsNoScenarioAnyMoreIsRefused) {
  v1::Countermeasure measure = Measure();
  for (const char* id : {"sin-1", "sin-2", "sin-3", "jhb-1", "jkt-1", "hkg-1"}) {
    measure.add_remove_landmarks(id);
  }
  const auto without = TakeAway(measure, Shipped("110-padded-delay.textproto"));
  ASSERT_FALSE(without.has_value());
  EXPECT_THAT(without.error().message(), HasSubstr("trust domains"));
}

AttackCounts Counts(std::initializer_list<std::pair<Verdict, std::uint32_t>> untrue,
                    std::initializer_list<std::pair<Verdict, std::uint32_t>> honest) {
  AttackCounts counts;
  for (const auto& [verdict, count] : untrue) counts.untrue[static_cast<std::size_t>(verdict)] = count;
  for (const auto& [verdict, count] : honest) counts.honest[static_cast<std::size_t>(verdict)] = count;
  return counts;
}

TEST(AttackRow, OutcomeIsTheFirstThatApplies) {
  using enum Verdict;
  EXPECT_EQ(OutcomeOf(Counts({{kSilent, 3}, {kVerified, 2}}, {})), kCaught);
  EXPECT_EQ(OutcomeOf(Counts({{kSilent, 2}, {kVerified, 3}}, {})), kUndetected);
  EXPECT_EQ(OutcomeOf(Counts({{kSilent, 2}, {kVerified, 1}, {kIndeterminate, 2}}, {})), kUndecided);
  EXPECT_EQ(OutcomeOf(Counts({{kConsistent, 3}, {kIndeterminate, 3}}, {})), kUndetected);
  EXPECT_EQ(OutcomeOf(Counts({}, {{kVerified, 5}})), kHarmless);
  EXPECT_EQ(OutcomeOf(Counts({}, {{kUnexplainedDelay, 5}, {kVerified, 4}})), kHonestFlagged);
  EXPECT_EQ(OutcomeOf(Counts({}, {{kIndeterminate, 5}, {kVerified, 4}})), kHonestUndecided);
  AttackCounts proved = Counts({{kSilent, 9}, {kVerified, 1}}, {{kVerified, 5}});
  proved.verified_falsely = 1;
  EXPECT_EQ(OutcomeOf(proved), kProvedFalsely);
  proved.honest[static_cast<std::size_t>(kContradicted)] = 1;
  EXPECT_EQ(OutcomeOf(proved), kHonestConvicted);
}

TEST(AttackRow, RowStatesRatesWithIntervalsThatHoldThem) {
  AttackCounts counts =
      Counts({{Verdict::kUnexplainedDelay, 29}, {Verdict::kConsistent, 1}}, {{Verdict::kVerified, 30}});
  counts.residual = Distance::Kilometres(1234);
  v1::AttackRow row;
  FillRow(counts, &row);
  EXPECT_EQ(row.detected().count(), 29U);
  EXPECT_LT(row.detected().low(), 29.0 / 30);
  EXPECT_GT(row.detected().high(), 29.0 / 30);
  EXPECT_EQ(row.false_alarms().count(), 0U);
  EXPECT_GT(row.false_alarms().high(), 0.05);  // none of 30 says little
  EXPECT_DOUBLE_EQ(row.residual_km(), 1234);
}

}  // namespace
}  // namespace earshot
