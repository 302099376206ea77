// core/appraisal/expected_landmarks.h: from an observation to what a test of delay may look at.
#ifndef EARSHOT_CORE_APPRAISAL_EXPECTED_LANDMARKS_H_
#define EARSHOT_CORE_APPRAISAL_EXPECTED_LANDMARKS_H_

#include <span>
#include <vector>

#include "core/appraisal/placement_test.h"
#include "core/base/time.h"
#include "core/domain/observation.h"

namespace earshot {

// One landmark's part. `now`: of the observation that `seen` belongs to.
ExpectedLandmark ExpectedFrom(const Landmark& landmark, const LandmarkObservation& seen,
                              MonotonicInstant now);

// Those that were meant to probe the device in the round, are listed in `landmarks` and not at
// fault, in the order of the observation.
std::vector<ExpectedLandmark> ExpectedLandmarks(const DeviceObservation& observation,
                                                std::span<const Landmark> landmarks,
                                                const MeshState& mesh);

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_EXPECTED_LANDMARKS_H_
