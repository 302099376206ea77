#include "core/locate/region.h"

#include <algorithm>
#include <numbers>

#include "core/latency/statistics.h"

namespace earshot {
namespace {

std::vector<TrustDomain> DomainsOf(std::span<const LandmarkBound> bounds) {
  std::vector<TrustDomain> domains;
  for (const LandmarkBound& bound : bounds) domains.push_back(bound.domain);
  std::sort(domains.begin(), domains.end());
  domains.erase(std::unique(domains.begin(), domains.end()), domains.end());
  return domains;
}

std::vector<DomainDisc> DiscsOf(std::span<const LandmarkBound> bounds, Medium medium) {
  const std::vector<TrustDomain> domains = DomainsOf(bounds);
  std::vector<DomainDisc> discs;
  discs.reserve(bounds.size());
  for (const LandmarkBound& bound : bounds) {
    const auto at = std::lower_bound(domains.begin(), domains.end(), bound.domain);
    discs.push_back({.disc = FromBound(bound.position, bound.In(medium)),
                     .domain = static_cast<std::uint32_t>(at - domains.begin())});
  }
  return discs;
}

int DepthNeeded(std::size_t domains, std::uint32_t liars_max) {
  return domains > liars_max ? static_cast<int>(domains - liars_max) : 0;
}

}  // namespace

std::optional<LandmarkBound> BoundFrom(const Landmark& at, const LandmarkObservation& seen,
                                       Duration age, const Policy& policy) {
  const std::optional<Sample> least = MinSample(seen.samples, kTaintsThatUnbound);
  if (!least.has_value()) return std::nullopt;
  const BoundMargins margins = {.clock_rate_error_ppm = policy.clock_rate_error * 1e6,
                                .clock_resolution = policy.clock_resolution,
                                .landmark_position_uncertainty = at.position_uncertainty};
  const auto bound_in = [&](Medium medium) {
    return DistanceBound::FromRtt(least->rtt, medium, margins).AgedBy(age, policy.drift);
  };
  return LandmarkBound{.landmark = at.id,
                       .domain = at.domain,
                       .position = at.position,
                       .rtt_min = least->rtt,
                       .stamps = least->stamps,
                       .vacuum = bound_in(Medium::kVacuum),
                       .fibre = bound_in(Medium::kFibre),
                       .covered_by_evidence = seen.evidence == EvidenceState::kValid,
                       .aged = age > Duration(0)};
}

ProvedRegion::ProvedRegion(std::span<const LandmarkBound> bounds, Medium medium,
                           std::uint32_t liars_max)
    : discs_(DiscsOf(bounds, medium)),
      domain_count_(static_cast<std::uint32_t>(DomainsOf(bounds).size())),
      k_(DepthNeeded(domain_count_, liars_max)),
      region_(discs_, k_) {}

bool ProvedRegion::Misses(const Disc& disc) const {
  if (k_ <= 0) return disc.IsEmpty();
  return DepthRegion(discs_, k_, disc).IsEmpty();
}

bool ProvedRegion::Misses(Position centre, Distance radius) const {
  // A radius below zero is nobody's site; taken as a point it contradicts no more than that.
  return Misses(DiscContaining(centre, std::max(radius, Distance())));
}

bool ProvedRegion::LiesWithin(Position centre, Distance radius) const {
  if (ProvesNothing() || IsEmpty()) return false;
  const Disc inside = DiscContainedIn(centre, radius);
  if (inside.IsEmpty()) return false;
  // Nothing of the region is on or beyond the rim.
  const Disc beyond(inside.centre().Antipode(), Angle::Radians(std::numbers::pi) - inside.radius());
  return Misses(beyond);
}

}  // namespace earshot
