// tests/core/appraisal/world.h: small worlds in which every disc, country and answer is chosen.
#ifndef EARSHOT_TESTS_CORE_APPRAISAL_WORLD_H_
#define EARSHOT_TESTS_CORE_APPRAISAL_WORLD_H_

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/appraisal/appraise.h"
#include "core/appraisal/country_map.h"
#include "core/appraisal/nearest_landmark_test.h"
#include "core/geo/wgs84.h"
#include "tests/support/quantities.h"

namespace earshot {

inline Duration Milliseconds(double ms) {
  return Duration(static_cast<std::int64_t>(std::llround(ms * 1e6)));
}
inline CountryCode Code(const char* text) { return CountryCode::Unchecked(text[0], text[1]); }
inline std::vector<CountryCode> Codes(std::initializer_list<const char*> texts) {
  std::vector<CountryCode> codes;
  for (const char* text : texts) codes.push_back(Code(text));
  std::sort(codes.begin(), codes.end());
  return codes;
}
inline std::string Text(const std::vector<CountryCode>& codes) {
  std::string text;
  for (const CountryCode code : codes) text += (text.empty() ? "" : " ") + code.text();
  return text;
}

// A map whose countries are discs.
class DiscMap final : public CountryMap {
 public:
  struct Country {
    Position centre;
    Distance radius;
  };

  void Add(CountryCode code, Position centre, Distance radius) {
    countries_[code] = {centre, radius};
    codes_.clear();
    for (const auto& [known, country] : countries_) codes_.push_back(known);
  }
  bool IsIn(CountryCode code, Position place) const {
    const Country& country = countries_.at(code);
    return GeodesicDistance(country.centre, place) <= country.radius;
  }

  std::span<const CountryCode> Countries() const override { return codes_; }
  std::vector<CountryCode> TouchedBy(const ProvedRegion& region, Distance margin) const override {
    std::vector<CountryCode> touched;
    for (const auto& [code, country] : countries_) {
      if (region.ProvesNothing() || !region.Misses(country.centre, country.radius + margin)) {
        touched.push_back(code);
      }
    }
    return touched;
  }
  bool Encloses(std::span<const CountryCode> countries, const ProvedRegion& region,
                Distance margin) const override {
    return std::ranges::any_of(countries, [&](CountryCode code) {
      if (!countries_.contains(code)) return false;
      const Country& country = countries_.at(code);
      return region.LiesWithin(country.centre, country.radius - margin);
    });
  }
  Distance DistanceToNearest(Position from, std::span<const CountryCode> countries,
                             Distance margin) const override {
    Distance nearest = Distance::Metres(std::numeric_limits<double>::infinity());
    for (const CountryCode code : countries) {
      if (!countries_.contains(code)) continue;
      const Country& country = countries_.at(code);
      const Distance away = GeodesicDistance(from, country.centre) - country.radius - margin;
      nearest = std::min(nearest, std::max(away, Distance()));
    }
    return nearest;
  }

