// sim/relay/release_clock.h: how the relay's loop divides its time between sleeping and watching.
#ifndef EARSHOT_SIM_RELAY_RELEASE_CLOCK_H_
#define EARSHOT_SIM_RELAY_RELEASE_CLOCK_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/base/time.h"

namespace earshot {

// Time that may be spent watching the clock: earned as a share of the time that passes, spent while
// spinning. Pure.
class SpinBudget {
 public:
  // Holds at most `burst`, so that quiet times do not pay for a long spin later.
  SpinBudget(double share, Duration burst) : share_(share), burst_(burst), left_(burst) {}

  void Earn(Duration passed) {
    left_ = std::min(burst_, left_ + Duration(static_cast<std::int64_t>(
                                         share_ * static_cast<double>(passed.count()))));
  }
  void Spend(Duration spun) { left_ -= spun; }
  bool Allows() const { return left_ > Duration(0); }

 private:
  double share_;
  Duration burst_;
  Duration left_;
};

// How late packets left: counts in steps of 100 ns up to 10 ms, everything later in the last.
class ErrorHistogram {
 public:
  void Add(Duration error) {
    const std::int64_t step = std::clamp<std::int64_t>(error / kStep, 0, kSteps - 1);
    ++counts_[static_cast<std::size_t>(step)];
    ++total_;
  }
  // The least step's upper end that the share `q` of errors does not exceed; 0 when empty.
  Duration Quantile(double q) const {
    if (total_ == 0) return Duration(0);
    const double wanted = q * static_cast<double>(total_);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      below += counts_[i];
      if (static_cast<double>(below) >= wanted) return kStep * static_cast<std::int64_t>(i + 1);
    }
    return kStep * kSteps;
  }
  std::uint64_t total() const { return total_; }

 private:
  static constexpr Duration kStep{100};
  static constexpr std::int64_t kSteps = 100'000;
  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(kSteps, 0);
  std::uint64_t total_ = 0;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_RELAY_RELEASE_CLOCK_H_
