// sim/attacks/take_away.h: a scenario without one of the things that stand against its attack.
#ifndef EARSHOT_SIM_ATTACKS_TAKE_AWAY_H_
#define EARSHOT_SIM_ATTACKS_TAKE_AWAY_H_

#include "core/base/result.h"
#include "sim/scenario/scenario.h"

namespace earshot::v1 {
class Countermeasure;
}

namespace earshot {

// What is left is checked as a file would be. kInvalidArgument when a landmark that is to go does not
// exist, or when what is left is no scenario: fewer trust domains than the policy wants, say.
Result<Scenario> TakeAway(const v1::Countermeasure& measure, const Scenario& scenario);

}  // namespace earshot

#endif  // EARSHOT_SIM_ATTACKS_TAKE_AWAY_H_
