// bench/goal.h: a figure beside what it should reach.
#ifndef EARSHOT_BENCH_GOAL_H_
#define EARSHOT_BENCH_GOAL_H_

#include <string>

namespace earshot {

struct BenchGoal {
  std::string name;  // "region of 30 discs, us"
  double value = 0;
  std::string goal;  // "<= 100"
  bool met = false;
};

}  // namespace earshot

#endif  // EARSHOT_BENCH_GOAL_H_
