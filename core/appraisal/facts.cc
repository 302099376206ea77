#include "core/appraisal/facts.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "core/appraisal/expected_landmarks.h"
#include "core/geo/wgs84.h"
#include "core/latency/statistics.h"

namespace earshot {
namespace {

const Landmark* Find(std::span<const Landmark> landmarks, const LandmarkId& id) {
  const auto at = std::ranges::find(landmarks, id, &Landmark::id);
  return at == landmarks.end() ? nullptr : &*at;
}

// An observation that may count, and the landmark that made it.
struct Usable {
  const Landmark* landmark;
  const LandmarkObservation* seen;
  Duration age;
};

// Everything that grows while the observations are read; the regions follow from it.
struct Gathered {
  std::vector<LandmarkBound> bounds;
  std::vector<LandmarkRings> rings;
  std::vector<ExpectedLandmark> expected;
  std::vector<LandmarkId> without_evidence;
  std::vector<LandmarkId> all_tainted;
  std::vector<LandmarkId> refused_handshakes;
  std::vector<LandmarkId> at_fault;
  std::vector<Bytes32> evidence_sha256;
  std::uint32_t packets_refused = 0;
  bool heard = false;
};

// The interval of the verdict: this round's, at most kRoundLengthMax long. Whatever began before it
// is older than the round and grows.
struct Interval {
  MonotonicInstant begin;
  MonotonicInstant end;
};
Interval RoundOf(const DeviceObservation& observation) {
  std::optional<Interval> round;
  for (const LandmarkObservation& seen : observation.landmarks) {
    if (!seen.expected) continue;
    if (!round.has_value()) round = Interval{seen.begin, seen.end};
    round->begin = std::min(round->begin, seen.begin);
    round->end = std::max(round->end, seen.end);
  }
  if (!round.has_value()) return {observation.now, observation.now};
  round->end = std::min(round->end, observation.now);
  round->begin = std::clamp(round->begin, round->end - kRoundLengthMax, round->end);
  return *round;
}

LandmarkRings RingsOf(const LandmarkBound& bound, const LandmarkObservation& seen,
                      const Site& site, Duration age) {
  const TaintSummary taint = SummariseTaint(seen.samples);
  return {.landmark = bound.landmark,
          .domain = bound.domain,
          .rtt_min = bound.rtt_min,
          .rtt_median = QuantileRtt(seen.samples, 0.5).value_or(bound.rtt_min),
          .age = age,
          .pings_sent = seen.pings_sent,
          .pings_answered = taint.samples,
          .tainted = taint.tainted,
          .stamps = bound.stamps,
          .vacuum = bound.vacuum,
          .fibre = bound.fibre,
          .declared = GeodesicDistance(bound.position, site.position)};
}

void GatherOne(const Usable& usable, const AppraisalInput& input, Gathered& all) {
  const LandmarkObservation& seen = *usable.seen;
  const bool covered = seen.evidence == EvidenceState::kValid;
  const std::optional<Rtt> untainted = MinRtt(seen.samples, kAnyTaint);
  all.packets_refused += seen.packets_refused;
  if (seen.receipt_sha256 != Bytes32{}) all.evidence_sha256.push_back(seen.receipt_sha256);
  if (!seen.samples.empty()) {
    if (usable.age <= Duration(0)) all.heard = true;
    if (!covered) all.without_evidence.push_back(seen.landmark);
    if (!untainted.has_value()) all.all_tainted.push_back(seen.landmark);
  }
  if (seen.refused_since.has_value()) all.refused_handshakes.push_back(seen.landmark);
  if (seen.expected) {
    all.expected.push_back(ExpectedFrom(*usable.landmark, seen, input.observation.now));
  }
  const auto bound = BoundFrom(*usable.landmark, seen, usable.age, input.policy);
  if (!bound.has_value()) return;
  all.bounds.push_back(*bound);
  const Duration age =
      usable.age > Duration(0) ? input.observation.now - seen.begin : Duration(0);
  all.rings.push_back(RingsOf(*bound, seen, input.declaration.site, age));
}

Gathered GatherAll(const AppraisalInput& input, MonotonicInstant round_begin) {
  Gathered all;
  for (const LandmarkObservation& seen : input.observation.landmarks) {
    const Landmark* landmark = Find(input.landmarks, seen.landmark);
    if (landmark == nullptr) continue;
    if (std::ranges::find(input.mesh.faulty, seen.landmark) != input.mesh.faulty.end()) {
      all.at_fault.push_back(seen.landmark);
      continue;
    }
    GatherOne({landmark, &seen, round_begin - seen.begin}, input, all);
  }
  std::ranges::stable_sort(all.rings, {}, &LandmarkRings::declared);
  return all;
}

template <typename Keep>
std::vector<LandmarkBound> Those(const std::vector<LandmarkBound>& bounds, Keep keep) {
  std::vector<LandmarkBound> kept;
  std::ranges::copy_if(bounds, std::back_inserter(kept), keep);
  return kept;
}

bool InForce(WallInstant from, WallInstant until, WallInstant begin, WallInstant end) {
  return from <= begin && end <= until;
}

bool KeysSealed(const AppraisalInput& input, WallInstant begin, WallInstant end) {
  const std::optional<Endorsement>& endorsement = input.endorsement;
  return endorsement.has_value() && endorsement->device == input.observation.device &&
         endorsement->session_keys == SessionKeys::kSealed &&
         InForce(endorsement->not_before, endorsement->not_after, begin, end);
}

}  // namespace

Facts GatherFacts(const AppraisalInput& input) {
  const DeviceObservation& observation = input.observation;
  const auto [begin, end] = RoundOf(observation);
  Gathered all = GatherAll(input, begin);
  const WallInstant wall_begin = observation.wall_now - (observation.now - begin);
  const WallInstant wall_end = observation.wall_now - (observation.now - end);
  const Site& site = input.declaration.site;

  const std::uint32_t liars = input.policy.liars_max;
  const auto of_round = Those(all.bounds, [](const LandmarkBound& b) { return !b.aged; });
  const auto signed_for =
      Those(all.bounds, [](const LandmarkBound& b) { return b.covered_by_evidence; });
  ProvedRegion vacuum(all.bounds, Medium::kVacuum, liars);
  ProvedRegion fibre(all.bounds, Medium::kFibre, liars);
  return {.begin = begin,
          .end = end,
          .bounds = std::move(all.bounds),
          .rings = std::move(all.rings),
          .expected = std::move(all.expected),
          .without_evidence = std::move(all.without_evidence),
          .all_tainted = std::move(all.all_tainted),
          .refused_handshakes = std::move(all.refused_handshakes),
          .at_fault = std::move(all.at_fault),
          .evidence_sha256 = std::move(all.evidence_sha256),
          .packets_refused = all.packets_refused,
          .heard = all.heard,
          .declaration_in_force = InForce(site.from, site.until, wall_begin, wall_end),
          .keys_sealed = KeysSealed(input, wall_begin, wall_end),
          .vacuum = std::move(vacuum),
          .vacuum_of_round = ProvedRegion(of_round, Medium::kVacuum, liars),
          .vacuum_under_evidence = ProvedRegion(signed_for, Medium::kVacuum, liars),
          .fibre = std::move(fibre)};
}

}  // namespace earshot
