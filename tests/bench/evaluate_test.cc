#include "bench/evaluate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "bench/calibrate.h"
#include "bench/drawn_worlds.h"
#include "bench/model_check.h"
#include "bench/nested.h"
#include "bench/trials.h"
#include "core/locate/estimators.h"
#include "earshot/v1/evaluate.pb.h"
#include "tests/bench/cities.h"

namespace earshot {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

const EstimatorFinding& Of(const EvaluateFindings& findings, std::string_view name) {
  return *std::ranges::find(findings.estimators, name, &EstimatorFinding::name);
}

TEST(MeasuredWorld, NodesTogetherShareAClusterAndMislocatedOnesStandAside) {
  const MeasuredWorld world = World();
  EXPECT_EQ(world.size(), 24U);
  EXPECT_EQ(world.cluster_count(), 11U);  // Shenzhen joins Hong Kong
  EXPECT_EQ(world.cluster(0), world.cluster(1));
  EXPECT_NE(world.cluster(0), world.cluster(4));
  EXPECT_THAT(world.misplaced(), ElementsAre(24U));
}

TEST(TrialPlan, HostsClusterAloneIsUnknown) {
  const MeasuredWorld world = World();
  const TrialPlan plan(world, {}, Unknown::kHost, 3);
  std::size_t honest = 0;
  for (const Trial& trial : plan.trials()) {
    const std::vector<bool> aside = plan.Aside(trial);
    honest += trial.IsHonest() ? 1U : 0U;
    for (std::uint32_t place = 0; place < world.size(); ++place) {
      EXPECT_EQ(aside[place], world.cluster(place) == world.cluster(trial.device));
    }
  }
  EXPECT_EQ(honest, world.size());
}

TEST(TrialPlan, NothingIsKnownOfEitherClusterInAnyStrictTrial) {
  const MeasuredWorld world = World();
  const TrialPlan plan(world, {}, Unknown::kHostAndPlace, 40);
  std::size_t honest = 0;
  for (const Trial& trial : plan.trials()) {
    const std::vector<bool> aside = plan.Aside(trial);
    honest += trial.IsHonest() ? 1U : 0U;
    std::set<std::uint32_t> clusters;
    for (std::uint32_t place = 0; place < world.size(); ++place) {
      const std::uint32_t c = world.cluster(place);
      if (aside[place]) clusters.insert(c);
      const bool is_theirs = c == world.cluster(trial.device) || c == world.cluster(trial.declared);
      EXPECT_TRUE(aside[place] || !is_theirs);
    }
    EXPECT_EQ(clusters.size(), 2U);  // honest trials know no more than false ones
  }
  EXPECT_EQ(honest, world.size());
}

// The same cities in another order of rows.
Measurements Shuffled(Measurements measured, std::uint64_t seed) {
  std::vector<std::uint32_t> to(measured.nodes.size());
  std::iota(to.begin(), to.end(), 0U);
  std::mt19937_64 random(seed);
  std::ranges::shuffle(to, random);
  std::vector<MeasuredNode> nodes(measured.nodes.size());
  for (std::size_t i = 0; i < to.size(); ++i) nodes[to[i]] = measured.nodes[i];
  measured.nodes = std::move(nodes);
  for (MeasuredRtt& m : measured.rtts) {
    m.source = to[m.source];
    m.target = to[m.target];
  }
  std::ranges::sort(measured.rtts, {},
                    [](const MeasuredRtt& m) { return std::pair(m.source, m.target); });
  return measured;
}

std::map<std::string, std::int32_t> FoldsByName(const MeasuredWorld& world, int folds) {
  const auto fold_of = DealFolds(world, folds);
  std::map<std::string, std::int32_t> by_name;
  for (std::uint32_t i = 0; i < world.size(); ++i) by_name[world.node(i).id] = fold_of[i];
  return by_name;
}

TEST(DealFolds, OrderOfRowsChangesNeitherFoldsNorRates) {
  const MeasuredWorld world = World();
  const EvaluateOptions options = {.estimators = {"earshot", "nearest-landmarks"},
                                   .false_alarm_rate = 0.1,
                                   .strict = true,
                                   .folds = 4};
  const auto first = Evaluate(world, options);
  ASSERT_TRUE(first.has_value()) << first.error().message();
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const auto other = MeasuredWorld::Build(Shuffled(Cities(), seed));
    ASSERT_TRUE(other.has_value());
    ASSERT_NE(other->node(0).id, world.node(0).id);
    EXPECT_EQ(FoldsByName(*other, 4), FoldsByName(world, 4));
    const auto again = Evaluate(*other, options);
    ASSERT_TRUE(again.has_value()) << again.error().message();
    for (std::size_t m = 0; m < again->estimators.size(); ++m) {
      const RatesFinding& a = *first->estimators[m].strict;
      const RatesFinding& b = *again->estimators[m].strict;
      EXPECT_EQ(b.detection.all.count, a.detection.all.count);
      EXPECT_EQ(b.conformal.all.count, a.conformal.all.count);
      EXPECT_EQ(b.detection.all.low, a.detection.all.low);
    }
  }
}

