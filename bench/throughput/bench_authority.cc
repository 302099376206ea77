#include "bench/throughput/bench_authority.h"

#include <fmt/format.h>

#include <utility>

#include "sim/run/run_authority.h"

namespace earshot {

BenchAuthority MakeBenchAuthority(const std::vector<Endpoint>& endpoints, Random& random,
                                  WallInstant now) {
  const RunAuthority authority(random, now);
  std::vector<LandmarkMaterial> materials;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    ScenarioLandmark landmark;
    landmark.id = LandmarkId(fmt::format("bench-{}", i));
    landmark.domain = TrustDomain("bench");
    materials.push_back(authority.MakeLandmark(landmark, ScenarioPlace{}, random));
  }
  std::vector<ListedEndpoint> listed;
  for (std::size_t i = 0; i < endpoints.size(); ++i) listed.push_back({&materials[i], endpoints[i]});
  BenchAuthority made{authority.root().public_key(), {}, authority.LandmarkList(listed)};
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    made.landmarks.push_back(std::make_unique<BenchLandmark>(
        BenchLandmark{std::move(materials[i].keys), endpoints[i]}));
  }
  return made;
}

}  // namespace earshot
