// tests/core/geo/random_discs.h: random arrangements, easy and nasty, for the tests of regions.
#ifndef EARSHOT_TESTS_CORE_GEO_RANDOM_DISCS_H_
#define EARSHOT_TESTS_CORE_GEO_RANDOM_DISCS_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>
#include <random>
#include <vector>

#include "core/geo/depth_region.h"

namespace earshot {

struct RandomCase {
  std::vector<DomainDisc> discs;
  int k = 1;
  std::optional<Disc> clip;
};

class RandomDiscs {
 public:
  explicit RandomDiscs(std::uint64_t seed) : random_(seed) {}

  double Unit() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  int Below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  UnitVector Point() {
    std::normal_distribution<double> normal;
    return UnitVector::Towards(normal(random_), normal(random_), normal(random_));
  }
  // Uniform in the disc around `centre`.
  UnitVector PointNear(const UnitVector& centre, double radius) {
    const double height = 1.0 - Unit() * (1.0 - std::cos(radius));
    const double turn = 2.0 * std::numbers::pi * Unit();
    const UnitVector helper =
        std::abs(centre.z()) < 0.9 ? UnitVector() : UnitVector::Towards(1, 0, 0);
    const UnitVector east = UnitVector::Towards(helper.y() * centre.z() - helper.z() * centre.y(),
                                                helper.z() * centre.x() - helper.x() * centre.z(),
                                                helper.x() * centre.y() - helper.y() * centre.x());
    const UnitVector north(UnitVector::Towards(centre.y() * east.z() - centre.z() * east.y(),
                                               centre.z() * east.x() - centre.x() * east.z(),
                                               centre.x() * east.y() - centre.y() * east.x()));
    const double side = std::sqrt(std::max(0.0, 1.0 - height * height));
    const double e = side * std::cos(turn);
    const double n = side * std::sin(turn);
    return UnitVector::Towards(centre.x() * height + east.x() * e + north.x() * n,
                               centre.y() * height + east.y() * e + north.y() * n,
                               centre.z() * height + east.z() * e + north.z() * n);
  }

  // Up to `most` discs. Some cases have one true place that most discs contain, some are unrelated;
  // radii run from a city to beyond a hemisphere; some discs repeat, and some share a domain.
  RandomCase Case(int most) {
    RandomCase c;
    const int n = 1 + Below(most);
    const bool clustered = Unit() < 0.6;
    const bool shared_domains = Unit() < 0.5;
    const double scale = std::pow(10.0, -3.0 * Unit());
    const UnitVector truth = Point();
    for (int i = 0; i < n; ++i) {
      UnitVector centre = clustered ? PointNear(truth, std::min(3.0, 2.0 * scale)) : Point();
      double radius = clustered ? centre.AngleTo(truth).radians() * (0.85 + 0.5 * Unit())
                                : 3.1 * Unit() * (Unit() < 0.5 ? scale : 1.0);
      if (i > 0 && Unit() < 0.08) {
        const Disc& earlier = c.discs[static_cast<std::size_t>(Below(i))].disc;
        centre = Unit() < 0.5 ? earlier.centre() : earlier.centre().Antipode();
        radius = Unit() < 0.5 ? earlier.radius().radians() : radius;
      }
      const int domain = shared_domains ? Below(1 + n / 2) : i;
      c.discs.push_back({Disc(centre, Angle::Radians(radius)), static_cast<std::uint32_t>(domain)});
    }
    c.k = 1 + Below(n);
    if (Unit() < 0.3) c.clip = Disc(PointNear(truth, scale), Angle::Radians(3.0 * scale * Unit()));
    return c;
  }

  // Two to `most` discs whose circles, once grown, all pass through `truth` or one other place, so
  // that rounding is all that separates their crossings there; some miss it by up to a few metres.
  RandomCase ConcurrentCase(int most, const UnitVector& truth) {
    RandomCase c;
    const UnitVector other = PointNear(truth, Unit() < 0.5 ? 0.02 : 3.0);
    const UnitVector middle =
        UnitVector::Towards(truth.x() + other.x(), truth.y() + other.y(), truth.z() + other.z());
    const int n = 2 + Below(most - 1);
    for (int i = 0; i < n; ++i) {
      const UnitVector& through = Unit() < 0.7 ? truth : other;
      const double place = Unit();
      const UnitVector centre = place < 0.3   ? Point()
                                : place < 0.5 ? middle
                                              : PointNear(truth, std::pow(10.0, -6.0 * Unit()));
      double radius = centre.AngleTo(through).radians() - OutwardAngle(kOutwardTolerance).radians();
      if (Unit() < 0.3) radius += (Unit() - 0.5) * std::pow(10.0, -6.0 - 9.0 * Unit());
      c.discs.push_back(
          {Disc(centre, Angle::Radians(std::max(radius, 0.0))), static_cast<std::uint32_t>(i)});
    }
    c.k = std::max(1, n - Below(3));
    return c;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace earshot

#endif  // EARSHOT_TESTS_CORE_GEO_RANDOM_DISCS_H_
