#include <fmt/format.h>

#include <string>

#include "cli/attacks_text.h"
#include "cli/commands.h"
#include "cli/scenario_directory.h"
#include "cli/threads.h"
#include "cli/version.h"
#include "earshot/v1/attacks.pb.h"
#include "sim/attacks/attack_table.h"

namespace earshot {
namespace {

Status FillTable(const AttacksCommand& command, const Console& console, v1::AttackTable* table) {
  AttackTableOptions options;
  options.scenarios = ScenarioDirectory();
  options.only = command.only;
  options.seeds = command.seeds;
  EARSHOT_ASSIGN_OR_RETURN(options.threads, ThreadsFor(command.threads));
  double said = 0;
  options.on_share = [&console, &said](double share) {
    if (share < said + 0.1 && share < 1) return;
    said = share;
    console.err << fmt::format("{:.0f} % of the runs are done", 100 * share) << std::endl;
  };
  EARSHOT_RETURN_IF_ERROR(RunAttackTable(options, table));
  table->set_commit(std::string(kCommit));
  table->add_notes(
      "Devices of one seed and name have the same paths in every scenario: where rows show the same "
      "count of false alarms, these are the same honest devices counted again, no further evidence.");
  table->add_notes("Costs are orders of magnitude, each with its source or marked as an assumption.");
  return {};
}

}  // namespace

ExitCode Attacks(const AttacksCommand& command, const Console& console) {
  v1::AttackTable table;
  if (const Status filled = FillTable(command, console, &table); !filled.has_value()) {
    return Complain(console, filled.error());
  }
  return Show(console, command.json, table, [&table] { return AttackTableText(table); });
}

}  // namespace earshot