TEST(DealFolds, OtherPlacesAreDealtOtherwise) {
  Measurements moved = Cities();
  for (MeasuredNode& node : moved.nodes) {
    node.position = *Position::FromDegrees(node.position.latitude_degrees() + 0.3,
                                           node.position.longitude_degrees());
  }
  const auto other = MeasuredWorld::Build(std::move(moved));
  ASSERT_TRUE(other.has_value());
  EXPECT_NE(FoldsByName(*other, 4), FoldsByName(World(), 4));
}

TEST(TrialPlan, DevicesAreNeverLearnedFromAndGiveNoThresholds) {
  const MeasuredWorld world = World();
  const std::vector<std::uint32_t> devices = {6, 7};
  for (const Unknown unknown : {Unknown::kHost, Unknown::kHostAndPlace}) {
    const TrialPlan plan(world, devices, unknown, 40);
    for (const Trial& trial : plan.trials()) {
      const std::vector<bool> aside = plan.Aside(trial);
      EXPECT_TRUE(aside[6] && aside[7]);
      EXPECT_TRUE(trial.IsHonest() || plan.IsDevice(trial.device));
    }
  }
}

TEST(ScoreTrials, SameAnswersAtAnyNumberOfThreads) {
  const MeasuredWorld world = World();
  const TrialPlan plan(world, {}, Unknown::kHostAndPlace, 6);
  const auto one = ScoreTrials(world, plan, AllEstimators(), {.padding = true, .threads = 1});
  const auto three = ScoreTrials(world, plan, AllEstimators(), {.padding = true, .threads = 3});
  for (std::size_t m = 0; m < one.size(); ++m) {
    EXPECT_EQ(one[m].plain, three[m].plain) << AllEstimators()[m].name;
    EXPECT_EQ(one[m].padded, three[m].padded) << AllEstimators()[m].name;
  }
}

TEST(ScoreTrials, ScoresAreFiniteAndPaddingNeverRaisesThem) {
  const MeasuredWorld world = World();
  const TrialPlan plan(world, {}, Unknown::kHostAndPlace, 6);
  const auto scores = ScoreTrials(world, plan, AllEstimators(), {.padding = true});
  for (std::size_t m = 0; m < scores.size(); ++m) {
    for (std::size_t i = 0; i < plan.trials().size(); ++i) {
      const auto& plain = scores[m].plain[i];
      const auto& padded = scores[m].padded[i];
      const bool cannot_pad = plan.trials()[i].IsHonest() || AllEstimators()[m].is_monotone;
      EXPECT_TRUE(std::isfinite(plain.value_or(0))) << AllEstimators()[m].name;
      EXPECT_LE(padded.value_or(plain.value_or(0)), plain.value_or(0));
      EXPECT_TRUE(!cannot_pad || padded == plain) << AllEstimators()[m].name;
    }
  }
}

