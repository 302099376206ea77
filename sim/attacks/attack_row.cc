#include "sim/attacks/attack_row.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "core/base/binomial_interval.h"
#include "core/geo/wgs84.h"
#include "core/locate/region.h"
#include "earshot/v1/attacks.pb.h"
#include "sim/attacks/attack_list.h"
#include "sim/net/virtual_world.h"

namespace earshot {
namespace {

// No two places are farther apart: half a meridian is 20,003.93 km, and geodesics are no longer.
constexpr Distance kFarthest = Distance::Kilometres(20'004);
constexpr Distance kResidualStep = Distance::Kilometres(1);

std::size_t IndexOf(Verdict verdict) { return static_cast<std::size_t>(verdict); }

std::uint32_t Sum(const VerdictCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), 0U);
}

std::uint32_t Flagged(const VerdictCounts& counts) {
  std::uint32_t flagged = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (IsFlagged(static_cast<Verdict>(i))) flagged += counts[i];
  }
  return flagged;
}

std::uint32_t Convicted(const VerdictCounts& counts) {
  return counts[IndexOf(Verdict::kInvalidProof)] + counts[IndexOf(Verdict::kContradicted)];
}

std::uint32_t LooksWell(const VerdictCounts& counts) {
  return counts[IndexOf(Verdict::kVerified)] + counts[IndexOf(Verdict::kConsistent)];
}

// The vacuum region of an appraisal, from its own rings.
ProvedRegion RegionOf(const Appraisal& appraisal, std::span<const Landmark> landmarks,
                      std::uint32_t liars_max) {
  std::vector<LandmarkBound> bounds;
  for (const LandmarkRings& rings : appraisal.rings) {
    const auto landmark = std::ranges::find(landmarks, rings.landmark, &Landmark::id);
    if (landmark == landmarks.end()) continue;
    LandmarkBound bound;
    bound.landmark = rings.landmark;
    bound.domain = rings.domain;
    bound.position = landmark->position;
    bound.rtt_min = rings.rtt_min;
    bound.vacuum = rings.vacuum;
    bound.fibre = rings.fibre;
    bounds.push_back(bound);
  }
  return ProvedRegion(bounds, Medium::kVacuum, liars_max);
}

// How far the region reaches from `declared`, rounded up to kResidualStep; kFarthest: to anywhere.
Distance ReachOf(const ProvedRegion& region, Position declared) {
  if (region.ProvesNothing() || !region.LiesWithin(declared, kFarthest)) return kFarthest;
  auto low = 0;  // steps that are surely too few
  auto high = static_cast<int>(kFarthest.metres() / kResidualStep.metres());
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (region.LiesWithin(declared, kResidualStep * middle) ? high : low) = middle;
  }
  return kResidualStep * high;
}

// Whether what bounds the key bounds the chip.
bool KeyIsInTheChip(const ScenarioFleet& fleet) {
  return fleet.true_place() == fleet.actual_place && fleet.behaviour != Behaviour::kClonedKey &&
         !fleet.session_keys_on_host;
}

bool ProvedFalsely(const Scenario& scenario, const ScenarioFleet& fleet,
                   const Appraisal& appraisal) {
  const ScenarioPlace& truth = *scenario.FindPlace(fleet.true_place());
  const Position& declared = scenario.FindPlace(fleet.declared_place)->position;
  const bool named = std::ranges::find(fleet.licence.countries, truth.country) !=
                     fleet.licence.countries.end();
  const bool breaks = named == (fleet.licence.kind == LicenceTerms::Kind::kExcluded);
  const bool away = GeodesicDistance(truth.position, declared) > fleet.declared_radius;
  return (appraisal.licence.verdict == Verdict::kVerified && breaks) ||
         (appraisal.site.verdict == Verdict::kVerified && away);
}

