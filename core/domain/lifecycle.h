// core/domain/lifecycle.h: where a device is in its life, from the order to its end.
#ifndef EARSHOT_CORE_DOMAIN_LIFECYCLE_H_
#define EARSHOT_CORE_DOMAIN_LIFECYCLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/time.h"

namespace earshot {

enum class LifecycleState : std::uint8_t {
  kOrdered,    // not shipped yet
  kInTransit,  // shipped, and not due at its site
  kInstalled,  // due at its site; no answer yet, and the deadline has not passed
  kAnswering,  // answered in the last round
  kLate,       // answered earlier, not in the last round; the deadline has not passed
  kDark,       // past the deadline
  kRetired,    // owes no answer any more, and is not asked
};
inline constexpr std::size_t kLifecycleStates = 7;
std::string_view LifecycleStateName(LifecycleState state);  // "in_transit"

// What was stated of a device's life, on any one clock. shipped <= installed < retired.
struct LifeMoments {
  Duration shipped{0};
  Duration installed{0};  // answers are due from here on: the declared `from`
  std::optional<Duration> retired;

  bool DueAt(Duration at) const { return at >= installed; }
  bool RetiredAt(Duration at) const { return retired.has_value() && at >= *retired; }
};

// What was heard of it by then.
struct LifeSigns {
  bool answered = false;       // in the last round
  bool ever_answered = false;
  bool past_deadline = false;  // SILENT, by whichever of the two questions
};

// The state at `at`. What was stated comes first: a device that answers before it is due is in
// transit all the same, and its answers are judged by its licence.
LifecycleState StateAt(const LifeMoments& life, const LifeSigns& signs, Duration at);

}  // namespace earshot

#endif  // EARSHOT_CORE_DOMAIN_LIFECYCLE_H_
