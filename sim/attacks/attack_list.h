// sim/attacks/attack_list.h: which attacks there are, read from scenarios/attacks/table.textproto.
#ifndef EARSHOT_SIM_ATTACKS_ATTACK_LIST_H_
#define EARSHOT_SIM_ATTACKS_ATTACK_LIST_H_

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace earshot::v1 {
class AttackList;
}

namespace earshot {

// Outcomes of a row, as attacks.proto explains them.
inline constexpr std::string_view kCaught = "CAUGHT";
inline constexpr std::string_view kUndecided = "UNDECIDED";
inline constexpr std::string_view kUndetected = "UNDETECTED";
inline constexpr std::string_view kProvedFalsely = "PROVED_FALSELY";
inline constexpr std::string_view kHonestConvicted = "HONEST_CONVICTED";
inline constexpr std::string_view kHonestFlagged = "HONEST_FLAGGED";
inline constexpr std::string_view kHonestUndecided = "HONEST_UNDECIDED";
inline constexpr std::string_view kHarmless = "HARMLESS";

// Reads and checks the list. kNotFound when there is no such file; kInvalidArgument, with
// file:line:column, for an attack without a scenario or a reason why there is none, a cost without a
// source, a countermeasure that takes nothing away, an unknown outcome, a name used twice.
Status LoadAttackList(const std::string& path, v1::AttackList* list);
// The same of a text already read.
Status ParseAttackList(std::string_view text, std::string_view file_name, v1::AttackList* list);

}  // namespace earshot

#endif  // EARSHOT_SIM_ATTACKS_ATTACK_LIST_H_
