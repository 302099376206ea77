// tests/core/appraisal/random_world.h: worlds drawn at random, from one seed each.
#ifndef EARSHOT_TESTS_CORE_APPRAISAL_RANDOM_WORLD_H_
#define EARSHOT_TESTS_CORE_APPRAISAL_RANDOM_WORLD_H_

#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/core/appraisal/world.h"

namespace earshot {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed * 0x9E3779B97F4A7C15U + 1) {}
  double Unit() { return static_cast<double>(engine_() >> 11U) * 0x1.0p-53; }
  double Between(double low, double high) { return low + (high - low) * Unit(); }
  std::size_t Below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  bool Chance(double p) { return Unit() < p; }
  // Near `centre`, denser towards it.
  Position Near(Position centre, Distance within) {
    return Destination(centre, Angle::Degrees(Between(0, 360)), within * Unit());
  }
  Position Anywhere() {
    const double z = Between(-1, 1);
    return At(std::asin(z) * 180 / std::numbers::pi, Between(-180, 180));
  }

 private:
  std::mt19937_64 engine_;
};

struct WorldOptions {
  bool light_speed = false;      // every honest RTT is light's time, to the nanosecond above
  bool moved = false;            // the device is not at its site but in a country that is excluded
  std::size_t liars_beyond = 0;  // this many more lying domains than the policy tolerates
  bool hide_evidence = false;    // some landmarks get no EVIDENCE, some hear nothing
};

// A scene with landmarks of n domains around a site, an excluded country "CN" and two bystanders,
// and a device of which up to f domains tell lies.
struct RandomWorld : Scene {
  RandomWorld(std::uint64_t seed, const WorldOptions& options) : dice(seed) {
    landmarks.clear();
    map = DiscMap();
    declaration.site.position = dice.Anywhere();
    declaration.site.radius = Km(dice.Between(10, 400));
    declaration.licence.countries = Codes({"CN"});
    policy.clock_rate_error = 0;
    policy.clock_resolution = Duration(0);
    policy.liars_max = static_cast<std::uint32_t>(dice.Below(4));
    policy.domains_min = 1;
    policy.china_includes_hong_kong_and_macao = false;
    const std::size_t domains =
        policy.liars_max + options.liars_beyond + 1 + dice.Below(policy.liars_max + 4);
    AddZones();
    true_place = options.moved ? dice.Near(excluded_centre, excluded_radius)
                               : dice.Near(declaration.site.position, declaration.site.radius);
    AddLandmarks(domains);
    ChooseLiars(domains, policy.liars_max + options.liars_beyond);
    AnswersFrom(true_place);
    for (std::size_t i = 0; i < landmarks.size(); ++i) {
      SetHonestRtt(i, options.light_speed);
      if (options.hide_evidence) Hide(observation.landmarks[i]);
    }
  }

  // Every landmark of a lying domain reports `rtt_of(landmark)`.
  template <typename RttOf>
  void Lie(RttOf rtt_of) {
    for (std::size_t i = 0; i < landmarks.size(); ++i) {
      if (!liars.contains(landmarks[i].domain)) continue;
      for (Sample& sample : observation.landmarks[i].samples) sample.rtt = rtt_of(landmarks[i]);
    }
  }
  Rtt LightTime(const Landmark& landmark, Position place) const {
    const Rtt light = RoundTripOver(GeodesicDistance(landmark.position, place), kSpeedOfLight);
    return Rtt::FromDuration(light.duration() + Duration(1));
  }

  Dice dice;
  Position true_place;
  Position excluded_centre;
  Distance excluded_radius;
  std::set<TrustDomain> liars;

 private:
  void AddZones() {
    // The excluded country begins at least a zone margin away from any place of the site.
    excluded_radius = Km(dice.Between(50, 1500));
    const Distance gap = Km(dice.Between(60, 3000));
    excluded_centre =
        Destination(declaration.site.position, Angle::Degrees(dice.Between(0, 360)),
                    declaration.site.radius + excluded_radius + policy.zone_margin + gap);
    map.Add(Code("CN"), excluded_centre, excluded_radius);
    map.Add(Code("AA"), declaration.site.position, declaration.site.radius * 2);
    map.Add(Code("BB"), dice.Anywhere(), Km(dice.Between(50, 2000)));
  }
  void AddLandmarks(std::size_t domains) {
    const std::size_t count = domains + dice.Below(4);
    for (std::size_t i = 0; i < count; ++i) {
      const Position centre = dice.Chance(0.5)   ? declaration.site.position
                              : dice.Chance(0.5) ? excluded_centre
                                                 : dice.Anywhere();
      const std::size_t domain = i < domains ? i : dice.Below(domains);
      landmarks.push_back({.id = LandmarkId("l" + std::to_string(i)),
                           .city = "",
                           .position = dice.Near(centre, Km(800)),
                           .position_uncertainty = Distance(),
                           .domain = TrustDomain("d" + std::to_string(domain))});
    }
  }
  void ChooseLiars(std::size_t domains, std::size_t count) {
    while (liars.size() < count)
      liars.insert(TrustDomain("d" + std::to_string(dice.Below(domains))));
  }
  void SetHonestRtt(std::size_t i, bool light_speed) {
    const double stretch = light_speed ? 1.0 : dice.Between(1.0, 4.0);
    const double access_ms = light_speed || dice.Chance(0.3) ? 0.0 : dice.Between(0.0, 20.0);
    for (Sample& sample : observation.landmarks[i].samples) {
      const double ns =
          static_cast<double>(LightTime(landmarks[i], true_place).duration().count()) * stretch;
      const double jitter_ms = light_speed ? 0.0 : dice.Between(0.0, 5.0);
      sample.rtt = Rtt::FromDuration(Duration(static_cast<std::int64_t>(std::ceil(ns))) +
                                     Milliseconds(access_ms + jitter_ms));
      if (dice.Chance(0.1)) sample.taint = Taint::kReceiveQueueLag;
    }
  }
  void Hide(LandmarkObservation& seen) {
    if (dice.Chance(0.2)) seen.evidence = EvidenceState::kMissing;
    if (dice.Chance(0.1)) seen.samples.clear();
    if (dice.Chance(0.1)) seen.healthy = false;
    if (dice.Chance(0.1)) seen.expected = false;
  }
};

}  // namespace earshot

#endif  // EARSHOT_TESTS_CORE_APPRAISAL_RANDOM_WORLD_H_