 private:
  std::map<CountryCode, Country> countries_;
  std::vector<CountryCode> codes_;
};

inline const Position kSingapore = At(1.35, 103.82);
inline const Position kShenzhen = At(22.54, 114.06);
inline const Position kHongKong = At(22.32, 114.17);

// Two domains in Singapore, one each in Kuala Lumpur, Hong Kong (two) and Tokyo; one device. Every
// member may be changed before Judge().
struct Scene {
  Scene() {
    const auto add = [&](const char* id, const char* domain, Position at) {
      landmarks.push_back({LandmarkId(id), "", at, Distance::Metres(100), TrustDomain(domain)});
    };
    add("sin-1", "north", At(1.30, 103.79));
    add("sin-2", "east", At(1.32, 103.95));
    add("kul-1", "south", At(3.14, 101.69));
    add("hkg-1", "west", At(22.36, 114.13));
    add("hkg-2", "delta", At(22.28, 114.16));
    add("tyo-1", "tidal", At(35.68, 139.77));
    map.Add(Code("SG"), kSingapore, Km(25));
    map.Add(Code("MY"), At(3.9, 102.0), Km(260));
    map.Add(Code("CN"), At(32.0, 110.0), Km(1150));
    map.Add(Code("HK"), kHongKong, Km(30));
    map.Add(Code("MO"), At(22.17, 113.55), Km(10));
    map.Add(Code("JP"), At(36.0, 138.5), Km(500));
    declaration.device = DeviceId(Bytes32{1});
    declaration.site = {.name = "Harbour Hall",
                        .position = kSingapore,
                        .radius = Km(30),
                        .from = WallInstant::FromNanoseconds(0),
                        .until = WallInstant::FromNanoseconds(2'000'000'000'000'000'000)};
    declaration.licence = {LicenceTerms::Kind::kExcluded, Codes({"CN"})};
    endorsement = Endorsement{.device = declaration.device,
                              .maker = "Lantern Silicon",
                              .model = "L1",
                              .firmware_sha256 = {},
                              .session_keys = SessionKeys::kSealed,
                              .not_before = WallInstant::FromNanoseconds(0),
                              .not_after = declaration.site.until};
    observation.device = declaration.device;
    observation.round = RoundNumber(7);
    observation.now = MonotonicInstant::FromNanoseconds(100'000'000'000);
    observation.wall_now = WallInstant::FromNanoseconds(1'700'000'000'000'000'000);
    observation.awaited_since = observation.now - std::chrono::seconds(90);
    mesh.measured = true;
  }

  // Answers from `place`: 1.5 times light's time over the geodesic, plus `extra`.
  Scene& AnswersFrom(Position place, Duration extra = Milliseconds(0.8)) {
    observation.landmarks.clear();
    for (const Landmark& landmark : landmarks) {
      const Rtt light = RoundTripOver(GeodesicDistance(landmark.position, place), kSpeedOfLight);
      LandmarkObservation seen = Unheard(landmark.id);
      seen.pings_sent = 5;
      seen.evidence = EvidenceState::kValid;
      seen.receipt_sha256 = Bytes32{9};
      for (std::uint32_t i = 1; i <= 3; ++i) {
        Sample sample;
        sample.index = i;
        sample.rtt = Rtt::FromDuration(light.duration() * 3 / 2 + extra + Duration(i * 20'000));
        sample.stamps = StampKind::kKernelBoth;
        seen.samples.push_back(sample);
      }
      observation.landmarks.push_back(seen);
    }
    observation.last_valid_answer = observation.now - std::chrono::seconds(1);
    return *this;
  }
  Scene& AnswersNobody() {
    observation.landmarks.clear();
    for (const Landmark& landmark : landmarks) {
      observation.landmarks.push_back(Unheard(landmark.id));
    }
    return *this;
  }
  LandmarkObservation Unheard(LandmarkId id) const {
    LandmarkObservation seen;
    seen.landmark = std::move(id);
    seen.begin = observation.now - std::chrono::seconds(6);
    seen.end = observation.now - std::chrono::seconds(1);
    seen.expected = true;
    seen.healthy = true;
    return seen;
  }

  LandmarkObservation& Seen(const char* id) {
    return *std::ranges::find(observation.landmarks, LandmarkId(id),
                              &LandmarkObservation::landmark);
  }
  Scene& Loses(const char* id) {
    Seen(id).samples.clear();
    Seen(id).evidence = EvidenceState::kMissing;
    return *this;
  }
  Scene& SetRtt(const char* id, double ms) {
    for (Sample& sample : Seen(id).samples) sample.rtt = Rtt::FromDuration(Milliseconds(ms));
    return *this;
  }
  Scene& Taints(const char* id, Taint taint) {
    for (Sample& sample : Seen(id).samples) sample.taint = taint;
    return *this;
  }

  Appraisal Judge() const {
    return Appraise({.observation = observation,
                     .declaration = declaration,
                     .endorsement = endorsement,
                     .landmarks = landmarks,
                     .mesh = mesh,
                     .policy = policy,
                     .site_outage = site_outage},
                    test, map);
  }

  std::vector<Landmark> landmarks;
  DiscMap map;
  Declaration declaration;
  std::optional<Endorsement> endorsement;
  DeviceObservation observation;
  MeshState mesh;
  Policy policy;
  bool site_outage = false;
  NearestLandmarkTest test;
};

inline bool Says(const Judgement& judgement, ReasonCode code) {
  return std::ranges::any_of(judgement.reasons,
                             [&](const Reason& reason) { return reason.code == code; });
}

}  // namespace earshot

// The verdict, its basis and the reason that decided. Needs gtest.
#define EXPECT_JUDGED(judgement, expected_verdict, expected_basis, expected_reason) \
  EXPECT_EQ(VerdictName((judgement).verdict), VerdictName(expected_verdict));       \
  EXPECT_EQ(BasisName((judgement).basis), BasisName(expected_basis));               \
  ASSERT_FALSE((judgement).reasons.empty());                                        \
  EXPECT_EQ(ReasonCodeName((judgement).reasons.front().code), ReasonCodeName(expected_reason))

#endif  // EARSHOT_TESTS_CORE_APPRAISAL_WORLD_H_
