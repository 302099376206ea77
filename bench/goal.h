// bench/goal.h: a figure beside what it should reach.
#ifndef EARSHOT_BENCH_GOAL_H_
#define EARSHOT_BENCH_GOAL_H_

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace earshot {

// The figure of a goal in every round by itself. Where only some rounds meet the goal, what the whole
// run concludes hangs on the day; where all or none do, it does not.
struct GoalRounds {
  double least = 0;
  double most = 0;
  int met = 0;
  int of = 0;
};

struct BenchGoal {
  std::string name;  // "region of 30 discs, us"
  double value = 0;
  std::string goal;  // "<= 100"
  bool met = false;
  std::optional<GoalRounds> rounds = std::nullopt;  // none: it is a figure of the whole run only
};

// None of no values. `meets` is asked of each.
template <typename Meets>
std::optional<GoalRounds> RoundsOf(const std::vector<double>& values, Meets meets) {
  if (values.empty()) return std::nullopt;
  const auto [least, most] = std::ranges::minmax(values);
  return GoalRounds{least, most, static_cast<int>(std::ranges::count_if(values, meets)),
                    static_cast<int>(values.size())};
}

}  // namespace earshot

#endif  // EARSHOT_BENCH_GOAL_H_
