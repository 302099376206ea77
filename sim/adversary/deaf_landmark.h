// sim/adversary/deaf_landmark.h: a landmark whose line is cut, or whose socket somebody keeps full.
#ifndef EARSHOT_SIM_ADVERSARY_DEAF_LANDMARK_H_
#define EARSHOT_SIM_ADVERSARY_DEAF_LANDMARK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/random.h"
#include "core/base/time.h"

namespace earshot {

// Decides for each datagram on its way into a production LandmarkEngine whether it gets there.
// Confined to the thread of its engine.
class DeafLandmark {
 public:
  // The line is cut `from` then on, which nobody counts. Of what arrives before, the full queue drops
  // the share `drops`, and the kernel counts it. `random` must not be null where `drops` is not 0.
  DeafLandmark(std::optional<MonotonicInstant> from, double drops, std::unique_ptr<Random> random)
      : from_(from), drops_(drops), random_(std::move(random)) {}

  bool Hears(MonotonicInstant now) {
    if (from_.has_value() && now >= *from_) return false;
    if (drops_ <= 0 || random_->NextUnit() >= drops_) return true;
    ++dropped_;
    return false;
  }
  // What the kernel counted so far, as LandmarkEngine::OnDropped wants it.
  std::uint64_t dropped() const { return dropped_; }

 private:
  std::optional<MonotonicInstant> from_;
  double drops_;
  std::unique_ptr<Random> random_;
  std::uint64_t dropped_ = 0;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_ADVERSARY_DEAF_LANDMARK_H_
