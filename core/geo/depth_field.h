// core/geo/depth_field.h: how many trust domains allow a point.
#ifndef EARSHOT_CORE_GEO_DEPTH_FIELD_H_
#define EARSHOT_CORE_GEO_DEPTH_FIELD_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/quantity.h"
#include "core/geo/disc.h"
#include "core/geo/position.h"

namespace earshot {

// A disc and the trust domain that vouches for it. Domain numbers are any; equal means the same.
struct DomainDisc {
  Disc disc;
  std::uint32_t domain = 0;
};

// A disc prepared for many cheap tests against others. Holds a chord and two cosines, no angle.
class Cap {
 public:
  explicit Cap(const Disc& disc);
  const UnitVector& centre() const { return centre_; }

  // False only if the two surely share no point; true also when they miss each other by up to 1 m.
  bool MayMeet(const Cap& other) const;
  // True only if `other` surely lies within this one, closer than 1 m to the circle nowhere.
  bool SurelyCovers(const Cap& other) const;

 private:
  enum class Kind : std::uint8_t { kEmpty, kProper, kEverything };
  UnitVector centre_;
  double cosine_;
  double sine_;
  Kind kind_;
};

// The map from points to depth: a domain contains a point if all its discs do, the depth of a point
// is the number of domains that contain it, and outside the clip (if there is one) it is -1.
// Domains with only discs that say nothing contain every point; one empty disc silences its domain.
//
// Immutable, so any number of threads may ask.
class DepthField {
 public:
  static constexpr int kOutsideClip = -1;

  explicit DepthField(std::span<const DomainDisc> discs, const std::optional<Disc>& clip = {});

  int domain_count() const { return static_cast<int>(domains_.size()); }

  // Closed discs, exactly as given: no tolerance added.
  int DepthAt(const UnitVector& point) const;

  // The field of the discs and clip grown by `by`. A region of depth k grown by as much lies within
  // the grown field's region of depth k; the reverse does not hold.
  DepthField GrownBy(Angle by) const;

  // No point of `cap` surely has depth `depth` when false.
  bool MayReach(const Cap& cap, int depth) const;
  // Every point of `cap` surely has depth `depth` or more when true.
  bool SurelyReachesAll(const Cap& cap, int depth) const;

 private:
  struct Member {
    Disc disc;
    Cap cap;
    double haversine;  // of the radius; 2 when the disc is everything, -1 when it is empty
  };
  struct Domain {
    std::uint32_t begin;
    std::uint32_t end;
  };
  static Member Prepare(const Disc& disc);

  std::vector<Member> members_;  // by domain
  std::vector<Domain> domains_;
  std::optional<Member> clip_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_GEO_DEPTH_FIELD_H_
