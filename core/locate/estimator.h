// core/locate/estimator.h: the one seam behind which every method of locating by delay stands, ours
// and its peers', so that all go through the same questions.
//
// A method is fitted on places that are known, and then asked two things of a device: where it
// probably is, and how badly its answers fit a declared place. Both are models' opinions: nothing
// here is a bound (distance_bound.h).
//
// To add a method: one file that implements LocationEstimator, and one line in estimators.cc.
#ifndef EARSHOT_CORE_LOCATE_ESTIMATOR_H_
#define EARSHOT_CORE_LOCATE_ESTIMATOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/quantity.h"
#include "core/base/time.h"
#include "core/geo/area.h"
#include "core/geo/position.h"

namespace earshot {

// A place that is known: a landmark, a reference device, or both.
struct ReferencePlace {
  Position position;
  // Places of one cluster are near each other: who sets one aside sets all of them aside.
  std::uint32_t cluster = 0;
  // Access of one kind (hosting, home line, radio); equal numbers mean the same kind.
  std::uint32_t stratum = 0;
};

// The least RTT measured from one place to another. `landmark` and `target` are places by index.
struct MeasuredPath {
  std::uint32_t landmark = 0;
  std::uint32_t target = 0;
  Distance distance;  // WGS84, between the two
  Rtt rtt;
};

// What a method may learn from. Immutable; any thread.
//
// A place of which no path is known is not set apart by anything else: a method that wants
// references must ask for paths.
class CalibrationSet {
 public:
  // Every index of `paths` must be one of `places` (a bug of the caller otherwise).
  CalibrationSet(std::vector<ReferencePlace> places, std::vector<MeasuredPath> paths);

  std::span<const ReferencePlace> places() const { return places_; }

  // All paths, by landmark and then by target.
  std::span<const MeasuredPath> paths() const { return paths_; }
  // Those measured from `landmark`, by target.
  std::span<const MeasuredPath> PathsFrom(std::uint32_t landmark) const;
  // Those measured to `target`, by landmark: the answers that a device there would give.
  std::span<const MeasuredPath> PathsTo(std::uint32_t target) const;

 private:
  std::vector<ReferencePlace> places_;
  std::vector<MeasuredPath> paths_;
  std::vector<MeasuredPath> by_target_;
  std::vector<std::uint32_t> landmark_begin_;  // into paths_; one more than there are places
  std::vector<std::uint32_t> target_begin_;    // into by_target_
};

// As slow as an answer may be that anybody waits for: what an attacker can make of any.
inline constexpr Rtt kVerySlow = Rtt::FromDuration(std::chrono::seconds(10));

// The least RTT at which a landmark, a place of the calibration set, heard the device.
struct LandmarkAnswer {
  std::uint32_t landmark = 0;
  Rtt rtt;
};

// A device's answers and the place declared for it. Spans live as long as the call.
struct DeclarationCase {
  Position declared;
  std::span<const LandmarkAnswer> answers;  // by landmark, each at most once
  std::span<const Distance> distances;      // WGS84, from each answer's landmark to `declared`
  std::uint32_t stratum = 0;
};

// Where a device probably is.
struct LocationEstimate {
  std::optional<Position> centre;  // none when the method finds no place at all
  std::optional<Area> area;        // none when the method gives points, not regions
  bool is_empty = false;           // gives regions, and this one holds no point
  // Whether a place is in the region; null when the method gives none. Keeps what it needs alive.
  std::function<bool(Position)> contains;
};

// Immutable once fitted; any thread.
class LocationEstimator {
 public:
  virtual ~LocationEstimator() = default;

  virtual LocationEstimate Locate(std::span<const LandmarkAnswer> answers) const = 0;

  // How little the answers fit the declared place: larger is less plausible, and finite. The scale
  // is the method's own; a threshold comes from scores of honest places. None when the answers say
  // nothing about the place (too few, or none near enough for the method): cannot tell.
  virtual std::optional<double> ScoreDeclaration(const DeclarationCase& asked) const = 0;

  // Scores of several cases that share their answers, one by one; for methods that can do the work
  // on the answers once.
  virtual std::vector<std::optional<double>> ScoreDeclarations(
      std::span<const DeclarationCase> asked) const;

  // What a device that knows this method and all landmarks would answer to look most plausible: it
  // may raise any RTT of `padded`, which is `asked.answers` on entry, and lower none. Left as it is
  // by a monotone method, against which delay cannot help. True when no other reply could score
  // less; false when it is only a good one, and a harness should try others too.
  virtual bool Pad(const DeclarationCase& asked, std::span<LandmarkAnswer> padded) const;
};

// A method by name.
struct EstimatorMethod {
  std::string_view name;    // "cbg"
  std::string_view source;  // paper, year
  // A longer RTT never lowers the score.
  bool is_monotone = false;
  std::function<std::unique_ptr<const LocationEstimator>(const CalibrationSet&)> fit;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_LOCATE_ESTIMATOR_H_
