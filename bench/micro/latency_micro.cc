// From stamps to samples to estimates.
#include <benchmark/benchmark.h>

#include "core/latency/estimator.h"
#include "core/latency/resolve.h"

namespace earshot {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr Duration kEpoch = std::chrono::seconds(1'700'000'000);

ProbeStamps Stamps() {
  const auto wall = [](Duration t) { return WallInstant::FromNanoseconds((kEpoch + t).count()); };
  const auto raw = [](Duration t) { return MonotonicInstant::FromNanoseconds(t.count()); };
  ProbeStamps stamps;
  stamps.before_send = {raw(milliseconds(1)), wall(milliseconds(1))};
  stamps.kernel_transmit = wall(milliseconds(1) + microseconds(4));
  stamps.transmit_not_after = wall(milliseconds(2));
  stamps.kernel_receive = wall(milliseconds(6));
  stamps.after_receive = {raw(milliseconds(6) + microseconds(30)),
                          wall(milliseconds(6) + microseconds(30))};
  return stamps;
}

void SampleResolve(benchmark::State& state) {
  const ProbeStamps stamps = Stamps();
  std::uint32_t index = 0;
  for (auto _ : state) benchmark::DoNotOptimize(ResolveSample(++index, stamps));
}
BENCHMARK(SampleResolve);

Sample NthSample(std::int64_t n) {
  return {.index = 1,
          .rtt = Rtt::FromDuration(milliseconds(5) + microseconds(n * 7919 % 100)),
          .stamps = StampKind::kKernelBoth,
          .taint = Taint::kNone,
          .sent_at = MonotonicInstant::FromNanoseconds(n * 1'000'000)};
}

void WindowAdd(benchmark::State& state) {
  SampleWindow window({});
  std::int64_t n = 0;
  for (auto _ : state) window.Add(NthSample(++n));
}
BENCHMARK(WindowAdd);

void Estimate(benchmark::State& state, const FloorEstimator* estimator) {
  SampleWindow window({});
  for (std::int64_t n = 0; n < state.range(0); ++n) window.Add(NthSample(n));
  for (auto _ : state) benchmark::DoNotOptimize(window.Estimate(*estimator));
}
BENCHMARK_CAPTURE(Estimate, minimum, FindFloorEstimator("minimum"))->Arg(5)->Arg(1024);
BENCHMARK_CAPTURE(Estimate, low_quantile, FindFloorEstimator("low-quantile"))->Arg(1024);
BENCHMARK_CAPTURE(Estimate, lower_envelope, FindFloorEstimator("lower-envelope"))->Arg(1024);

}  // namespace
}  // namespace earshot
