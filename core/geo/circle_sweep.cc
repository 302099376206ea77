#include "core/geo/circle_sweep.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace earshot::internal {
namespace {

// Rounding of the half sines compared below; counts as inside.
constexpr double kHalfSineRounding = 8e-16;

// Where one circle lies as seen from another disc.
enum class Relation : std::uint8_t { kOutside, kInside, kCrossing };

struct Event {
  DiamondAngle at;
  std::uint32_t circle;
  bool leaves;
  // Enter before leave: at a shared point both discs count.
  friend bool operator<(const Event& a, const Event& b) {
    return a.at != b.at ? a.at < b.at : a.leaves < b.leaves;
  }
};

// How deep a point moving along a circle is. Counts, for each domain and last for the clip, the
// discs that do not contain the point.
class DepthCounter {
 public:
  void Reset(const std::vector<std::int32_t>& missing) {
    missing_ = missing;
    depth_ = 0;
    for (std::size_t d = 0; d + 1 < missing_.size(); ++d) depth_ += missing_[d] == 0 ? 1 : 0;
  }
  void Enter(std::uint32_t domain) {
    if (--missing_[domain] == 0 && !IsClip(domain)) ++depth_;
  }
  void Leave(std::uint32_t domain) {
    if (missing_[domain]++ == 0 && !IsClip(domain)) --depth_;
  }
  bool IsClip(std::uint32_t domain) const { return domain + 1 == missing_.size(); }
  bool Complete(std::uint32_t domain) const { return missing_[domain] == 0; }
  int depth() const { return missing_.back() == 0 ? depth_ : DepthField::kOutsideClip; }

 private:
  std::vector<std::int32_t> missing_;
  int depth_ = 0;
};

class Sweeper {
 public:
  Sweeper(std::span<const DomainDisc> discs, int k, const std::optional<Disc>& clip);
  SweepResult Run();

 private:
  struct Owned {
    Disc disc;
    std::uint32_t domain;
  };
  void AddDiscs(std::vector<Owned> proper);
  Relation RelationOf(std::uint32_t circle, std::uint32_t disc) const;
  void SweepCircle(std::uint32_t i);
  bool FindCrossings(std::uint32_t i);
  void AddCrossings(std::uint32_t i);
  bool OnBoundary(std::uint32_t i) const;
  void EmitArcs(std::uint32_t i);
  std::span<const std::uint32_t> OwnersOf(std::uint32_t i) const {
    return std::span(owners_).subspan(owners_begin_[i], owners_begin_[i + 1] - owners_begin_[i]);
  }

