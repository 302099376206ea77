// core/latency/estimator.h: what several samples of one path say about its floor, and how sure that is.
//
// The floor is the delay that is left when nothing waits anywhere. Every sample lies at or above it.
// An estimator is one function from a window of samples to an estimate with a statement: "with this
// confidence the estimate lies at most so far above the floor". Its file names the model under which
// the statement holds. docs/ADDING_AN_ESTIMATOR.md shows how to add one.
//
// An estimate is never a bound: bounds come from single samples (core/latency/statistics.h).
#ifndef EARSHOT_CORE_LATENCY_ESTIMATOR_H_
#define EARSHOT_CORE_LATENCY_ESTIMATOR_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/domain/sample.h"
#include "core/latency/statistics.h"

namespace earshot {

struct FloorOptions {
  // Samples older than this, counted from the newest, are forgotten.
  Duration window = std::chrono::seconds(60);
  // Samples with any of these taints are set aside: they are late for reasons of the landmark's own.
  Taint set_aside = kAnyTaint;
  // Of every statement; in (0, 1).
  double confidence = 0.95;
  // low-quantile: the share of pings that are not slower than what it estimates; in (0, 1).
  double quantile = 0.05;
  // minimum, lower-envelope: the number of places where a ping may wait on its way there and back.
  // See estimators/minimum.cc; more is more cautious.
  double tail_exponent = 2;
  // lower-envelope: how fast the floor itself may move, either way.
  Duration drift_per_second = std::chrono::nanoseconds(100);
};

struct FloorEstimate {
  // Never below the least sample: what may lie below it is for above_max to say.
  Rtt floor;
  // With FloorOptions::confidence the estimate is at most this far above what it estimates.
  // None: too few samples for any statement.
  std::optional<Duration> above_max;
};

// `window` holds untainted samples in the order of sending, at least one. `now` is not before the
// newest. Pure: no state, no clock. `options` are sane (SampleWindow checks them).
using FloorEstimateFunction = FloorEstimate(std::span<const Sample> window, MonotonicInstant now,
                                       const FloorOptions& options);

struct FloorEstimator {
  std::string_view name;   // "lower-envelope": lower case, shown by `earshot bench latency`
  std::string_view model;  // what its statement rests on, in a few words
  FloorEstimateFunction* estimate;
};

// All there are, in the order of core/latency/estimators.cc.
std::span<const FloorEstimator> FloorEstimators();
// Null when there is none of that name.
const FloorEstimator* FindFloorEstimator(std::string_view name);

// More samples than this are not kept; at the limit the oldest is forgotten, whatever its age.
inline constexpr std::size_t kWindowSamplesMax = 1024;

// The streaming form: takes samples one by one, in memory that never grows (about 80 KiB, allocated
// at construction), and answers for any estimator. Confined to one thread.
class SampleWindow {
 public:
  // CHECKs that confidence and quantile lie in (0, 1), the exponent is positive, window and drift
  // are not negative.
  explicit SampleWindow(const FloorOptions& options);

  // Takes a sample. Samples may come out of order within the window. One that was sent before
  // everything the window could hold means that the clock started anew (a restored snapshot): all
  // earlier samples are dropped. A clock that leapt forward lets them expire in the usual way.
  void Add(const Sample& sample);

  // What `estimator` says at the instant of the newest sample; none while nothing qualifies.
  std::optional<FloorEstimate> Estimate(const FloorEstimator& estimator) const;

  // Untainted samples, in the order of sending. Valid until the next Add.
  std::span<const Sample> samples() const { return std::span(kept_).subspan(begin_); }
  // Samples that a taint kept out, since construction or the last restart of the clock.
  std::uint64_t set_aside() const { return set_aside_; }
  const FloorOptions& options() const { return options_; }

 private:
  void Insert(const Sample& sample);
  void Expire();

  FloorOptions options_;
  std::vector<Sample> kept_;  // [begin_, end) are alive; capacity 2 * kWindowSamplesMax
  std::size_t begin_ = 0;
  std::uint64_t set_aside_ = 0;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_LATENCY_ESTIMATOR_H_
