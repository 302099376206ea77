// From samples to a region to a verdict, over the shipped outlines of the world.
#include <benchmark/benchmark.h>

#include <cmath>

#include "core/appraisal/appraise.h"
#include "core/appraisal/nearest_landmark_test.h"
#include "core/appraisal/outline_map.h"
#include "core/geo/depth_region.h"
#include "core/geo/wgs84.h"
#include "core/locate/placement_model.h"

namespace earshot {
namespace {

Position At(double latitude, double longitude) {
  return *Position::FromDegrees(latitude, longitude);
}

// Landmarks around South-East Asia, in rings that overlap around Singapore.
std::vector<DomainDisc> Discs(std::int64_t count) {
  std::vector<DomainDisc> discs;
  for (std::int64_t i = 0; i < count; ++i) {
    const double turn = static_cast<double>(i) * 2.399963;  // golden angle: spread, not repeated
    const double away = 2.0 + static_cast<double>(i % 7) * 3.0;
    const UnitVector centre =
        UnitVector::Towards(std::cos((104 + away * std::cos(turn)) * M_PI / 180),
                            std::sin((104 + away * std::cos(turn)) * M_PI / 180),
                            std::tan(away * std::sin(turn) * M_PI / 180));
    discs.push_back({Disc(centre, Angle::Degrees(away * 1.3 + 1)), static_cast<std::uint32_t>(i)});
  }
  return discs;
}

void RegionOfDiscs(benchmark::State& state) {
  const std::vector<DomainDisc> discs = Discs(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(DepthRegion(discs, static_cast<int>(state.range(0))));
  }
}
BENCHMARK(RegionOfDiscs)->Arg(8)->Arg(30)->Arg(100);

struct Scene {
  Scene() {
    const auto add = [this](const char* id, const char* domain, const Position& at) {
      landmarks.push_back({LandmarkId(id), "", at, Distance::Metres(100), TrustDomain(domain)});
    };
    add("sin-1", "north", At(1.30, 103.79));
    add("sin-2", "east", At(1.32, 103.95));
    add("kul-1", "south", At(3.14, 101.69));
    add("hkg-1", "west", At(22.36, 114.13));
    add("tyo-1", "tidal", At(35.68, 139.77));
    declaration.site = {.name = "hall",
                        .position = At(1.35, 103.82),
                        .radius = Distance::Kilometres(30),
                        .from = WallInstant::FromNanoseconds(0),
                        .until = WallInstant::FromNanoseconds(2'000'000'000'000'000'000)};
    declaration.licence = {LicenceTerms::Kind::kExcluded, {CountryCode::Unchecked('C', 'N')}};
    observation.now = MonotonicInstant::FromNanoseconds(100'000'000'000);
    observation.wall_now = WallInstant::FromNanoseconds(1'700'000'000'000'000'000);
    observation.awaited_since = observation.now - std::chrono::seconds(90);
    observation.last_valid_answer = observation.now - std::chrono::seconds(1);
    for (const Landmark& landmark : landmarks) Hear(landmark);
    mesh.measured = true;
  }
  void Hear(const Landmark& landmark) {
    LandmarkObservation seen;
    seen.landmark = landmark.id;
    seen.begin = observation.now - std::chrono::seconds(6);
    seen.end = observation.now - std::chrono::seconds(1);
    seen.expected = true;
    seen.healthy = true;
    seen.pings_sent = 20;
    seen.evidence = EvidenceState::kValid;
    const Rtt light = RoundTripOver(
        GeodesicDistance(landmark.position, declaration.site.position), kSpeedOfLight);
    for (std::uint32_t i = 1; i <= 20; ++i) {
      seen.samples.push_back({.index = i,
                              .rtt = Rtt::FromDuration(light.duration() * 3 / 2 +
                                                       std::chrono::microseconds(100 + i)),
                              .stamps = StampKind::kKernelBoth,
                              .taint = Taint::kNone,
                              .sent_at = seen.begin});
    }
    observation.landmarks.push_back(std::move(seen));
  }

  std::vector<Landmark> landmarks;
  Declaration declaration;
  std::optional<Endorsement> endorsement;
  DeviceObservation observation;
  MeshState mesh;
  Policy policy;
};

void AppraiseDevice(benchmark::State& state) {
  const Scene scene;
  const OutlineMap map;
  const NearestLandmarkTest test;
  for (auto _ : state) {
    benchmark::DoNotOptimize(Appraise({.observation = scene.observation,
                                       .declaration = scene.declaration,
                                       .endorsement = scene.endorsement,
                                       .landmarks = scene.landmarks,
                                       .mesh = scene.mesh,
                                       .policy = scene.policy},
                                      test, map));
  }
}
BENCHMARK(AppraiseDevice)->Unit(benchmark::kMicrosecond);

// The score of one declared place by the answers of five landmarks; with the neighbourhood, which
// depends on the place alone, and without.
std::vector<LocalAnswer> FiveAnswers(const Position& site) {
  const Scene scene;
  std::vector<LocalAnswer> answers;
  for (const Landmark& landmark : scene.landmarks) {
    const Distance distance = GeodesicDistance(landmark.position, site);
    const Rtt light = RoundTripOver(distance, kSpeedOfLight);
    answers.push_back({distance,
                       Rtt::FromDuration(light.duration() * 2 + std::chrono::milliseconds(2)),
                       std::nullopt});
  }
  return answers;
}

void PlacementScore(benchmark::State& state) {
  const Position site = At(1.35, 103.82);
  const std::vector<LocalAnswer> answers = FiveAnswers(site);
  const LocalNormal::Here here = PlacementModel::Measured2020().normal().At(site);
  for (auto _ : state) benchmark::DoNotOptimize(LocalNormal::Score(here, answers));
}
BENCHMARK(PlacementScore);

void PlacementNeighbourhood(benchmark::State& state) {
  const Position site = At(1.35, 103.82);
  const LocalNormal& normal = PlacementModel::Measured2020().normal();
  for (auto _ : state) benchmark::DoNotOptimize(normal.At(site));
}
BENCHMARK(PlacementNeighbourhood);

void Geodesic(benchmark::State& state) {
  const Position here = At(1.35, 103.82);
  const Position there = At(35.68, 139.77);
  for (auto _ : state) benchmark::DoNotOptimize(GeodesicDistance(here, there));
}
BENCHMARK(Geodesic);

}  // namespace
}  // namespace earshot
