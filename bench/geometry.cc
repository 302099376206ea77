#include "bench/geometry.h"

#include <fmt/format.h>
#include <s2/s2cap.h>
#include <s2/s2cell_union.h>
#include <s2/s2region_coverer.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <utility>

#include "bench/optimised.h"
#include "core/base/check.h"
#include "core/geo/depth_region.h"

namespace earshot {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::array<int, 3> kSizes = {8, 30, 100};
constexpr int kGoalSize = 30;
constexpr int kCoveringCells = 32;

struct Case {
  std::vector<DomainDisc> discs;
  std::vector<S2Cap> caps;  // the same, grown by our tolerance
};

UnitVector RandomPoint(std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  return UnitVector::Towards(normal(random), normal(random), normal(random));
}

// Landmarks anywhere, one device, bounds 2 to 100 % wider than the truth; with a lie, one bound is
// far too short, so that the region is nearly always empty.
Case RandomCase(std::mt19937_64& random, int size, bool lie) {
  const UnitVector device = RandomPoint(random);
  std::uniform_real_distribution<double> slack(1.02, 2.0);
  const double tolerance = OutwardAngle(kOutwardTolerance).radians();
  Case made;
  for (int i = 0; i < size; ++i) {
    const UnitVector landmark = RandomPoint(random);
    const double shortened = lie && i == 0 ? 0.2 : 1.0;
    const Disc disc(landmark, landmark.AngleTo(device) * (slack(random) * shortened));
    made.discs.push_back({disc, static_cast<std::uint32_t>(i)});
    made.caps.emplace_back(S2Point(landmark.x(), landmark.y(), landmark.z()),
                           S1Angle::Radians(disc.radius().radians() + tolerance));
  }
  return made;
}

S2CellUnion CoveringIntersection(const std::vector<S2Cap>& caps) {
  S2RegionCoverer::Options options;
  options.set_max_cells(kCoveringCells);
  S2RegionCoverer coverer(options);
  S2CellUnion common = coverer.GetCovering(caps.front());
  for (std::size_t i = 1; i < caps.size() && !common.empty(); ++i) {
    common = common.Intersection(coverer.GetCovering(caps[i]));
  }
  return common;
}

Area AreaOf(const S2CellUnion& covering) {
  return Area::SquareKilometres(covering.ExactArea() / (4.0 * M_PI) *
                                kEarthArea.square_kilometres());
}

bool Agree(const Case& made, const DepthRegion& region, const S2CellUnion& covering) {
  if (region.IsEmpty()) return true;  // a covering is coarser and may still hold cells
  const UnitVector& w = *region.witness();
  const S2Point witness(w.x(), w.y(), w.z());
  // The witness may lie a millimetre beyond a circle, and S2's chords know angles to 1e-8.
  const S1Angle slack = S1Angle::Radians(2e-8);
  const auto holds = [&](const S2Cap& cap) { return cap.Expanded(slack).Contains(witness); };
  return covering.Contains(witness) && std::ranges::all_of(made.caps, holds) &&
         AreaOf(covering).square_kilometres() >= region.area().square_kilometres() * (1 - 1e-9);
}

template <typename T>
T Median(std::vector<T> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

BenchTimes TimesOf(const std::vector<Duration>& all) {
  const auto [least, most] = std::ranges::minmax(all);
  return {least, Median(all), most};
}

void CompareAnswers(const std::vector<Case>& cases, GeometryBenchRow& row) {
  std::vector<double> excess;
  for (const Case& made : cases) {
    const DepthRegion region(made.discs, row.discs);
    const S2CellUnion covering = CoveringIntersection(made.caps);
    row.agreeing += Agree(made, region, covering) ? 1 : 0;
    if (region.IsEmpty()) continue;
    ++row.nonempty;
    excess.push_back(AreaOf(covering).square_kilometres() / region.area().square_kilometres());
  }
  if (!excess.empty()) row.area_excess = Median(std::move(excess));
}

GeometryBenchRow RunSize(int size, const GeometryBenchOptions& options) {
  std::mt19937_64 random(options.seed * 1000 + static_cast<std::uint64_t>(size));
  std::vector<Case> cases;
  for (int i = 0; i < options.cases; ++i) cases.push_back(RandomCase(random, size, i % 4 == 3));
  GeometryBenchRow row{.discs = size, .cases = options.cases};
  CompareAnswers(cases, row);

  std::vector<Duration> ours;
  std::vector<Duration> theirs;
  double sum = 0;
  for (int round = 0; round < options.rounds; ++round) {
    for (const Case& made : cases) {
      const auto start = SteadyClock::now();
      sum += DepthRegion(made.discs, size).area().square_kilometres();
      const auto between = SteadyClock::now();
      sum += static_cast<double>(CoveringIntersection(made.caps).num_cells());
      const auto end = SteadyClock::now();
      ours.push_back(between - start);
      theirs.push_back(end - between);
    }
  }
  EARSHOT_CHECK(sum > 0);  // so that no timed answer goes unused
  row.ours = TimesOf(ours);
  row.s2 = TimesOf(theirs);
  row.ratio = static_cast<double>(row.s2.median.count()) /
              static_cast<double>(std::max<std::int64_t>(1, row.ours.median.count()));
  return row;
}

std::vector<BenchGoal> GoalsOf(const std::vector<GeometryBenchRow>& rows) {
  std::vector<BenchGoal> goals;
  int disagreeing = 0;
  for (const GeometryBenchRow& row : rows) {
    disagreeing += row.cases - row.agreeing;
    if (row.discs != kGoalSize) continue;
    const double us = static_cast<double>(row.ours.median.count()) * 1e-3;
    goals.push_back({fmt::format("region of {} discs, us", row.discs), us, "<= 100", us <= 100});
    goals.push_back({fmt::format("region of {} discs, times faster than S2 coverings", row.discs),
                     row.ratio, ">= 20", row.ratio >= 20});
  }
  goals.push_back({"cases in which the two answers do not fit", static_cast<double>(disagreeing),
                   "0", disagreeing == 0});
  return goals;
}

}  // namespace

Result<GeometryBenchReport> RunGeometryBench(const GeometryBenchOptions& options) {
  EARSHOT_RETURN_IF_ERROR(RequireOptimisedBuild());
  if (options.cases < 1 || options.rounds < 1) {
    return Fail(ErrorCode::kInvalidArgument, "a bench needs at least one case and one round");
  }
  GeometryBenchReport report;
  for (const int size : kSizes) report.rows.push_back(RunSize(size, options));
  report.goals = GoalsOf(report.rows);
  return report;
}

}  // namespace earshot
