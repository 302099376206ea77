#include "core/appraisal/expected_landmarks.h"

#include <algorithm>

#include "core/latency/statistics.h"

namespace earshot {

ExpectedLandmark ExpectedFrom(const Landmark& landmark, const LandmarkObservation& seen,
                              MonotonicInstant now) {
  ExpectedLandmark expected{.id = seen.landmark,
                            .domain = landmark.domain,
                            .position = landmark.position,
                            .rtt_min = MinRtt(seen.samples, kAnyTaint),
                            .samples = static_cast<std::uint32_t>(seen.samples.size()),
                            .covered_by_evidence = seen.evidence == EvidenceState::kValid,
                            .healthy = seen.healthy};
  if (seen.refused_since.has_value()) {
    expected.refused_for = std::max(now - *seen.refused_since, Duration(0));
  }
  if (seen.tainted_since.has_value() && !seen.samples.empty() && !expected.rtt_min.has_value()) {
    expected.tainted_for = std::max(now - *seen.tainted_since, Duration(0));
  }
  return expected;
}

std::vector<ExpectedLandmark> ExpectedLandmarks(const DeviceObservation& observation,
                                                std::span<const Landmark> landmarks,
                                                const MeshState& mesh) {
  std::vector<ExpectedLandmark> expected;
  for (const LandmarkObservation& seen : observation.landmarks) {
    if (!seen.expected) continue;
    if (std::ranges::find(mesh.faulty, seen.landmark) != mesh.faulty.end()) continue;
    const auto landmark = std::ranges::find(landmarks, seen.landmark, &Landmark::id);
    if (landmark == landmarks.end()) continue;
    expected.push_back(ExpectedFrom(*landmark, seen, observation.now));
  }
  return expected;
}

}  // namespace earshot
