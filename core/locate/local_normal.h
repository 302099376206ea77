// core/locate/local_normal.h: what is normal *here*: how slow the answers of a place are, compared
// with those of the reference places around it. A model, not physics: nothing in this header may
// enter a bound.
//
// A slow answer means little by itself: a handful of honest places reach even their neighbours by
// way of another continent. So nothing is compared with the world: the delay that is expected
// between a declared place and a landmark comes from the reference places near the declared one.
//
// And landmarks count by how far they are, without a border: an attacker somewhere else makes the
// answer of a near landmark several times longer and that of a far one by a small part only. Where
// landmarks stand near the declared place they decide; where none does, the far ones do.
#ifndef EARSHOT_CORE_LOCATE_LOCAL_NORMAL_H_
#define EARSHOT_CORE_LOCATE_LOCAL_NORMAL_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/quantity.h"
#include "core/base/time.h"
#include "core/geo/position.h"

namespace earshot {

// Landmarks that were not measured in calibration are known by their distance alone, in bands that
// end here (the last one has no end).
inline constexpr std::array<Distance, 6> kLocalNormalBandEnds = {
    Distance::Kilometres(300),  Distance::Kilometres(700),  Distance::Kilometres(1500),
    Distance::Kilometres(3000), Distance::Kilometres(6000), Distance::Kilometres(10000)};
inline constexpr std::size_t kLocalNormalBands = kLocalNormalBandEnds.size() + 1;
std::size_t LocalNormalBandOf(Distance distance);

// The numbers that were chosen, not fitted (docs/decisions/normal-is-local.md says how). Those that
// stand here ship; `earshot evaluate --nested` measures what choosing them is worth.
struct LocalNormalConstants {
  // Stands for access at both ends and keeps short paths from counting for everything.
  Duration floor = std::chrono::milliseconds(5);
  // What is near: a reference so far off counts 1/e, a landmark 1/4, and beyond it a landmark
  // counts as the inverse square of its distance, which is how the square of what an answer tells
  // of another place falls, so that each doubling of the distance weighs alike where landmarks are
  // spread evenly.
  Distance reach = Distance::Kilometres(500);
  std::size_t landmarks = 12;  // nearest to the declared place that are listened to
  std::size_t best = 3;        // of which the best answer counts by itself
  double best_share = 0.5;     // and how much

  friend bool operator==(const LocalNormalConstants&, const LocalNormalConstants&) = default;
};

// An RTT t over distance d has inflation ln(t / (2 d / (2/3 c) + floor)).
double LogInflation(Distance distance, Rtt rtt, Duration floor = LocalNormalConstants().floor);

using LocalNormalBandValues = std::array<double, kLocalNormalBands>;

// A reference place, as parameters.
struct LocalReference {
  Position position;
  std::uint32_t cluster = 0;
  LocalNormalBandValues inflation{};  // LogInflation that is usual to it, by distance of landmark
};

// LogInflation between each reference place that was measured from one landmark, and that landmark.
struct LocalLandmark {
  std::vector<std::pair<std::uint32_t, double>> inflation;  // reference, rising; value
  double usual = 0;                                         // the mean
};

struct LocalNormalParameters {
  std::string provenance;
  std::vector<LocalReference> references;
  LocalNormalBandValues usual_inflation{};  // over all references, by band
  std::vector<LocalLandmark> landmarks;     // by the caller's number; empty in a model that ships
  LocalNormalConstants constants;           // that it was fitted with
};

// One answer of the device.
struct LocalAnswer {
  Distance distance;  // WGS84, from the landmark to the declared place
  Rtt rtt;
  std::optional<std::uint32_t> landmark;  // its number, if it was measured in calibration
};

// What one answer adds to a score.
struct LocalTerm {
  double weight = 0;    // (1 + distance / reach)^-2
  double slowness = 0;  // max(0, ln((rtt + floor) / (expected + floor)))
  // max(0, ln((x(rtt) + floor) / (x(expected) + floor))), where x(t) is what of a time t the round
  // trip in fibre over the distance does not explain: slowness is blunt where distance explains
  // most.
  double excess = 0;
};

// Immutable; any thread.
class LocalNormal {
 public:
  // The weight exp(-distance / reach) of every reference for one declared place. Distances between
  // places are taken on the auxiliary sphere (0.34 % off: weights need no more).
  class Here {
   public:
    // The RTT that a host here would have to a landmark. Not rounded: scores are made of it.
    FractionalMilliseconds ExpectedRtt(const LocalAnswer& answer) const;
    // How much reference there is: about the number of places within reach.
    double weight() const { return weight_sum_; }

   private:
    friend class LocalNormal;
    explicit Here(const LocalNormal& normal) : normal_(normal) {}

    const LocalNormal& normal_;
    std::vector<double> weights_;
    double weight_sum_ = 0;
    LocalNormalBandValues band_inflation_{};
  };

  // Indices in `parameters` are the caller's affair (a bug if they are off). References may be
  // none: then everything is what is usual overall.
  explicit LocalNormal(LocalNormalParameters parameters);

  const LocalNormalParameters& parameters() const { return parameters_; }

  // What is normal at a place, as known by all references but those of cluster `without`. Refers to
  // this model.
  Here At(Position place, std::optional<std::uint32_t> without = std::nullopt) const;

  // The terms of the answers whose landmarks are nearest to the place that `here` is made for,
  // nearest first: constants.landmarks of them (ties: the earlier of `answers`). Which they are,
  // and their weights, does not depend on the RTTs.
  static std::vector<LocalTerm> Terms(const Here& here, std::span<const LocalAnswer> answers);
  // The same for more or fewer of them.
  static std::vector<LocalTerm> Terms(const Here& here, std::span<const LocalAnswer> answers,
                                      std::size_t landmarks);

  // How slow answers are: 0 for a host as usual or quicker, about 0.7 for answers twice as long as
  // expected; finite. None without a term. Of terms nearest first:
  //
  //   score = (sum of weight * slowness) / (sum of weight)
  //         + best_share * least excess among the first constants.best
  //
  // A longer RTT never lowers it: delay does not help who adds it. One slow path does not raise the
  // second part.
  static std::optional<double> ScoreOf(std::span<const LocalTerm> nearest,
                                       const LocalNormalConstants& constants);
  static std::optional<double> Score(const Here& here, std::span<const LocalAnswer> answers);

 private:
  LocalNormalParameters parameters_;
  std::vector<UnitVector> points_;  // of the references
};

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_LOCAL_NORMAL_H_