  int k_;
  SweepResult result_;
  std::vector<std::uint32_t> owners_;        // domains of each circle, without repetition
  std::vector<std::uint32_t> owners_begin_;  // per circle, and one more
  std::vector<std::int32_t> missing_;        // per domain, then the clip: empty discs
  // Of the circle being swept:
  DepthCounter counter_;
  std::vector<std::uint32_t> crossed_;
  std::vector<Event> events_;
};

Sweeper::Sweeper(std::span<const DomainDisc> discs, int k, const std::optional<Disc>& clip)
    : k_(k) {
  std::vector<std::uint32_t> domains;
  domains.reserve(discs.size());
  for (const DomainDisc& d : discs) domains.push_back(d.domain);
  std::ranges::sort(domains);
  domains.erase(std::unique(domains.begin(), domains.end()), domains.end());
  missing_.assign(domains.size() + 1, 0);

  std::vector<Owned> proper;
  proper.reserve(discs.size() + 1);
  const auto add = [&](const Disc& disc, std::size_t domain) {
    if (disc.IsEmpty()) {
      ++missing_[domain];
    } else if (disc.radius() < kEverythingFrom) {
      proper.push_back({disc, static_cast<std::uint32_t>(domain)});
    }
  };
  for (const DomainDisc& d : discs) {
    const auto at = std::ranges::lower_bound(domains, d.domain);
    add(d.disc, static_cast<std::size_t>(at - domains.begin()));
  }
  if (clip.has_value()) add(*clip, domains.size());
  AddDiscs(std::move(proper));
}

// Small discs first: the deepest points tend to lie on them, and what is found early prunes the
// rest.
void Sweeper::AddDiscs(std::vector<Owned> proper) {
  const auto key = [](const Owned& o) {
    return std::tuple(o.disc.radius(), o.disc.centre().x(), o.disc.centre().y(),
                      o.disc.centre().z(), o.domain);
  };
  std::ranges::sort(proper, {}, key);
  result_.circles.reserve(proper.size());
  for (std::size_t i = 0; i < proper.size(); ++i) {
    const bool repeats = i > 0 && proper[i].disc == proper[i - 1].disc;
    if (repeats && proper[i].domain == proper[i - 1].domain) continue;
    if (!repeats) {
      owners_begin_.push_back(static_cast<std::uint32_t>(owners_.size()));
      result_.circles.emplace_back(proper[i].disc.centre(), proper[i].disc.radius());
    }
    owners_.push_back(proper[i].domain);
  }
  owners_begin_.push_back(static_cast<std::uint32_t>(owners_.size()));
}

// Where circle `circle` lies as seen from disc `disc`. A pair is always judged from its smaller
// circle, so that two circles never disagree on how they lie.
Relation Sweeper::RelationOf(std::uint32_t circle, std::uint32_t disc) const {
  const Circle& small = result_.circles[std::min(circle, disc)];
  const Circle& large = result_.circles[std::max(circle, disc)];
  const double sine = std::sqrt(small.centre.Haversine(large.centre));
  const double cosine = std::sqrt(small.centre.Haversine(large.centre.Antipode()));
  // sin((d - r)/2) and sin((d + r)/2): the nearest and the farthest point of the small circle, as
  // seen from the centre of the large one.
  const double nearest = sine * small.half_cosine - cosine * small.half_sine;
  const double farthest = sine * small.half_cosine + cosine * small.half_sine;
  if (farthest <= large.half_sine + kHalfSineRounding) {
    // Nested; or, when d + r > 180 degrees, the two cover the sphere together.
    const bool covers = cosine * small.half_cosine < sine * small.half_sine;
    return circle < disc || covers ? Relation::kInside : Relation::kOutside;
  }
  return nearest > large.half_sine ? Relation::kOutside : Relation::kCrossing;
}

SweepResult Sweeper::Run() {
  counter_.Reset(missing_);
  if (result_.circles.empty()) result_.depth_max = counter_.depth();
  for (std::uint32_t i = 0; i < result_.circles.size(); ++i) SweepCircle(i);
  return std::move(result_);
}

void Sweeper::SweepCircle(std::uint32_t i) {
  counter_.Reset(missing_);
  if (!FindCrossings(i)) return;
  AddCrossings(i);
  std::sort(events_.begin(), events_.end());
  EmitArcs(i);
}

// Fills crossed_ and counts the discs that hold no point of the circle. False as soon as the circle
// can show neither boundary nor a new maximum: then most circles cost little, for small discs come
// first and a circle that is far from the region is outside those.
bool Sweeper::FindCrossings(std::uint32_t i) {
  crossed_.clear();
  for (std::uint32_t j = 0; j < result_.circles.size(); ++j) {
    if (counter_.depth() < k_ && counter_.depth() <= result_.depth_max) return false;
    if (j == i) continue;
    const Relation relation = RelationOf(i, j);
    if (relation == Relation::kCrossing) crossed_.push_back(j);
    if (relation != Relation::kOutside) continue;
    for (const std::uint32_t domain : OwnersOf(j)) counter_.Leave(domain);
  }
  return counter_.depth() >= k_ || counter_.depth() > result_.depth_max;
}

// Fills events_ from crossed_ and brings the counter to the sweep's start.
//
// The arc of circle i inside disc j reaches h to both sides of the direction of j's centre, with
// tan^2(h/2) = (t^2 - a^2) / (b^2 - t^2), t = sin(r_j/2), a = sin((d - r_i)/2), b = sin((d +
// r_i)/2): the spherical half-angle formula (Todhunter, "Spherical Trigonometry", art. 45), which
// keeps its digits for small and for nearly tangent circles.
void Sweeper::AddCrossings(std::uint32_t i) {
  events_.clear();
  const Circle& circle = result_.circles[i];
  for (const std::uint32_t j : crossed_) {
    const Circle& other = result_.circles[j];
    const double sine = std::sqrt(circle.centre.Haversine(other.centre));
    const double cosine = std::sqrt(circle.centre.Haversine(other.centre.Antipode()));
    const double a = sine * circle.half_cosine - cosine * circle.half_sine;
    const double b = sine * circle.half_cosine + cosine * circle.half_sine;
    const double t = other.half_sine;
    const double p = std::max(0.0, (t - a) * (t + a));
    const double q = std::max(0.0, (b - t) * (b + t));
    const double c = q - p;
    const double s = 2.0 * std::sqrt(p * q);
    const double x = other.centre.Dot(circle.east);
    const double y = other.centre.Dot(circle.north);
    DiamondAngle enter = ToDiamond(x * c + y * s, y * c - x * s);
    const DiamondAngle leave = ToDiamond(x * c - y * s, y * c + x * s);
    const double length = leave >= enter ? leave - enter : leave - enter + 4.0;
    // Rounding may turn a very short arc inside out, or a nearly full one.
    if (p > q && length < 2.0) continue;
    if (p <= q && length > 2.0) enter = leave;
    events_.push_back({enter, j, false});
    events_.push_back({leave, j, true});
    if (enter > leave) continue;
    for (const std::uint32_t domain : OwnersOf(j)) counter_.Leave(domain);
  }
}

// The region lies on this side of the circle and not on the other.
bool Sweeper::OnBoundary(std::uint32_t i) const {
  if (counter_.depth() < k_) return false;
  int outside = counter_.depth();
  for (const std::uint32_t domain : OwnersOf(i)) {
    if (counter_.IsClip(domain)) return true;
    outside -= counter_.Complete(domain) ? 1 : 0;
  }
  return outside < k_;
}

void Sweeper::EmitArcs(std::uint32_t i) {
  result_.depth_max = std::max(result_.depth_max, counter_.depth());
  const bool at_start = OnBoundary(i);
  if (events_.empty()) {
    if (at_start)
      result_.arcs.push_back({.circle = i, .closed = true, .begin_at = {}, .end_at = {}});
    return;
  }
  const std::size_t first = result_.arcs.size();
  bool on = at_start;
  SweepArc arc{.circle = i, .begin_at = {}, .end_at = {}};
  for (const Event& event : events_) {
    for (const std::uint32_t domain : OwnersOf(event.circle)) {
      event.leaves ? counter_.Leave(domain) : counter_.Enter(domain);
    }
    result_.depth_max = std::max(result_.depth_max, counter_.depth());
    const bool now = OnBoundary(i);
    if (now == on) continue;
    on = now;
    const Crossing at = event.leaves ? Crossing{event.circle, i} : Crossing{i, event.circle};
    if (now) {
      arc.begin = event.at;
      arc.begin_at = at;
    } else {
      arc.end = event.at;
      arc.end_at = at;
      result_.arcs.push_back(arc);
    }
  }
  // An arc that spans the start of the sweep was opened last and closed first.
  if (at_start && result_.arcs.size() == first) {
    result_.arcs.push_back({.circle = i, .closed = true, .begin_at = {}, .end_at = {}});
  } else if (at_start) {
    result_.arcs[first].begin = arc.begin;
    result_.arcs[first].begin_at = arc.begin_at;
  }
  // An arc of no length is a tie being counted, not a boundary.
  const auto begin = result_.arcs.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = std::remove_if(begin, result_.arcs.end(),
                                  [](const SweepArc& a) { return !a.closed && a.begin == a.end; });
  result_.arcs.erase(end, result_.arcs.end());
}

}  // namespace

SweepResult Sweep(std::span<const DomainDisc> discs, int k, const std::optional<Disc>& clip) {
  return Sweeper(discs, k, clip).Run();
}

}  // namespace earshot::internal