TEST(Evaluate, SlowAnswersAreFlaggedAndPaddingDefeatsDiscsAlone) {
  const MeasuredWorld world = World();
  EvaluateOptions options;
  options.false_alarm_rate = 0.1;
  const auto plain = Evaluate(world, options);
  ASSERT_TRUE(plain.has_value()) << plain.error().message();
  options.padding = true;
  options.from = CountryCode::Unchecked('C', 'N');
  options.to = {"SEA", "JPKR"};
  const auto padded = Evaluate(world, options);
  ASSERT_TRUE(padded.has_value()) << padded.error().message();
  EXPECT_GT(Of(*plain, "nearest-landmarks").rates.detection.beyond_1500_km.rate, 0.75);
  EXPECT_EQ(Of(*padded, "nearest-landmarks").rates.detection.beyond_1500_km.rate,
            Of(*plain, "nearest-landmarks").rates.detection.beyond_1500_km.rate);
  EXPECT_GT(Of(*plain, "cbg").rates.detection.beyond_1500_km.rate, 0.95);
  EXPECT_EQ(Of(*padded, "cbg").rates.detection.beyond_1500_km.rate, 0);
  EXPECT_EQ(Of(*padded, "speed-limit").rates.detection.all.rate, 0);
  EXPECT_EQ(Of(*padded, "cbg").rates.detection.from_country->of, 4U * 6U);  // hosts times places asked for
  EXPECT_EQ(padded->from_hosts, 4U);
  EXPECT_EQ(plain->honest_contradicted.count, 0U);
}

// Cities whose paths differ much, so that the candidates do not all do alike. `fold`: its paths are
// four times as slow.
Measurements UnevenCities(const MeasuredWorld* world = nullptr, std::int32_t fold = -1) {
  Measurements measured = Cities();
  std::vector<bool> slow(measured.nodes.size(), false);
  if (world != nullptr) {
    const auto fold_of = DealFolds(*world, kNestedFolds);
    for (std::uint32_t place = 0; place < world->size(); ++place) {
      slow[world->NodeOf(place)] = fold_of[place] == fold;
    }
  }
  for (MeasuredRtt& m : measured.rtts) {
    const double uneven = 1 + ((m.source * 37 + m.target * 101) % 17) / 8.0;
    const double times = uneven * (slow[m.source] || slow[m.target] ? 4 : 1);
    m.rtt = Rtt::FromDuration(Duration(std::llround(m.rtt.milliseconds() * 1e6 * times)));
  }
  return measured;
}

TEST(Evaluate, EveryDetectionRateIsInItsInterval) {
  const auto world = MeasuredWorld::Build(UnevenCities());
  ASSERT_TRUE(world.has_value());
  const auto found = Evaluate(*world, {.estimators = {"earshot", "nearest-landmarks", "cbg"},
                                       .false_alarm_rate = 0.1,
                                       .from = CountryCode::Unchecked('C', 'N')});
  ASSERT_TRUE(found.has_value()) << found.error().message();
  int uneven = 0;
  for (const EstimatorFinding& one : found->estimators) {
    std::vector<RateFinding> rates = one.rates.detection.by_distance;
    rates.insert(rates.end(), {one.rates.detection.all, one.rates.detection.beyond_1500_km,
                               *one.rates.detection.from_country});
    for (const RateFinding& rate : rates) {
      EXPECT_LE(rate.low, rate.rate) << one.name;
      EXPECT_GE(rate.high, rate.rate) << one.name;
      uneven += std::abs(rate.cluster_mean - rate.rate) > 1e-3 ? 1 : 0;
    }
  }
  EXPECT_GT(uneven, 0);  // where all clusters weigh alike there is nothing to get wrong
}

TEST(Evaluate, MethodsNamedTwiceCountOnceAndNoGoalComparesWithNobody) {
  const MeasuredWorld world = World();
  const auto goals_of = [&](std::vector<std::string> names, std::vector<std::string> devices = {}) {
    const auto found = Evaluate(world, {.devices = std::move(devices),
                                        .estimators = std::move(names),
                                        .false_alarm_rate = 0.1});
    EXPECT_TRUE(found.has_value());
    std::string goals = fmt::format("{} methods, {} devices", found->estimators.size(), found->devices);
    for (const BenchGoal& goal : found->goals) goals += "; " + goal.name;
    return goals;
  };
  const std::string alone = goals_of({"earshot", "earshot"}, {"sin-1", "sin-1"});
  EXPECT_THAT(alone, HasSubstr("1 methods, 1 devices"));
  EXPECT_THAT(alone, Not(HasSubstr("best other method")));
  const std::string two = goals_of({"earshot", "cbg", "earshot"});
  EXPECT_THAT(two, HasSubstr("2 methods, 24 devices"));
  EXPECT_THAT(two, HasSubstr("best other method"));
}

