// sim/attacks/attack_table.h: every shipped attack, with and without what stands against it.
#ifndef EARSHOT_SIM_ATTACKS_ATTACK_TABLE_H_
#define EARSHOT_SIM_ATTACKS_ATTACK_TABLE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "core/base/result.h"

namespace earshot::v1 {
class AttackTable;
}

namespace earshot {

// Runs of one world; more are refused.
inline constexpr std::uint32_t kAttackSeedsMax = 1000;

struct AttackTableOptions {
  std::string scenarios;    // folder of scenario files; the list is attacks/table.textproto in it
  std::string only;         // name of one attack; empty: all
  std::uint32_t seeds = 5;  // each world by the seeds 1, 2, ...
  unsigned threads = 1;     // any number gives the same table
  // Called from any thread, one call at a time, with the share of the runs that is done; may be empty.
  std::function<void(double share)> on_share;
};

// Fills `table` but for its commit: a row for every attack as its scenario has it, then one for each
// countermeasure that is taken away. Worlds are run with every packet, in virtual time. kNotFound for
// an unknown attack or scenario, with the nearest name; errors as LoadAttackList, LoadScenario,
// TakeAway and VirtualWorld::Create, the attack named.
Status RunAttackTable(const AttackTableOptions& options, v1::AttackTable* table);

}  // namespace earshot

#endif  // EARSHOT_SIM_ATTACKS_ATTACK_TABLE_H_
