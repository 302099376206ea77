// core/appraisal/bound_history.h: what landmarks saw in earlier rounds, for rounds that probe only
// some of them.
#ifndef EARSHOT_CORE_APPRAISAL_BOUND_HISTORY_H_
#define EARSHOT_CORE_APPRAISAL_BOUND_HISTORY_H_

#include <map>
#include <span>
#include <vector>

#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/domain/observation.h"

namespace earshot {

// The last answered observation of one device by each landmark. Older bounds stay sound because
// Appraise grows them with their age; they take part in no test of delay. Window: `keep` from the
// beginning of an observation; at most one observation a landmark, so at most as many as the list
// has landmarks. Not thread-safe; one a device.
class BoundHistory {
 public:
  explicit BoundHistory(Duration keep) : keep_(keep) {}

  // Remembers what of `round` may bound: answered, not wholly behind clock steps. A later
  // observation of a landmark replaces its earlier one.
  void Remember(std::span<const LandmarkObservation> round);

  // `round`, and for each landmark that may not bound in it what is remembered and began less than
  // `keep` before `now`, as not expected. By landmark id.
  std::vector<LandmarkObservation> Complete(std::span<const LandmarkObservation> round,
                                            MonotonicInstant now) const;

  // Forgets everything, as when the device's key is replaced.
  void Clear() { last_.clear(); }

 private:
  Duration keep_;
  std::map<LandmarkId, LandmarkObservation> last_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_BOUND_HISTORY_H_