TEST(Evaluate, WhatHasNoCasesIsNoGoal) {
  EvaluateOptions options = {.estimators = {"earshot"}, .false_alarm_rate = 0.1};
  options.from = CountryCode::Unchecked('C', 'N');
  const auto has_goal = [&] {
    const auto found = Evaluate(World(), options);
    EXPECT_TRUE(found.has_value());
    return std::ranges::any_of(found->goals, [](const BenchGoal& goal) {
      return goal.name.find("from the country") != std::string::npos;
    });
  };
  EXPECT_TRUE(has_goal());
  options.to = {"CN"};  // nobody in China can be declared abroad there
  EXPECT_FALSE(has_goal());
}

TEST(Evaluate, StrictRatesStandBesideTheOthersAndKnowNoMore) {
  const MeasuredWorld world = World();
  double done = 0;
  const EvaluateOptions options = {.estimators = {"earshot", "cbg++"},
                                   .false_alarm_rate = 0.1,
                                   .strict = true,
                                   .folds = 4,
                                   .progress = [&](double share) { done = std::max(done, share); }};
  const auto found = Evaluate(world, options);
  ASSERT_TRUE(found.has_value()) << found.error().message();
  EXPECT_EQ(found->folds, 4U);
  EXPECT_EQ(done, 1.0);
  for (const EstimatorFinding& one : found->estimators) {
    ASSERT_TRUE(one.strict.has_value());
    EXPECT_EQ(one.strict->detection.all.of, one.rates.detection.all.of);
    EXPECT_GT(one.strict->detection.all.of, 0U);
    EXPECT_EQ(one.strict->honest_false_alarms.of, world.size());
  }
  const auto loose = Evaluate(world, {.estimators = {"earshot"}, .false_alarm_rate = 0.1});
  ASSERT_TRUE(loose.has_value());
  EXPECT_FALSE(loose->estimators[0].strict.has_value());
  EXPECT_EQ(loose->folds, 0U);
}

TEST(EvaluateNested, ChoiceNeverSeesTheFoldThatItScores) {
  const auto world = MeasuredWorld::Build(UnevenCities());
  ASSERT_TRUE(world.has_value());
  EvaluateOptions options;
  options.estimators = {"earshot"};
  options.false_alarm_rate = 0.1;
  EXPECT_FALSE(Evaluate(*world, options)->nested.has_value());
  options.nested = true;
  const auto found = Evaluate(*world, options);
  ASSERT_TRUE(found.has_value()) << found.error().message();
  ASSERT_TRUE(found->nested.has_value());
  const NestedFinding& nested = *found->nested;
  const auto candidates = NestedCandidates();
  ASSERT_THAT(nested.chosen, SizeIs(kNestedFolds));
  for (const LocalNormalConstants& one : nested.chosen) {
    EXPECT_THAT(candidates, testing::Contains(one));
  }
  // The same hosts and declarations are counted, each once.
  const RatesFinding& plain = found->estimators.front().rates;
  for (const RatesFinding& rates : {nested.rates, nested.shipped_rates}) {
    EXPECT_EQ(rates.honest_false_alarms.of, plain.honest_false_alarms.of);
    EXPECT_EQ(rates.detection.all.of, plain.detection.all.of);
    EXPECT_EQ(rates.detection.by_distance.size(), found->bands.size());
  }
  for (const std::int32_t fold : {0, 7}) {
    const auto changed = MeasuredWorld::Build(UnevenCities(&*world, fold));
    ASSERT_TRUE(changed.has_value());
    const auto again = EvaluateNested(*changed, options, found->bands);
    ASSERT_TRUE(again.has_value()) << again.error().message();
    const auto at = static_cast<std::size_t>(fold);
    EXPECT_EQ(again->chosen[at], nested.chosen[at]) << "fold " << fold;
    // The change is no change of nothing.
    EXPECT_NE(std::pair(again->rates.detection.all.count, again->rates.honest_false_alarms.count),
              std::pair(nested.rates.detection.all.count, nested.rates.honest_false_alarms.count));
  }
}

