#include "bench/latency/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/quantity.h"
#include "core/latency/estimator.h"

namespace earshot {
namespace {

constexpr std::array<std::size_t, 3> kBlockSizes = {5, 20, 200};

double Microseconds(Duration d) { return static_cast<double>(d.count()) * 1e-3; }

const LatencyRow* Find(std::span<const LatencyRow> rows, const LatencyKey& key) {
  const auto found = std::ranges::find(rows, key, &LatencyRow::key);
  return found == rows.end() || FiguresOf(*found).errors == 0 ? nullptr : &*found;
}

const LatencyRow* FindTool(std::span<const LatencyRow> rows, const std::string& tool, bool loaded,
                           bool real_time) {
  const auto found = std::ranges::find_if(rows, [&](const LatencyRow& row) {
    return row.key.tool == tool && row.key.loaded == loaded && row.key.real_time == real_time;
  });
  return found == rows.end() || FiguresOf(*found).errors == 0 ? nullptr : &*found;
}

void AddAtMost(LatencyGoals& to, std::string name, double value, double limit,
               const std::string& text) {
  to.goals.push_back({std::move(name), value, text, value <= limit});
}

// `row` as if its round `i` had been the only one.
LatencyRow OneRound(const LatencyRow& row, std::size_t i) {
  LatencyRow one;
  one.key = row.key;
  one.rounds = {row.rounds[i]};
  if (i < row.least_printed.size()) one.least_printed = {row.least_printed[i]};
  return one;
}

// `ours` to `theirs`; undecided while either row is missing.
void AddRatio(LatencyGoals& to, const std::string& name, const LatencyRow* ours,
              Duration LatencyFigures::*our_figure, const LatencyRow* theirs,
              Duration LatencyFigures::*their_figure, double limit, const std::string& text) {
  if (ours == nullptr || theirs == nullptr) {
    to.undecided.push_back(name);
    return;
  }
  const auto ratio = [&](const LatencyRow& mine, const LatencyRow& other) {
    // A peer that prints coarsely may come out at zero or below.
    return Microseconds(FiguresOf(mine).*our_figure) /
           std::max(1e-3, Microseconds(FiguresOf(other).*their_figure));
  };
  AddAtMost(to, name, ratio(*ours, *theirs), limit, text);
  // A tool that failed in some round has no partner for each of ours.
  if (ours->rounds.size() != theirs->rounds.size()) return;
  std::vector<double> rounds;
  for (std::size_t i = 0; i < ours->rounds.size(); ++i) {
    if (ours->rounds[i].empty() || theirs->rounds[i].empty()) continue;
    rounds.push_back(ratio(OneRound(*ours, i), OneRound(*theirs, i)));
  }
  to.goals.back().rounds = RoundsOf(rounds, [&](double one) { return one <= limit; });
}

void AddStampGoals(LatencyGoals& to, std::span<const LatencyRow> rows) {
  std::vector<Duration> idle;
  std::vector<Duration> all;
  for (const LatencyRow& row : rows) {
    all.insert(all.end(), row.beyond_wire.begin(), row.beyond_wire.end());
    if (!row.key.loaded && row.key.form == "single") {
      idle.insert(idle.end(), row.beyond_wire.begin(), row.beyond_wire.end());
    }
  }
  const std::string name = "kernel stamps beyond the relay's truth, idle median, us";
  if (idle.empty()) {
    to.undecided.push_back(name);
    to.undecided.push_back("pings below the relay's truth");
    return;
  }
  AddAtMost(to, name, Microseconds(QuantileOf(idle, 0.5)), 15, "<= 15");
  const auto below = std::ranges::count_if(all, [](Duration d) { return d < Duration(0); });
  to.goals.push_back({fmt::format("pings below the relay's truth, of {}", all.size()),
                      static_cast<double>(below), "0", below == 0});
}

// The low-quantile's own target; the floor for all others.
Duration TargetOf(const FloorEstimator& estimator, std::vector<Duration> errors,
                  const FloorOptions& options) {
  return QuantileOf(std::move(errors), estimator.name == "low-quantile" ? options.quantile : 0.0);
}

EstimatorFigures CompareOne(const FloorEstimator& estimator,
                            std::span<const EstimatorInput> inputs, std::size_t n,
                            Duration target) {
  EstimatorFigures figures{std::string(estimator.name), std::string(estimator.model),
                           static_cast<std::uint32_t>(n), 0, Duration(0), std::nullopt, 0};
  std::vector<Duration> errors;
  std::vector<Duration> stated;
  std::size_t held = 0;
  for (std::size_t begin = 0; begin + n <= inputs.size(); begin += n) {
    SampleWindow window({});
    std::vector<Duration> lengths;
    for (const EstimatorInput& input : inputs.subspan(begin, n)) {
      window.Add(input.sample);
      lengths.push_back(input.held);
    }
    const auto estimate = window.Estimate(estimator);
    if (!estimate.has_value()) continue;
    const Duration error = estimate->floor.duration() - QuantileOf(lengths, 0.5) - target;
    errors.push_back(error);
    if (!estimate->above_max.has_value()) continue;
    stated.push_back(*estimate->above_max);
    held += error <= *estimate->above_max ? 1U : 0U;
  }
  figures.blocks = static_cast<std::uint32_t>(errors.size());
  figures.error_median = QuantileOf(errors, 0.5);
  if (!stated.empty()) {
    figures.stated_median = QuantileOf(stated, 0.5);
    figures.held = static_cast<double>(held) / static_cast<double>(stated.size());
  }
  return figures;
}

}  // namespace

Duration QuantileOf(std::vector<Duration> values, double q) {
  if (values.empty()) return Duration(0);
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(rank == 0 ? 0 : rank - 1);
  std::ranges::nth_element(values, nth);
  return *nth;
}

LatencyFigures FiguresOf(const LatencyRow& row) {
  LatencyFigures figures;
  std::vector<Duration> medians;
  std::vector<Duration> minima = row.least_printed;
  std::vector<Duration> all;
  for (const std::vector<Duration>& round : row.rounds) {
    if (round.empty()) continue;
    medians.push_back(QuantileOf(round, 0.5));
    if (row.least_printed.empty()) minima.push_back(*std::ranges::min_element(round));
    all.insert(all.end(), round.begin(), round.end());
  }
  if (all.empty()) return figures;
  figures.median = QuantileOf(medians, 0.5);
  figures.median_min = *std::ranges::min_element(medians);
  figures.median_max = *std::ranges::max_element(medians);
  figures.least = *std::ranges::min_element(minima);
  figures.least_median = QuantileOf(minima, 0.5);
  figures.errors = static_cast<std::uint32_t>(all.size());
  figures.p99 = QuantileOf(std::move(all), 0.99);
  return figures;
}

double KilometresOf(Duration error) {
  return ToSeconds(error) * kSpeedOfLight.metres_per_second() / 2 * 1e-3;
}

std::vector<EstimatorFigures> CompareEstimators(std::span<const EstimatorInput> inputs) {
  std::vector<Duration> errors;
  for (const EstimatorInput& input : inputs) {
    errors.push_back(input.sample.rtt.duration() - input.held);
  }
  std::vector<EstimatorFigures> all;
  for (const FloorEstimator& estimator : FloorEstimators()) {
    const Duration target = TargetOf(estimator, errors, FloorOptions());
    for (const std::size_t n : kBlockSizes) {
      if (inputs.size() >= n) all.push_back(CompareOne(estimator, inputs, n, target));
    }
  }
  return all;
}

LatencyGoals JudgeGoals(std::span<const LatencyRow> rows) {
  constexpr auto kMedian = &LatencyFigures::median;
  const auto train = [&](bool loaded, bool real_time) {
    return Find(rows, {"earshot", "train of 5", "kernel", loaded, real_time});
  };
  const bool granted = train(false, true) != nullptr;
  LatencyGoals found;
  const LatencyRow* const idle = train(false, granted);
  AddRatio(found, "train minimum to irtt's median, idle, same class", idle, kMedian,
           FindTool(rows, "irtt", false, granted), kMedian, 1.0 / 8, "<= 1/8");
  // Under load the goals speak of an agent that was granted the real-time class.
  const LatencyRow* const loaded = granted ? train(true, true) : nullptr;
  AddRatio(found, "train minimum to irtt's median, loaded, both real-time", loaded, kMedian,
           FindTool(rows, "irtt", true, true), kMedian, 1.0 / 50, "<= 1/50");
  AddRatio(found, "train minimum to irtt's median, loaded, irtt as shipped", loaded, kMedian,
           FindTool(rows, "irtt", true, false), kMedian, 1.0 / 50, "<= 1/50");
  AddRatio(found, "our p99 loaded to our median idle", loaded, &LatencyFigures::p99,
           granted ? idle : nullptr, kMedian, 2, "<= 2");
  AddRatio(found, "minimum of one train to the minimum of a round of pings", idle, kMedian,
           FindTool(rows, "ping", false, granted), &LatencyFigures::least_median, 1.25, "<= 1.25");
  AddStampGoals(found, rows);
  return found;
}

}  // namespace earshot
