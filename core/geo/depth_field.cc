#include "core/geo/depth_field.h"

#include <algorithm>
#include <cmath>

namespace earshot {
namespace {

// What cosines cannot tell apart near 0 and 180 degrees: sqrt(2 * 4e-16) = 3e-8 rad; 1 m covers it.
constexpr double kCapSlack = 1.0 / kPolarRadius.metres();
constexpr double kCosineSlack = kCapSlack * kCapSlack;

double SquaredHalfChord(Angle radius) {
  const double half_chord = std::sin(0.5 * radius.radians());
  return half_chord * half_chord;
}

}  // namespace

Cap::Cap(const Disc& disc)
    : centre_(disc.centre()),
      cosine_(std::cos(disc.radius().radians())),
      sine_(std::sin(disc.radius().radians())),
      kind_(disc.IsEmpty()        ? Kind::kEmpty
            : disc.IsEverything() ? Kind::kEverything
                                  : Kind::kProper) {}

bool Cap::MayMeet(const Cap& other) const {
  if (kind_ == Kind::kEmpty || other.kind_ == Kind::kEmpty) return false;
  if (kind_ == Kind::kEverything || other.kind_ == Kind::kEverything) return true;
  // r + s >= pi, said without the angles.
  if (cosine_ + other.cosine_ <= kCapSlack) return true;
  // angle <= r + s, with cos(r + s) by the addition theorem.
  const double sum = cosine_ * other.cosine_ - sine_ * other.sine_;
  const double slack = kCosineSlack + kCapSlack * (sine_ + other.sine_);
  return centre_.Dot(other.centre_) >= sum - slack;
}

bool Cap::SurelyCovers(const Cap& other) const {
  if (other.kind_ == Kind::kEmpty || kind_ == Kind::kEverything) return true;
  if (kind_ == Kind::kEmpty || other.kind_ == Kind::kEverything) return false;
  if (cosine_ >= other.cosine_) return false;  // r <= s
  // angle <= r - s
  const double difference = cosine_ * other.cosine_ + sine_ * other.sine_;
  const double slack = kCosineSlack + kCapSlack * (sine_ + other.sine_);
  return centre_.Dot(other.centre_) >= difference + slack;
}

DepthField::Member DepthField::Prepare(const Disc& disc) {
  const double haversine = disc.IsEmpty()        ? -1.0
                           : disc.IsEverything() ? 2.0
                                                 : SquaredHalfChord(disc.radius());
  return Member{disc, Cap(disc), haversine};
}

DepthField::DepthField(std::span<const DomainDisc> discs, const std::optional<Disc>& clip) {
  std::vector<DomainDisc> sorted(discs.begin(), discs.end());
  std::ranges::sort(sorted, {}, &DomainDisc::domain);
  members_.reserve(sorted.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto index = static_cast<std::uint32_t>(i);
    if (i == 0 || sorted[i].domain != sorted[i - 1].domain) domains_.push_back({index, index});
    members_.push_back(Prepare(sorted[i].disc));
    domains_.back().end = index + 1;
  }
  if (clip.has_value()) clip_ = Prepare(*clip);
}

int DepthField::DepthAt(const UnitVector& point) const {
  const auto contains = [&point](const Member& member) {
    return member.disc.centre().Haversine(point) <= member.haversine;
  };
  if (clip_.has_value() && !contains(*clip_)) return kOutsideClip;
  int depth = 0;
  for (const Domain& domain : domains_) {
    bool all = true;
    for (std::uint32_t i = domain.begin; i < domain.end && all; ++i) all = contains(members_[i]);
    depth += all ? 1 : 0;
  }
  return depth;
}

DepthField DepthField::GrownBy(Angle by) const {
  DepthField grown = *this;
  for (Member& member : grown.members_) member = Prepare(member.disc.GrownBy(by));
  if (grown.clip_.has_value()) grown.clip_ = Prepare(grown.clip_->disc.GrownBy(by));
  return grown;
}

bool DepthField::MayReach(const Cap& cap, int depth) const {
  if (clip_.has_value() && !clip_->cap.MayMeet(cap)) return false;
  int possible = domain_count();
  for (const Domain& domain : domains_) {
    if (possible < depth) return false;
    for (std::uint32_t i = domain.begin; i < domain.end; ++i) {
      if (members_[i].cap.MayMeet(cap)) continue;
      --possible;
      break;
    }
  }
  return possible >= depth;
}

bool DepthField::SurelyReachesAll(const Cap& cap, int depth) const {
  if (clip_.has_value() && !clip_->cap.SurelyCovers(cap)) return false;
  int certain = 0;
  for (const Domain& domain : domains_) {
    bool all = true;
    for (std::uint32_t i = domain.begin; i < domain.end && all; ++i) {
      all = members_[i].cap.SurelyCovers(cap);
    }
    certain += all ? 1 : 0;
  }
  return certain >= depth;
}

}  // namespace earshot
