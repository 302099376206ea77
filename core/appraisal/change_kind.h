// core/appraisal/change_kind.h: a device became slower. A path of the Internet, the last mile, or
// the device?
//
// Five explanations of the residuals r = now - usual of one device's paths, weighed by Bayes' rule,
// each as likely as the next beforehand:
//
//   nothing       every r is noise of its path: Laplace with the enrolled spread, at least
//                 kResidualNoise
//   reroute       the same, but for one path or a few (at most a quarter), which jumped by anything
//   common delay  one delay c is added to all: the differences of residuals are noise
//   move          the device answers from another place: every RTT is drawn anew from the path
//                 model for the distance from there, and one delay may be added to all
//   other         more than a quarter of the paths jumped, each by itself: nothing with a name
//
// What is free in an explanation (which paths, the delay, the place) is averaged over, not fitted,
// so that the more flexible one does not win by being flexible. (MacKay, "Information Theory,
// Inference, and Learning Algorithms", 2003, chapter 28.)
//
// What an attacker can do. He can add delay and remove none. A far device can pad every path to the
// same excess and then reads as a common delay: that word is never an excuse. It cannot read as a
// reroute while the paths that "held" are too quick for where it is: those RTTs it cannot make.
#ifndef EARSHOT_CORE_APPRAISAL_CHANGE_KIND_H_
#define EARSHOT_CORE_APPRAISAL_CHANGE_KIND_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/quantity.h"
#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/geo/position.h"
#include "core/locate/path_model.h"

namespace earshot {

enum class ChangeKind : std::uint8_t {
  kNothing,      // the residuals are noise
  kReroute,      // one path or a few jumped, and the others held
  kCommonDelay,  // all paths by the same: last mile, site, or delay that the device adds
  kMove,         // as from another place
  kCannotTell,
};
std::string_view ChangeKindName(ChangeKind kind);  // "REROUTE"

enum class ChangeKindReason : std::uint8_t {
  kPathsHeld,        // the paths that did not jump are at their baseline
  kDifferencesHeld,  // residuals differ from each other by no more than noise
  kPositionFits,     // a change of place explains all residuals at once
  kTooFewPaths,      // fewer than kKindPathsMin
  kNoneFitsAlone,    // two explanations fit, or none that has a name
};
std::string_view ChangeKindReasonName(ChangeKindReason reason);  // "PATHS_HELD"

inline constexpr std::size_t kKindPathsMin = 4;
inline constexpr Duration kResidualNoise = std::chrono::microseconds(500);
// An explanation is named when it has this share of the posterior.
inline constexpr double kKindShareMin = 0.95;

// One path before and after.
struct PathChange {
  LandmarkId landmark;
  Position position;   // of the landmark
  Rtt usual;           // median enrolled floor
  Duration spread{0};  // of enrolled floors, median absolute deviation
  Rtt now;             // floor after the change
};

struct ChangeKindFinding {
  ChangeKind kind = ChangeKind::kCannotTell;
  ChangeKindReason reason = ChangeKindReason::kTooFewPaths;
  // Shares of the posterior; they add up to 1 with that of "other". All zero for too few paths.
  double nothing = 0;
  double reroute = 0;
  double common_delay = 0;
  double move = 0;
  std::vector<LandmarkId> slowed;  // r above four times the path's noise
  Duration delay{0};               // the median residual: the delay, if it is common
  // The likeliest distance between the declared place and where the answers come from, of the
  // distances tried; only for kMove. A model's guess, and no bound.
  std::optional<Distance> moved_by;
};

// Pure. About 1 ms a path, nearly all of it for `move`: for alarms, not for every round.
ChangeKindFinding TellChange(Position declared, std::span<const PathChange> paths,
                             const PathModel& model = PathModel::Measured2020());

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_CHANGE_KIND_H_