void CountDevice(const Scenario& scenario, const ScenarioFleet& fleet, const Appraisal& appraisal,
                 std::span<const Landmark> landmarks, AttackCounts* counts) {
  if (!fleet.Expects(appraisal.headline)) ++counts->not_as_expected;
  if (fleet.honest()) {
    ++counts->honest[IndexOf(appraisal.headline)];
    return;
  }
  ++counts->untrue[IndexOf(appraisal.headline)];
  if (ProvedFalsely(scenario, fleet, appraisal)) ++counts->verified_falsely;
  if (!KeyIsInTheChip(fleet)) {
    counts->anywhere = true;
    return;
  }
  const Distance reach =
      ReachOf(RegionOf(appraisal, landmarks, scenario.policy.liars_max),
              scenario.FindPlace(fleet.declared_place)->position);
  counts->anywhere = counts->anywhere || reach >= kFarthest;
  counts->residual = std::max(counts->residual, reach);
}

void SetRate(std::uint32_t count, std::uint32_t of, v1::AttackRate* rate) {
  const BinomialInterval interval = ClopperPearson(count, of);
  rate->set_count(count);
  rate->set_of(of);
  rate->set_rate(of == 0 ? 0 : static_cast<double>(count) / of);
  rate->set_low(interval.low);
  rate->set_high(interval.high);
}

template <typename Add>
void SetVerdicts(const VerdictCounts& counts, const Add& add) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    v1::VerdictCount* verdict = add();
    verdict->set_verdict(std::string(VerdictName(static_cast<Verdict>(i))));
    verdict->set_count(counts[i]);
  }
}

}  // namespace

void AttackCounts::Add(const AttackCounts& other) {
  for (std::size_t i = 0; i < untrue.size(); ++i) {
    untrue[i] += other.untrue[i];
    honest[i] += other.honest[i];
  }
  verified_falsely += other.verified_falsely;
  not_as_expected += other.not_as_expected;
  residual = std::max(residual, other.residual);
  anywhere = anywhere || other.anywhere;
}

Result<AttackCounts> CountWorld(const Scenario& scenario, const PathModel& model,
                                const PlacementTest& test, const CountryMap& map) {
  EARSHOT_ASSIGN_OR_RETURN(const ResolvedScenario resolved,
                           ResolveScenario(scenario, model, {}));
  EARSHOT_ASSIGN_OR_RETURN(const std::unique_ptr<VirtualWorld> world,
                           VirtualWorld::Create(resolved, test, map, {}));
  while (world->RunRound()) world->DropBundles();
  const auto verdicts = world->Verdicts();
  AttackCounts counts;
  for (const ResolvedDevice& device : resolved.devices) {
    const auto verdict = verdicts.find(device.id);
    if (device.reference_for.has_value() || verdict == verdicts.end()) continue;
    CountDevice(scenario, scenario.fleets[device.fleet], verdict->second.appraisal,
                world->landmarks(), &counts);
  }
  return counts;
}

std::string_view OutcomeOf(const AttackCounts& counts) {
  const std::uint32_t untrue = Sum(counts.untrue);
  const std::uint32_t honest = Sum(counts.honest);
  if (Convicted(counts.honest) > 0) return kHonestConvicted;
  if (counts.verified_falsely > 0) return kProvedFalsely;
  if (untrue > 0) {
    if (2 * Flagged(counts.untrue) > untrue) return kCaught;
    return 2 * LooksWell(counts.untrue) >= untrue ? kUndetected : kUndecided;
  }
  if (2 * Flagged(counts.honest) > honest) return kHonestFlagged;
  return 2 * LooksWell(counts.honest) > honest ? kHarmless : kHonestUndecided;
}

void FillRow(const AttackCounts& counts, v1::AttackRow* row) {
  const std::uint32_t untrue = Sum(counts.untrue);
  SetRate(Flagged(counts.untrue), untrue, row->mutable_detected());
  SetRate(Flagged(counts.honest), Sum(counts.honest), row->mutable_false_alarms());
  row->set_honest_convicted(Convicted(counts.honest));
  row->set_verified_falsely(counts.verified_falsely);
  SetVerdicts(counts.untrue, [row] { return row->add_verdicts(); });
  SetVerdicts(counts.honest, [row] { return row->add_honest_verdicts(); });
  if (untrue > 0) {
    row->set_residual_km((counts.anywhere ? kFarthest : counts.residual).kilometres());
    row->set_residual_anywhere(counts.anywhere);
  }
  row->set_outcome(std::string(OutcomeOf(counts)));
}

}  // namespace earshot
