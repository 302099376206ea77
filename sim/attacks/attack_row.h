// sim/attacks/attack_row.h: what one world did to its attackers and to its honest devices, counted.
#ifndef EARSHOT_SIM_ATTACKS_ATTACK_ROW_H_
#define EARSHOT_SIM_ATTACKS_ATTACK_ROW_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "core/appraisal/country_map.h"
#include "core/appraisal/placement_test.h"
#include "core/base/quantity.h"
#include "core/base/result.h"
#include "core/domain/verdict.h"
#include "core/locate/path_model.h"
#include "sim/scenario/scenario.h"

namespace earshot::v1 {
class AttackRow;
}

namespace earshot {

using VerdictCounts = std::array<std::uint32_t, 7>;  // by Verdict

struct AttackCounts {
  VerdictCounts untrue{};  // headlines of devices that are not what they declare
  VerdictCounts honest{};
  // Proved although it is false: the licence of a chip in an excluded country, or the site of one that
  // is not there.
  std::uint32_t verified_falsely = 0;
  std::uint32_t not_as_expected = 0;  // devices whose headline is none that the scenario states
  // Over the untrue devices: how far from its declared place a chip can at most have been. The region
  // of depth n - f, in vacuum; `anywhere` where it proves nothing, or binds a key that is not in the
  // chip.
  Distance residual;
  bool anywhere = false;

  void Add(const AttackCounts& other);
};

// Runs `scenario` once, every packet of it, and counts the headlines of its last round. Same
// scenario, same counts. Errors as VirtualWorld::Create.
Result<AttackCounts> CountWorld(const Scenario& scenario, const PathModel& model,
                                const PlacementTest& test, const CountryMap& map);

// Rates with their intervals, verdicts, residual and outcome; leaves the rest of `row` as it is.
void FillRow(const AttackCounts& counts, v1::AttackRow* row);

// The outcome of a row, one of attack_list.h.
std::string_view OutcomeOf(const AttackCounts& counts);

}  // namespace earshot

#endif  // EARSHOT_SIM_ATTACKS_ATTACK_ROW_H_
