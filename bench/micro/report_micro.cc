// What is written down of a sample and of a verdict.
#include <benchmark/benchmark.h>

#include "core/report/event_log.h"

namespace earshot {
namespace {

EventRecord OneSample() {
  return SampleEvent(std::chrono::seconds(3), LandmarkId("sin-1"), DeviceId(Bytes32{1}),
                     SessionId(7), 1, RoundNumber(2),
                     {.index = 4,
                      .rtt = Rtt::FromDuration(std::chrono::microseconds(5012)),
                      .stamps = StampKind::kKernelBoth,
                      .taint = Taint::kNone,
                      .sent_at = MonotonicInstant::FromNanoseconds(1)},
                     "SCHED_FIFO 40");
}

void EventMake(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(OneSample());
}
BENCHMARK(EventMake);

void EventHash(benchmark::State& state) {
  const EventRecord record = OneSample();
  EventLog log;
  for (auto _ : state) log.Append(record);
  benchmark::DoNotOptimize(log.hash());
}
BENCHMARK(EventHash);

void EventHashAndLine(benchmark::State& state) {
  const EventRecord record = OneSample();
  std::size_t bytes = 0;
  EventLog log([&bytes](std::string_view line) { bytes += line.size(); });
  for (auto _ : state) log.Append(record);
  benchmark::DoNotOptimize(bytes);
}
BENCHMARK(EventHashAndLine);

}  // namespace
}  // namespace earshot
