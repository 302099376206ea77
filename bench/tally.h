// bench/tally.h: from the scores of all trials to the rates of one method.
#ifndef EARSHOT_BENCH_TALLY_H_
#define EARSHOT_BENCH_TALLY_H_

#include <functional>
#include <optional>
#include <vector>

#include "bench/evaluate.h"
#include "bench/rates.h"
#include "bench/trials.h"

namespace earshot {

// False declarations from here on are "far".
inline constexpr Distance kFarDeclaration = Distance::Kilometres(1500);

// The rates of scores in the order of a plan's trials. References must outlive it.
class Tally {
 public:
  using Scores = std::vector<std::optional<double>>;
  // The threshold of one trial; none: it cannot be flagged.
  using ThresholdFor = std::function<std::optional<double>(const Trial&)>;

  Tally(const MeasuredWorld& world, const TrialPlan& plan, const EvaluateOptions& options,
        const std::vector<DistanceBand>& bands)
      : world_(world), plan_(plan), options_(options), bands_(bands) {}

  // Sorted. Devices themselves never give thresholds; without devices, everybody does.
  HonestScores Honest(const Scores& scores) const;

  // At one threshold for all: the score that at most the asked share of `honest` exceeds.
  ThresholdFor OperatingPoint(const HonestScores& honest) const;
  // Each trial at the conformal threshold of the clusters that it knows nothing of.
  ThresholdFor Conformal(const HonestScores& honest) const;

  DetectionFinding Detect(const Scores& scores, const ThresholdFor& threshold_for) const;
  RateFinding FalseAlarms(const Scores& scores, const ThresholdFor& threshold_for) const;
  std::uint32_t Untold(const Scores& scores) const;  // honest trials without a score
  std::vector<RocPoint> Roc(const Scores& scores) const;
  void Whereabouts(const MethodScores& scores, EstimatorFinding* into) const;

 private:
  bool IsUnderTest(const Trial& trial) const {
    return !plan_.has_devices() || plan_.IsDevice(trial.device);
  }
  bool IsAskedPlace(std::uint32_t place) const;

  const MeasuredWorld& world_;
  const TrialPlan& plan_;
  const EvaluateOptions& options_;
  const std::vector<DistanceBand>& bands_;
};

}  // namespace earshot

#endif  // EARSHOT_BENCH_TALLY_H_
