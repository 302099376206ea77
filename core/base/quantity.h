// core/base/quantity.h: lengths, angles and speeds as types; the two speeds of the field.
#ifndef EARSHOT_CORE_BASE_QUANTITY_H_
#define EARSHOT_CORE_BASE_QUANTITY_H_

#include <compare>
#include <cstdint>
#include <numbers>

#include "core/base/time.h"

namespace earshot {

// A length. Regular type; negative values are differences.
class Distance {
 public:
  constexpr Distance() = default;
  static constexpr Distance Metres(double m) { return Distance(m); }
  static constexpr Distance Kilometres(double km) { return Distance(km * 1000.0); }

  constexpr double metres() const { return metres_; }
  constexpr double kilometres() const { return metres_ * 1e-3; }

  friend constexpr Distance operator+(Distance a, Distance b) {
    return Distance(a.metres_ + b.metres_);
  }
  friend constexpr Distance operator-(Distance a, Distance b) {
    return Distance(a.metres_ - b.metres_);
  }
  friend constexpr Distance operator*(Distance a, double k) { return Distance(a.metres_ * k); }
  friend constexpr auto operator<=>(Distance, Distance) = default;

 private:
  explicit constexpr Distance(double metres) : metres_(metres) {}
  double metres_ = 0;
};

// A plane angle.
class Angle {
 public:
  constexpr Angle() = default;
  static constexpr Angle Radians(double rad) { return Angle(rad); }
  static constexpr Angle Degrees(double deg) { return Angle(deg * (std::numbers::pi / 180.0)); }

  constexpr double radians() const { return radians_; }
  constexpr double degrees() const { return radians_ * (180.0 / std::numbers::pi); }

  friend constexpr Angle operator+(Angle a, Angle b) { return Angle(a.radians_ + b.radians_); }
  friend constexpr Angle operator-(Angle a, Angle b) { return Angle(a.radians_ - b.radians_); }
  friend constexpr Angle operator*(Angle a, double k) { return Angle(a.radians_ * k); }
  friend constexpr auto operator<=>(Angle, Angle) = default;

 private:
  explicit constexpr Angle(double radians) : radians_(radians) {}
  double radians_ = 0;
};

// A speed of propagation.
class Speed {
 public:
  static constexpr Speed MetresPerSecond(double v) { return Speed(v); }
  constexpr double metres_per_second() const { return metres_per_second_; }
  friend constexpr auto operator<=>(Speed, Speed) = default;

 private:
  explicit constexpr Speed(double v) : metres_per_second_(v) {}
  double metres_per_second_;
};

// What carries the signal. Vacuum is the sound limit; fibre rests on the assumption that no faster
// medium (microwave, satellite, hollow-core fibre) was used.
enum class Medium : std::uint8_t { kVacuum, kFibre };

// Exact by definition of the metre (SI, 2019).
inline constexpr Speed kSpeedOfLight = Speed::MetresPerSecond(299'792'458.0);
// 2/3 c: solid-core fibre with a group index of 1.5, the usual practical figure.
inline constexpr Speed kFibreSpeed = Speed::MetresPerSecond(299'792'458.0 * 2.0 / 3.0);

constexpr Speed SpeedIn(Medium medium) {
  return medium == Medium::kVacuum ? kSpeedOfLight : kFibreSpeed;
}

// How long a signal takes there and back over `d` at `v`. Not rounded; for models, not for bounds.
inline Rtt RoundTripOver(Distance d, Speed v) {
  return Rtt::FromDuration(
      Duration(static_cast<std::int64_t>(2e9 * d.metres() / v.metres_per_second())));
}

}  // namespace earshot

#endif  // EARSHOT_CORE_BASE_QUANTITY_H_
