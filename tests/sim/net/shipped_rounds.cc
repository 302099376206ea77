#include "tests/sim/net/shipped_rounds.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/appraisal/outline_map.h"
#include "core/appraisal/policy_placement_test.h"
#include "sim/net/virtual_world.h"
#include "sim/scenario/resolve.h"
#include "sim/scenario/scenario_load.h"

namespace earshot {

Scenario ShippedScenarioFile(const std::string& file) {
  const auto scenario = LoadScenario(std::string(EARSHOT_SOURCE_DIR) + "/scenarios/" + file);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().message();
  return *scenario;
}

ShippedRounds RunRounds(const Scenario& scenario, unsigned threads) {
  static const PolicyPlacementTest test;
  static const OutlineMap map;
  const auto resolved = ResolveScenario(scenario, PathModel::Measured2020(), {});
  EXPECT_TRUE(resolved.has_value()) << resolved.error().message();
  VirtualWorldOptions options;
  options.threads = threads;
  const auto world = VirtualWorld::Create(*resolved, test, map, options);
  EXPECT_TRUE(world.has_value()) << world.error().message();
  ShippedRounds run;
  while ((*world)->RunRound()) {
    run.rounds.emplace_back();
    for (const auto& [name, verdict] : (*world)->Verdicts()) {
      run.rounds.back().emplace(name, verdict.appraisal);
    }
  }
  run.hash = (*world)->event_hash();
  EXPECT_EQ((*world)->truth().below, 0U);
  EXPECT_GT((*world)->truth().samples, 0U);
  return run;
}

int CountOf(const RoundVerdicts& round, std::string_view prefix, Verdict verdict) {
  return static_cast<int>(std::ranges::count_if(round, [&](const auto& one) {
    return one.first.starts_with(prefix) && one.second.headline == verdict;
  }));
}

int FlaggedOf(const RoundVerdicts& round, std::string_view prefix) {
  return static_cast<int>(std::ranges::count_if(round, [&](const auto& one) {
    return one.first.starts_with(prefix) && one.second.flagged();
  }));
}

bool SiteSays(const Appraisal& appraisal, ReasonCode code) {
  return std::ranges::find(appraisal.site.reasons, code, &Reason::code) !=
         appraisal.site.reasons.end();
}

bool LicenceSays(const Appraisal& appraisal, ReasonCode code) {
  return std::ranges::find(appraisal.licence.reasons, code, &Reason::code) !=
         appraisal.licence.reasons.end();
}

}  // namespace earshot
