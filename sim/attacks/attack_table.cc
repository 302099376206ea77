#include "sim/attacks/attack_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/appraisal/outline_map.h"
#include "core/appraisal/policy_placement_test.h"
#include "core/base/suggest.h"
#include "earshot/v1/attacks.pb.h"
#include "sim/attacks/attack_list.h"
#include "sim/attacks/attack_row.h"
#include "sim/attacks/take_away.h"
#include "sim/scenario/scenario_load.h"

namespace earshot {
namespace {

constexpr double kConfidence = 0.95;  // what ClopperPearson gives by itself

// One world, to be run by every seed.
struct World {
  std::string attack;  // for errors
  Scenario scenario;
  std::vector<Result<AttackCounts>> by_seed;
};

// What the rows are about: rows that show the same scenario share its world.
struct Plan {
  std::vector<World> worlds;
  std::vector<std::size_t> world_of_row;  // by row; unused where a row is not run
};

v1::AttackRow RowOf(const v1::Attack& attack) {
  v1::AttackRow row;
  row.set_attack(attack.name());
  row.set_words(attack.words());
  row.set_scenario(attack.scenario());
  row.set_not_run(attack.not_run());
  row.set_outcome_expected(attack.outcome());
  row.set_undetected(attack.undetected());
  row.set_undetected_until(attack.undetected_until());
  *row.mutable_cost() = attack.cost();
  return row;
}

Status PlanAttack(const v1::Attack& attack, const std::string& folder,
                  std::map<std::string, std::size_t>* known, Plan* plan, v1::AttackTable* table) {
  *table->add_rows() = RowOf(attack);
  plan->world_of_row.push_back(0);
  if (attack.scenario().empty()) return {};
  const auto [found, is_new] = known->try_emplace(attack.scenario(), plan->worlds.size());
  if (is_new) {
    EARSHOT_ASSIGN_OR_RETURN(const std::string path, FindScenario(attack.scenario(), folder));
    EARSHOT_ASSIGN_OR_RETURN(Scenario scenario, LoadScenario(path));
    plan->worlds.push_back({attack.name(), std::move(scenario), {}});
  }
  plan->world_of_row.back() = found->second;
  for (const v1::Countermeasure& measure : attack.countermeasures()) {
    EARSHOT_ASSIGN_OR_RETURN(Scenario without,
                             TakeAway(measure, plan->worlds[found->second].scenario));
    v1::AttackRow* row = table->add_rows();
    *row = RowOf(attack);
    row->set_without(measure.words());
    row->set_outcome_expected(measure.outcome_without());
    plan->world_of_row.push_back(plan->worlds.size());
    plan->worlds.push_back({attack.name(), std::move(without), {}});
  }
  return {};
}

Result<Plan> PlanTable(const AttackTableOptions& options, v1::AttackTable* table) {
  v1::AttackList list;
  EARSHOT_RETURN_IF_ERROR(LoadAttackList(options.scenarios + "/attacks/table.textproto", &list));
  Plan plan;
  std::map<std::string, std::size_t> known;
  std::vector<std::string> names;
  for (const v1::Attack& attack : list.attacks()) {
    names.push_back(attack.name());
    if (!options.only.empty() && options.only != attack.name()) continue;
    if (Status planned = PlanAttack(attack, options.scenarios, &known, &plan, table);
        !planned.has_value()) {
      return Fail(std::move(planned).error(), "attack " + attack.name());
    }
  }
  if (table->rows().empty()) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("no attack \"{}\"{}; known attacks: {}", options.only,
                            DidYouMean(options.only, names), fmt::join(names, ", ")));
  }
  return plan;
}

// Every world by every seed, in whatever order; results stand where they belong.
void RunWorlds(const AttackTableOptions& options, Plan* plan) {
  const PolicyPlacementTest test;
  const OutlineMap map;
  for (World& world : plan->worlds) world.by_seed.resize(options.seeds);
  const std::size_t runs = plan->worlds.size() * options.seeds;
  std::atomic<std::size_t> next{0};
  std::mutex guard;
  std::size_t done = 0;
  const auto take = [&] {
    for (std::size_t i = next++; i < runs; i = next++) {
      World& world = plan->worlds[i / options.seeds];
      Scenario scenario = world.scenario;
      scenario.seed = 1 + i % options.seeds;
      world.by_seed[i % options.seeds] =
          CountWorld(scenario, PathModel::Measured2020(), test, map);
      const std::lock_guard lock(guard);
      ++done;
      if (options.on_share) {
        options.on_share(static_cast<double>(done) / static_cast<double>(runs));
      }
    }
  };
  std::vector<std::jthread> helpers;
  while (helpers.size() + 1 < options.threads) helpers.emplace_back(take);
  take();
}

}  // namespace

Status RunAttackTable(const AttackTableOptions& options, v1::AttackTable* table) {
  if (options.seeds < 1 || options.seeds > kAttackSeedsMax || options.threads < 1) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} seeds on {} threads; write 1 to {} seeds and at least one thread",
                            options.seeds, options.threads, kAttackSeedsMax));
  }
  table->Clear();
  EARSHOT_ASSIGN_OR_RETURN(Plan plan, PlanTable(options, table));
  RunWorlds(options, &plan);
  for (int i = 0; i < table->rows_size(); ++i) {
    v1::AttackRow* row = table->mutable_rows(i);
    if (row->scenario().empty()) continue;
    World& world = plan.worlds[plan.world_of_row[static_cast<std::size_t>(i)]];
    AttackCounts sum;
    for (Result<AttackCounts>& counts : world.by_seed) {
      if (!counts.has_value()) return Fail(counts.error(), "attack " + world.attack);
      sum.Add(*counts);
    }
    FillRow(sum, row);
    row->set_as_expected(row->outcome() == row->outcome_expected());
    if (row->without().empty()) row->set_not_as_scenario_expects(sum.not_as_expected);
  }
  for (std::uint32_t seed = 1; seed <= options.seeds; ++seed) table->add_seeds(seed);
  table->set_confidence(kConfidence);
  table->set_runs(static_cast<std::uint32_t>(plan.worlds.size() * options.seeds));
  return {};
}

}  // namespace earshot