TEST(EvaluateNested, SameAnswersAtAnyNumberOfThreads) {
  const auto world = MeasuredWorld::Build(UnevenCities());
  ASSERT_TRUE(world.has_value());
  EvaluateOptions options;
  options.false_alarm_rate = 0.1;
  const auto one = EvaluateNested(*world, options, {});
  options.threads = 3;
  const auto three = EvaluateNested(*world, options, {});
  ASSERT_TRUE(one.has_value() && three.has_value());
  EXPECT_EQ(one->chosen, three->chosen);
  EXPECT_EQ(one->rates.detection.all.count, three->rates.detection.all.count);
  EXPECT_EQ(one->rates.conformal.all.count, three->rates.conformal.all.count);
}

TEST(EvaluateNested, TooFewClustersOrTooFewPlacesAreRefused) {
  Measurements few = Cities();
  std::erase_if(few.rtts, [](const MeasuredRtt& m) { return m.source >= 12 || m.target >= 12; });
  const auto small = MeasuredWorld::Build(std::move(few));
  ASSERT_TRUE(small.has_value());
  EvaluateOptions options;
  options.false_alarm_rate = 0.1;
  const auto refused = EvaluateNested(*small, options, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message(), HasSubstr("10 folds"));
  options.false_alarm_rate = 0.045;  // 24 places can test it, 20 cannot
  const auto rate = EvaluateNested(World(), options, {});
  ASSERT_FALSE(rate.has_value());
  EXPECT_THAT(rate.error().message(), HasSubstr("training set"));
}

TEST(Evaluate, NaturalFalseDeclarationIsContradictedEvenIfOneLandmarkLies) {
  EvaluateOptions options;
  options.false_alarm_rate = 0.1;
  options.estimators = {"nearest-landmarks"};
  const auto found = Evaluate(World(), options);
  ASSERT_TRUE(found.has_value()) << found.error().message();
  ASSERT_THAT(found->natural, SizeIs(1));
  EXPECT_EQ(found->natural[0].id, "liar");
  EXPECT_GT(found->natural[0].contradicting_landmarks, 1U);
  EXPECT_TRUE(found->natural[0].contradicted_f0);
  EXPECT_TRUE(found->natural[0].contradicted_f1);
  EXPECT_THAT(found->natural[0].flagged_by, ElementsAre("nearest-landmarks"));
}

TEST(Evaluate, WhatCannotBeIsRefusedByName) {
  const MeasuredWorld world = World();
  const auto refusal = [&](EvaluateOptions options) {
    const auto found = Evaluate(world, options);
    return found.has_value() ? std::string("nothing was refused") : found.error().message();
  };
  EXPECT_THAT(refusal({.false_alarm_rate = 0.001}), HasSubstr("the least is"));
  EXPECT_THAT(refusal({.false_alarm_rate = std::nan("")}), HasSubstr("makes no sense"));
  EXPECT_THAT(refusal({.estimators = {"cbgg"}}), HasSubstr("\"cbg\""));
  EXPECT_THAT(refusal({.devices = {"sin-3"}}), HasSubstr("sin-3"));
  std::vector<std::string> all;
  for (std::uint32_t i = 0; i < world.size(); ++i) all.push_back(world.node(i).id);
  EXPECT_THAT(refusal({.devices = all, .false_alarm_rate = 0.1}), HasSubstr("all 24 nodes"));
  all.resize(4);
  EXPECT_EQ(refusal({.devices = all, .estimators = {"cbg"}, .false_alarm_rate = 0.1}),
            "nothing was refused");
  EXPECT_THAT(refusal({.from = CountryCode::Unchecked('F', 'R')}), HasSubstr("no node of FR"));
  EXPECT_THAT(refusal({.to = {"ASIA"}}), HasSubstr("SEA"));
  EXPECT_EQ(refusal({.estimators = {"cbg"}, .false_alarm_rate = 0.1, .strict = true, .folds = 3}),
            "nothing was refused");
}

TEST(MeasuredWorld, FewerThanThreeNodesAreRefused) {
  Measurements measured = Cities();
  measured.nodes.resize(2);
  std::erase_if(measured.rtts, [](const MeasuredRtt& m) { return m.source > 1 || m.target > 1; });
  const auto few = MeasuredWorld::Build(std::move(measured));
  ASSERT_FALSE(few.has_value());
  EXPECT_THAT(few.error().message(), testing::Not(HasSubstr("milliseconds")));
}

