// core/appraisal/path_baseline.h: what is usual between one device and one landmark.
//
// Rounds of one path are correlated: queues last, days have a rhythm. So rounds are gathered into
// blocks, by default of a day of hourly rounds, and only a block's floor is looked at: its least
// RTT. A device that went away is slower in every round, hence in the floor; a busy hour is not.
#ifndef EARSHOT_CORE_APPRAISAL_PATH_BASELINE_H_
#define EARSHOT_CORE_APPRAISAL_PATH_BASELINE_H_

#include <cstdint>
#include <optional>
#include <span>

#include "core/appraisal/placement_test.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/geo/position.h"

namespace earshot {

// The floor of a block in which a working landmark asked and went mostly unheard.
inline constexpr Rtt kInfinitelySlow = Rtt::FromDuration(Duration::max());

// What is looked for, and what is assumed of an unchanged device.
struct ChangePolicy {
  std::uint32_t rounds_per_block = 24;
  std::uint32_t asked_min = 12;  // rounds of a block in which the landmark asked; fewer: no block
  Duration least_change = std::chrono::milliseconds(1);  // slower by less is no exceedance
  // Whatever happened before, the floor of the next block exceeds the threshold with probability at
  // most this. Fresh floors would do so with 1/(blocks + 1); the rest is allowed to correlation.
  double exceedance_bound = 1.0 / 3.0;
  // Enrolment is refused when neighbouring floors rank alike beyond this (Spearman): the blocks are
  // then too short for the path, or it was drifting.
  double serial_correlation_max = 0.7;
};

// Gathers rounds of one path into floors. Which rounds count does not depend on how quickly the
// device answered:
//  - asked: the landmark was healthy, and not every sample was spoilt by ourselves;
//  - heard: asked, and an untainted answer is covered by EVIDENCE. An answer without a signature is
//    no answer here, for here a quick answer speaks for the device.
// A block in which nobody heard the device is no block: SILENT comes long before. One in which it
// answered now and then is, so that nobody escapes the test by answering seldom. Regular type.
class BlockFloor {
 public:
  void Add(const ExpectedLandmark& round, bool device_heard_by_somebody);

  // Ends the block and begins the next. None when the landmark asked in fewer than asked_min
  // rounds, or nobody heard the device in the rounds it asked in; kInfinitelySlow when it heard the
  // device in less than half of those.
  std::optional<Rtt> Close(const ChangePolicy& policy);

 private:
  std::uint32_t asked_ = 0;
  std::uint32_t heard_ = 0;
  bool device_answered_ = false;  // somebody, in a round in which this landmark asked
  Rtt least_ = kInfinitelySlow;
};

// The enrolled baseline of one (device, landmark). It says what is usual, not what is right: a
// device that was elsewhere already when it was enrolled, or added delay then, is the placement
// test's matter.
struct PathBaseline {
  LandmarkId landmark;
  Position position;
  Rtt threshold;        // the slowest enrolled floor and least_change
  Rtt usual;            // the median enrolled floor
  Duration spread{0};   // median absolute deviation from it
  std::uint32_t blocks = 0;
  double serial_correlation = 0;  // Spearman, of neighbouring floors
};

// Fixes the baseline from floors in the order of time. kInvalidArgument, with the cause and what to
// do, for fewer than 4 floors, for an infinitely slow one, or for serial correlation beyond the
// policy's. Floors are ranked with ties at their mean.
Result<PathBaseline> EnrolPath(const LandmarkId& landmark, Position position,
                               std::span<const Rtt> floors, const ChangePolicy& policy);

// The probability that an enrolment of so many independent blocks sets its threshold so low that
// later ones exceed it with more than `exceedance_bound`: (1 - bound)^blocks, because the share of
// floors above the greatest of n is Beta(1, n). (Wilks, "Determination of sample sizes for setting
// tolerance limits", Ann. Math. Stat. 12 (1941).)
double EnrolmentFailure(double exceedance_bound, std::uint32_t blocks);

// The fewest blocks with EnrolmentFailure at most `rate` > 0.
std::uint32_t EnrolmentBlocksFor(double exceedance_bound, double rate);

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_PATH_BASELINE_H_
