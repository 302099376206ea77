// bench/trials.h: every device at every declared place, scored by every method.
#ifndef EARSHOT_BENCH_TRIALS_H_
#define EARSHOT_BENCH_TRIALS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "bench/measured_world.h"
#include "core/locate/estimator.h"

namespace earshot {

// Deals the clusters of `world` into `folds` (at least one), always alike: the fold of each place.
// The deal goes by where clusters are, so the order of a file's rows and the names in it change
// nothing.
std::vector<std::int32_t> DealFolds(const MeasuredWorld& world, int folds);

// A device, the place declared for it (its own: an honest trial), and the folds of places that
// nothing may be learned from and no landmark taken from.
struct Trial {
  std::uint32_t device = 0;
  std::uint32_t declared = 0;
  std::int32_t fold_a = -1;  // -1: none; fold_a < fold_b unless both are none
  std::int32_t fold_b = -1;

  bool IsHonest() const { return device == declared; }
};

// Of which places a trial knows nothing, besides the devices.
enum class Unknown : std::uint8_t {
  // The host's cluster: a landmark and a reference may stand at the declared place, as a deployment
  // would have them.
  kHost,
  // The declared place's as well, so that honest and false trials know equally much: stricter than
  // any deployment, and blind where places are sparse.
  kHostAndPlace,
};

// Which trials there are, and of which places nothing is known in each.
//
// Without devices, every place is a device in turn and declares its own place and every other's.
// With devices, those are never learned from and are no landmarks; they declare their own, each
// other's and every reference place's. The reference places' own honest trials are there for
// thresholds.
//
// kHost sets aside exactly the device's cluster. kHostAndPlace deals clusters into folds, one
// setting a pair of them: a trial leaves out the device's and the declared place's, an honest trial
// its own and the next.
class TrialPlan {
 public:
  // `folds` is for kHostAndPlace; brought down to the number of clusters, at least two.
  TrialPlan(const MeasuredWorld& world, std::span<const std::uint32_t> devices, Unknown unknown,
            int folds);

  std::span<const Trial> trials() const { return trials_; }  // by folds, then device
  int fold_count() const { return fold_count_; }
  Unknown unknown() const { return unknown_; }
  bool has_devices() const { return has_devices_; }
  bool IsDevice(std::uint32_t place) const { return is_device_[place]; }
  // Places that the trial must not know.
  std::vector<bool> Aside(const Trial& trial) const;

 private:
  Unknown unknown_;
  int fold_count_;
  bool has_devices_;
  std::vector<bool> is_device_;
  std::vector<std::int32_t> fold_of_;  // by place
  std::vector<Trial> trials_;
};

// What a method said of an honest device's whereabouts.
struct WhereaboutsFinding {
  std::optional<Distance> error;  // from the truth to the centre
  std::optional<Area> area;
  bool has_region = false;
  bool is_empty = false;
  bool covers_truth = false;
};

// One method's answers to all trials, in their order.
struct MethodScores {
  std::vector<std::optional<double>> plain;  // no delay added
  std::vector<std::optional<double>> padded;  // empty when padding was not asked for
  std::vector<WhereaboutsFinding> whereabouts;  // of the honest trials, in order
};

// The least score over what an attacker can try, per trial: no delay, and the method's own Pad. Where
// that is not known to be the best reply, also every RTT raised to what is usual (the 5, 25, 50 and
// 75 % quantiles of PathModel) for a host at the declared place, by itself and before Pad. For a
// monotone method no delay lowers the score, and the padded score is the plain one. Honest trials
// are not padded.
struct ScoreOptions {
  bool padding = false;
  bool whereabouts = true;  // of honest hosts, as well
  unsigned threads = 1;
  // Told now and then which share of the trials is done; from the calling thread alone.
  std::function<void(double done)> progress;
};

// Deterministic at any number of threads.
std::vector<MethodScores> ScoreTrials(const MeasuredWorld& world, const TrialPlan& plan,
                                      std::span<const EstimatorMethod> methods,
                                      const ScoreOptions& options);

}  // namespace earshot

#endif  // EARSHOT_BENCH_TRIALS_H_
