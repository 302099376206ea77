#include "sim/sweep/point_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/net/virtual_run.h"
#include "sim/sweep/sweep_point.h"

namespace earshot {

Result<SweepRow> RunNamedPoint(const SweepPlan& plan, std::uint32_t number, unsigned threads) {
  const SweepPoint& point = plan.points.at(number);
  Result<SweepRow> row = RunSweepPoint(plan.fidelity, point, threads);
  if (row.has_value()) return row;
  std::string name;
  for (std::size_t a = 0; a < point.values.size(); ++a) {
    name += fmt::format("{}{} = {}", a == 0 ? "" : ", ", plan.parameters[a], point.values[a]);
  }
  return Fail(row.error(), fmt::format("point {} ({})", number, name));
}

Status RunPointsOnThreads(unsigned threads, const SweepPlan& plan,
                          std::span<const std::uint32_t> todo, const RowSink& sink) {
  if (threads < 1 || threads > kVirtualThreadsMax) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} threads; write 1 to {}", threads, kVirtualThreadsMax));
  }
  if (todo.empty()) return {};
  const auto points = static_cast<unsigned>(std::min<std::size_t>(threads, todo.size()));
  std::mutex guard;  // of what follows, and of the sink
  Status outcome;
  bool sink_failed = false;
  std::atomic<bool> ended{false};
  std::atomic<std::size_t> next{0};
  const auto finish = [&](Result<SweepRow> row) {
    const std::lock_guard lock(guard);
    if (sink_failed) return;
    Status status;
    if (row.has_value()) {
      status = sink(*std::move(row));
      sink_failed = !status.has_value();
    } else {
      status = tl::unexpected(row.error());
    }
    if (status.has_value()) return;
    if (outcome.has_value()) outcome = std::move(status);
    ended = true;
  };
  const auto take = [&] {
    for (std::size_t i = next++; i < todo.size() && !ended; i = next++) {
      finish(RunNamedPoint(plan, todo[i], threads / points));
    }
  };
  {
    std::vector<std::jthread> helpers;
    while (helpers.size() + 1 < points) helpers.emplace_back(take);
    take();
  }
  return outcome;
}

}  // namespace earshot
