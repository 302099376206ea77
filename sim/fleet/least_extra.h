// sim/fleet/least_extra.h: the queueing that remains in the quickest of several pings.
#ifndef EARSHOT_SIM_FLEET_LEAST_EXTRA_H_
#define EARSHOT_SIM_FLEET_LEAST_EXTRA_H_

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/time.h"
#include "sim/scenario/scenario.h"

namespace earshot {

// What the least of `pings` round trips has above its undisturbed path, by the packet model of
// sim/path: each way an exponential addition, and kReorderJitters means more for a packet that is
// reordered; a ping counts when it and its pong arrive whole. Copies are left out: with them a run
// of every packet is quicker, by less than one mean.
//
// Tables of quantiles are made once, with additions, multiplications and divisions alone, which
// round the same on every machine; a draw is one look and integer arithmetic. Against the exact
// quantile a draw errs by less than 0.01 means. Immutable; any thread.
class LeastExtra {
 public:
  LeastExtra(const ScenarioNetwork& network, std::uint32_t pings);

  // The quantile at word / 2^32; none: not one ping was answered.
  std::optional<Duration> At(std::uint32_t word) const;

  // How likely none is.
  double unheard_probability() const { return unheard_; }

 private:
  static constexpr std::size_t kSteps = 1024;

  Duration mean_;
  double unheard_ = 0;
  std::uint64_t unheard_from_ = 0;  // words from here on
  // In units of 2^-20 means: quantiles at i / kSteps, and within the last step likewise.
  std::array<std::uint32_t, kSteps + 1> body_{};
  std::array<std::uint32_t, kSteps + 1> tail_{};
};

}  // namespace earshot

#endif  // EARSHOT_SIM_FLEET_LEAST_EXTRA_H_
