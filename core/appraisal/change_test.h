// core/appraisal/change_test.h: is one device slower than it used to be?
//
// One-sided: only slower counts, because delay can be added and never removed. The rate is its own,
// apart from the placement test's, whose rate is that of one round and is spent again by every round
// that repeats it.
//
// Paths of one device share its last mile, so their evidence is averaged, never multiplied: the
// mean of e-processes is an e-process and the mean of e-detectors an e-detector whatever ties them
// together. A slow-down of one path of n has to win n times as much as one of all paths.
#ifndef EARSHOT_CORE_APPRAISAL_CHANGE_TEST_H_
#define EARSHOT_CORE_APPRAISAL_CHANGE_TEST_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/appraisal/change_bet.h"
#include "core/appraisal/path_baseline.h"
#include "core/appraisal/placement_test.h"

namespace earshot {

struct ChangeRates {
  // The probability that the device is ever alarmed by the e-process while nothing changes, from
  // enrolment to the next. Half is spent on Ville's inequality, half on enrolments that came out too
  // low on some path.
  double ever_alarm = 0.01;
  // Alarms of the detector a block, at most, on sound enrolments; its inverse is the least average
  // run length in blocks.
  double alarms_per_block = 1e-4;
  // Blocks from enrolment within which a change is looked for by the e-process.
  std::uint32_t horizon_blocks = 365;
};

// One path at the end of a block.
struct PathBlock {
  std::optional<Rtt> floor;  // none: the block did not count
  bool exceeded = false;
};

struct ChangeFinding {
  std::uint32_t block = 0;  // from 1
  double evidence = 0;      // of the e-process
  double detector = 0;      // of the e-detector, before its restart
  bool ever_alarmed = false;     // evidence reached 2/ever_alarm, now or earlier
  bool detector_alarms = false;  // in this block
  std::vector<PathBlock> paths;  // by the order of the baselines
};

// The change test of one device. Not thread-safe; one a device.
class ChangeTest {
 public:
  // kInvalidArgument, with how many blocks it would take, when a baseline rests on too few of them
  // for ever_alarm; when there is no baseline; for rates outside (0, 1).
  static Result<ChangeTest> Create(std::vector<PathBaseline> baselines, const ChangePolicy& policy,
                                   const ChangeRates& rates);

  // One round, whether or not the device answered: landmarks without a baseline are passed over.
  // A finding at the end of every block.
  std::optional<ChangeFinding> Observe(std::span<const ExpectedLandmark> round);

  // Forgets what the detector has gathered, as when its site has alarmed (site_alarms.h). The
  // e-process is not touched: its rate holds once.
  void RestartDetector();

  const std::vector<PathBaseline>& baselines() const { return baselines_; }

 private:
  struct Path {
    BlockFloor block;
    ChangeEvidence evidence;
    ChangeDetector detector;
  };

  ChangeTest(std::vector<PathBaseline> baselines, const ChangePolicy& policy,
             const ChangeRates& rates);
  ChangeFinding CloseBlock();

  std::vector<PathBaseline> baselines_;
  std::vector<Path> paths_;
  ChangePolicy policy_;
  ChangeRates rates_;
  std::uint32_t rounds_in_block_ = 0;
  std::uint32_t blocks_ = 0;
  bool ever_alarmed_ = false;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_CHANGE_TEST_H_
