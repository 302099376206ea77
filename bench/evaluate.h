// bench/evaluate.h: how often each method is wrong about honest devices, and right about others.
#ifndef EARSHOT_BENCH_EVALUATE_H_
#define EARSHOT_BENCH_EVALUATE_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/goal.h"
#include "bench/measured_world.h"
#include "bench/rates.h"
#include "core/base/quantity.h"
#include "core/base/result.h"
#include "core/geo/area.h"
#include "core/geo/country_code.h"
#include "core/locate/estimator.h"
#include "core/locate/local_normal.h"

namespace earshot {

struct EvaluateOptions {
  std::vector<std::string> devices;     // node ids; empty: every node in turn (cross-validation)
  std::vector<std::string> estimators;  // names; empty: all
  double false_alarm_rate = 0.01;
  bool padding = false;
  std::optional<CountryCode> from;  // true hosts of interest
  std::vector<std::string> to;      // regions of the places that they declare; empty: all
  // Also with the declared place's cluster unknown (trials.h), in so many folds.
  bool strict = false;
  int folds = 40;
  bool nested = false;  // also with our constants chosen by an inner loop (nested.h)
  unsigned threads = 1;
  // Told now and then which share of the work is done; from the calling thread alone.
  std::function<void(double done)> progress;
};

struct DistanceBand {
  Distance from;
  Distance to;
};

// Shares of false declarations that are flagged.
struct DetectionFinding {
  RateFinding all;
  RateFinding beyond_1500_km;
  std::vector<RateFinding> by_distance;         // by EvaluateFindings::bands
  std::optional<RateFinding> from_country;      // hosts of `from`, places abroad in `to`
  std::optional<RateFinding> to_regions;        // anyone's, places in `to`, from 1,500 km or more
};

// A point of the curve of detection against false alarms, as the threshold falls.
struct RocPoint {
  double false_alarms = 0;
  double detection = 0;  // of false declarations from 1,500 km or more
};

// How one method fares in one kind of cross-validation.
struct RatesFinding {
  // At the score that at most the asked share of the honest reference places exceeds: a point of
  // the ROC curve. With devices, those places are not the devices.
  RateFinding honest_false_alarms;
  DetectionFinding detection;  // under the asked adversary
  // At conformal thresholds, each from other clusters than the trial's: what may be promised of a
  // new host.
  RateFinding conformal_false_alarms;
  DetectionFinding conformal;  // under the asked adversary
};

struct EstimatorFinding {
  std::string name;
  std::string source;
  bool is_monotone = false;
  std::uint32_t honest_untold = 0;  // honest trials without a score
  RatesFinding rates;                  // the device's cluster unknown
  std::optional<RatesFinding> strict;  // the declared place's as well
  DetectionFinding unpadded;           // as rates.detection, no delay added
  std::optional<RateFinding> coverage;      // the truth is in the region
  std::optional<RateFinding> empty_region;
  std::optional<Distance> error_median;
  std::optional<Area> area_median;  // of regions that are not empty
  // Processor time of one score with at most 30 landmarks, distances included; of one estimate.
  std::chrono::duration<double, std::micro> score_time{};
  std::chrono::duration<double, std::micro> locate_time{};
  std::vector<RocPoint> roc;
};

// A false declaration that nobody made up, and what was found of it.
struct NaturalFinding {
  std::string id;
  std::string name;
  std::string note;
  std::uint32_t contradicting_landmarks = 0;  // whose vacuum bound misses the declared place
  bool contradicted_f0 = false;  // the region of points that all landmarks allow misses it
  bool contradicted_f1 = false;  // if one landmark may lie
  std::vector<std::string> flagged_by;
};

// Our method with constants that were chosen on other clusters than those scored (nested.h), beside
// those that ship, in the same folds.
struct NestedFinding {
  std::uint32_t folds = 0;
  std::uint32_t candidates = 0;
  std::vector<LocalNormalConstants> chosen;  // by fold
  RatesFinding rates;
  RatesFinding shipped_rates;
};

struct EvaluateFindings {
  std::uint32_t nodes = 0;
  std::uint32_t clusters = 0;
  std::uint32_t devices = 0;  // under test
  std::uint32_t folds = 0;       // of the strict cross-validation; 0: not made
  std::uint32_t from_hosts = 0;  // devices in `from`
  double false_alarm_rate = 0;
  double false_alarm_rate_least = 0;  // that so many units can test
  RateFinding honest_contradicted;  // vacuum, f = 0: honest devices whose declared place is missed
  std::vector<DistanceBand> bands;
  std::vector<EstimatorFinding> estimators;
  std::vector<NaturalFinding> natural;
  std::optional<NestedFinding> nested;
  std::vector<std::string> assumptions;
  std::vector<std::string> remarks;
  std::vector<BenchGoal> goals;
};

// Runs all trials. Every landmark is its own trust domain (the data names no operators). kNotFound
// for a device, estimator, region or country of which there is nothing, with "did you mean";
// kInvalidArgument for a rate that is not in (0, 0.5] or that so few nodes cannot test.
Result<EvaluateFindings> Evaluate(const MeasuredWorld& world, const EvaluateOptions& options);

}  // namespace earshot

#endif  // EARSHOT_BENCH_EVALUATE_H_