TEST(MeasuredWorld, RttsInSecondsAreRefusedWithTheLightTimeAndTheUnit) {
  for (const double unit : {1e-3, 0.0}) {
    Measurements measured = Cities();
    for (MeasuredRtt& m : measured.rtts) {
      m.rtt = Rtt::FromDuration(
          Duration(std::llround(static_cast<double>(m.rtt.duration().count()) * unit)));
    }
    const auto refused = MeasuredWorld::Build(std::move(measured));
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message(),
                testing::AllOf(HasSubstr("light"), HasSubstr("in milliseconds?"),
                               HasSubstr("km away")));
  }
}

TEST(FitDelayModel, ModelFitsWhatItWasFittedOnAndNamesNoPath) {
  const MeasuredWorld world = World();
  const v1::DelayModel model = FitDelayModel(world, {.files = {"cities.csv"}});
  EXPECT_EQ(model.provenance(), "cities.csv");
  EXPECT_EQ(model.landmarks_size(), 24);
  EXPECT_GT(model.landmarks(0).access_overhead_ms(), 1.9);
  for (const v1::DelayBand& band : model.landmarks(0).bands()) {
    EXPECT_EQ(band.inflation_size(), 5);
    EXPECT_NE(band.pooled_with(), "itself");  // nobody has 20 paths in one band
  }
  const auto check = CheckDelayModel(model, world);
  ASSERT_TRUE(check.has_value()) << check.error().message();
  for (const v1::BandCheck& band : check->bands()) {
    const v1::QuantileCheck& median = band.quantiles(2);
    EXPECT_GE(median.measured_below_model(), 0.5) << band.from_km();
    EXPECT_GE(band.quantiles(3).measured_below_model(), 0.95) << band.from_km();
    EXPECT_THAT(median.simulated(), DoubleNear(median.measured(), 0.2 * median.measured()));
    EXPECT_LE(median.low(), median.measured());
    EXPECT_GE(median.high(), median.measured());
  }
  EXPECT_GT(check->quantiles_inside(), 0.8 * check->quantiles());
  EXPECT_EQ(FitDelayModel(world, {.files = {}, .pooled_only = true}).landmarks_size(), 0);
}

TEST(CheckDelayModel, ModelOfAnotherInternetIsOutsideTheIntervals) {
  const MeasuredWorld world = World();
  v1::DelayModel model = FitDelayModel(world, {});
  for (v1::DelayBand& band : *model.mutable_pooled()) {
    for (double& inflation : *band.mutable_inflation()) inflation *= 1.5;
  }
  const auto check = CheckDelayModel(model, world);
  ASSERT_TRUE(check.has_value()) << check.error().message();
  EXPECT_EQ(check->quantiles_inside(), 0U);
}

TEST(CheckDelayModel, ModelsThatAreNoneAreRefused) {
  const MeasuredWorld world = World();
  v1::DelayModel model = FitDelayModel(world, {});
  model.mutable_pooled(0)->set_inflation(1, 99);
  EXPECT_FALSE(CheckDelayModel(model, world).has_value());
  EXPECT_FALSE(CheckDelayModel(v1::DelayModel(), world).has_value());
}

TEST(StudyDrawnWorlds, AskedRateIsKeptAndASeedRepeatsItself) {
  const MeasuredWorld world = World();
  const DrawnWorldsOptions options = {.worlds = 8, .calibrating = 199, .tested = 400, .rates = {0.05}};
  const auto found = StudyDrawnWorlds(world, options);
  ASSERT_TRUE(found.has_value()) << found.error().message();
  EXPECT_EQ(found->appraisals, 8U * 599U);
  EXPECT_EQ(found->rates[0].tested, 3200U);
  EXPECT_GT(found->rates[0].mean, 0.02);
  EXPECT_LT(found->rates[0].mean, 0.08);
  EXPECT_LE(found->rates[0].low, found->rates[0].mean);
  EXPECT_EQ(StudyDrawnWorlds(world, options)->rates[0].alarms, found->rates[0].alarms);
}

TEST(StudyDrawnWorlds, RateThatSoFewHostsCannotCalibrateIsRefused) {
  const MeasuredWorld world = World();
  EXPECT_FALSE(StudyDrawnWorlds(world, {.calibrating = 98, .rates = {0.01}}).has_value());
  EXPECT_FALSE(StudyDrawnWorlds(world, {.worlds = 1}).has_value());
}

}  // namespace
}  // namespace earshot
