// tests/core/report/fixture.h: one device near Singapore and what landmarks heard of it.
#ifndef EARSHOT_TESTS_CORE_REPORT_FIXTURE_H_
#define EARSHOT_TESTS_CORE_REPORT_FIXTURE_H_

#include <vector>

#include "core/domain/declaration.h"
#include "core/domain/observation.h"
#include "core/domain/policy.h"
#include "core/domain/verdict.h"
#include "core/geo/wgs84.h"
#include "core/report/reason_text.h"

namespace earshot::testing_support {

inline constexpr CountryCode kChina = CountryCode::Unchecked('C', 'N');
inline constexpr CountryCode kHongKong = CountryCode::Unchecked('H', 'K');
inline constexpr CountryCode kIndonesia = CountryCode::Unchecked('I', 'D');
inline constexpr CountryCode kMacao = CountryCode::Unchecked('M', 'O');
inline constexpr CountryCode kMalaysia = CountryCode::Unchecked('M', 'Y');
inline constexpr CountryCode kSingapore = CountryCode::Unchecked('S', 'G');

inline Rtt Microseconds(std::int64_t us) { return Rtt::FromDuration(std::chrono::microseconds(us)); }

struct World {
  Policy policy;
  Declaration declaration;
  std::vector<Landmark> landmarks;

  World() {
    const Position singapore = *Position::FromDegrees(1.29, 103.85);
    const Position hong_kong = *Position::FromDegrees(22.3, 114.17);
    landmarks = {{LandmarkId("sin-1"), "Singapore", singapore, Distance::Metres(100), TrustDomain("a")},
                 {LandmarkId("sin-2"), "Singapore", singapore, Distance::Metres(100), TrustDomain("b")},
                 {LandmarkId("hkg-1"), "Hong Kong", hong_kong, Distance::Metres(100), TrustDomain("c")},
                 {LandmarkId("hkg-2"), "Hong Kong", hong_kong, Distance::Metres(100), TrustDomain("d")}};
    declaration.device = DeviceId(Bytes32{0x42});
    declaration.owner = "Lion City Compute (fictional)";
    declaration.site = {"Singapore", singapore, Distance::Kilometres(30), {}, {}};
    declaration.licence = {LicenceTerms::Kind::kExcluded, {kChina, kHongKong, kMacao}};
  }

  ReadingContext Context() const { return {declaration, policy, landmarks}; }

  // What `landmark` (an index) knows after hearing an answer in `rtt`.
  LandmarkRings Heard(std::size_t landmark, Rtt rtt) const {
    const Landmark& at = landmarks[landmark];
    LandmarkRings rings;
    rings.landmark = at.id;
    rings.domain = at.domain;
    rings.rtt_min = rtt;
    rings.pings_sent = 15;
    rings.pings_answered = 14;
    rings.stamps = StampKind::kKernelBoth;
    rings.vacuum = DistanceBound::FromRtt(rtt, Medium::kVacuum, {});
    rings.fibre = DistanceBound::FromRtt(rtt, Medium::kFibre, {});
    rings.declared = GeodesicDistance(at.position, declaration.site.position);
    return rings;
  }
};

inline Reason Because(ReasonCode code) {
  Reason reason;
  reason.code = code;
  return reason;
}

// Site and licence judged alike, for one reason.
inline Appraisal Judged(const World& world, Verdict verdict, Basis basis, Reason reason) {
  Appraisal appraisal;
  appraisal.device = world.declaration.device;
  appraisal.round = RoundNumber(2);
  appraisal.headline = verdict;
  appraisal.site = {verdict, basis, {reason}};
  appraisal.licence = {verdict, basis, {reason}};
  appraisal.policy_version = world.policy.version;
  return appraisal;
}

}  // namespace earshot::testing_support

#endif  // EARSHOT_TESTS_CORE_REPORT_FIXTURE_H_
