#include "core/appraisal/change_kind.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/base/check.h"
#include "core/geo/wgs84.h"

namespace earshot {
namespace {

// Densities are per millisecond; likelihoods are kept as logarithms.

// A path in milliseconds.
struct Residual {
  double now;
  double r;
  double noise;  // scale of its Laplace distribution
};

constexpr double kJumpScale = 20.0;      // of the Cauchy distribution of a jump
constexpr double kOutlierShare = 0.05;   // of paths that do what they like in a common delay or move
constexpr double kDelayMean = 30.0;      // of an added common delay
constexpr double kDelayStep = 0.5;
constexpr double kDelayMost = 400.0;
constexpr int kBearings = 18;
// Geometric, because the model's spread is relative.
constexpr std::array<double, 9> kMovesKm = {200, 400, 700, 1200, 2000, 3200, 5000, 7500, 11000};
constexpr std::array<double, 4> kDelaysAfterMove = {0, 15, 45, 120};

constexpr double kImpossible = -std::numeric_limits<double>::infinity();
// What went unheard counts as this slow: finite, and beyond every path.
constexpr double kSlowest = 60'000.0;

double Laplace(double x, double scale) { return std::exp(-std::abs(x) / scale) / (2 * scale); }
double Jump(double r) {
  return 1.0 / (std::numbers::pi * kJumpScale * (1.0 + (r / kJumpScale) * (r / kJumpScale)));
}

// log(sum(exp(terms) * weight)) with equal weights that add up to 1.
double LogMean(const std::vector<double>& terms) {
  const double most = std::ranges::max(terms);
  double sum = 0;
  for (const double term : terms) sum += std::exp(term - most);
  return most + std::log(sum / static_cast<double>(terms.size()));
}

// Each path by itself: mostly noise around `shift`, with the share `jumping` anywhere.
double LogIndependent(std::span<const Residual> paths, double shift, double jumping) {
  double log = 0;
  for (const Residual& path : paths) {
    log += std::log((1 - jumping) * Laplace(path.r - shift, path.noise) +
                    jumping * Jump(path.r - shift) + 1e-300);
  }
  return log;
}

// Between `least` and `most` paths jumped, every number as likely, every choice of that many as
// likely: elementary symmetric polynomials of the ratios Jump/Laplace, over their counts.
double LogJumps(std::span<const Residual> paths, std::size_t least, std::size_t most) {
  double log_all_held = 0;
  std::vector<double> log_sums(most + 1, kImpossible);  // by how many jumped
  log_sums[0] = 0;
  for (const Residual& path : paths) {
    const double held = -std::abs(path.r) / path.noise - std::log(2 * path.noise);
    const double ratio = std::log(Jump(path.r)) - held;
    log_all_held += held;
    for (std::size_t k = most; k > 0; --k) {
      const double with = log_sums[k - 1] + ratio;
      const double high = std::max(log_sums[k], with);
      if (high == kImpossible) continue;
      log_sums[k] = high + std::log(std::exp(log_sums[k] - high) + std::exp(with - high));
    }
  }
  std::vector<double> terms;
  double log_choices = 0;
  for (std::size_t k = 1; k <= most; ++k) {
    log_choices += std::log(static_cast<double>(paths.size() - k + 1) / static_cast<double>(k));
    if (k >= least) terms.push_back(log_all_held + log_sums[k] - log_choices);
  }
  return LogMean(terms);
}

double LogCommonDelay(std::span<const Residual> paths) {
  std::vector<double> terms;
  for (double delay = kDelayStep; delay <= kDelayMost; delay += kDelayStep) {
    const double prior = std::log(kDelayMost / kDelayMean) - delay / kDelayMean;
    terms.push_back(prior + LogIndependent(paths, delay, kOutlierShare));
  }
  return LogMean(terms);
}

Rtt Milliseconds(double ms) {
  return Rtt::FromDuration(Duration(static_cast<std::int64_t>(ms * 1e6)));
}

// The path model's density of an RTT over `distance`, from the difference of its distribution over
// an interval wide enough to smooth its kinks.
double ModelDensity(const PathModel& model, Distance distance, double ms) {
  if (ms <= 0) return 0;
  const double half = 0.5 + 0.02 * ms;
  return (model.ProbabilityAbove(distance, Milliseconds(std::max(ms - half, 0.0))) -
          model.ProbabilityAbove(distance, Milliseconds(ms + half))) /
         (2 * half);
}

struct Moved {
  double log;
  Distance by;  // from the declared place to the likeliest
};

double LogFrom(Position place, std::span<const PathChange> paths,
               std::span<const Residual> residuals, const PathModel& model) {
  std::array<double, kDelaysAfterMove.size()> logs{};
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const Distance distance = GeodesicDistance(place, paths[i].position);
    for (std::size_t d = 0; d < logs.size(); ++d) {
      const double quickest = residuals[i].now - kDelaysAfterMove[d];
      logs[d] += std::log((1 - kOutlierShare) * ModelDensity(model, distance, quickest) +
                          kOutlierShare * Jump(residuals[i].r));
    }
  }
  return LogMean({logs.begin(), logs.end()});
}

// Rings around the declared place, and the landmarks' own places: beside a landmark an answer is
// quicker than from any point of a ring.
std::vector<Position> PlacesToTry(Position declared, std::span<const PathChange> paths) {
  std::vector<Position> places;
  for (const double km : kMovesKm) {
    for (int bearing = 0; bearing < kBearings; ++bearing) {
      places.push_back(Destination(declared, Angle::Degrees(360.0 * bearing / kBearings),
                                   Distance::Kilometres(km)));
    }
  }
  for (const PathChange& path : paths) places.push_back(path.position);
  return places;
}

Moved LogMove(Position declared, std::span<const PathChange> paths,
              std::span<const Residual> residuals, const PathModel& model) {
  std::vector<double> terms;
  Position best;
  for (const Position place : PlacesToTry(declared, paths)) {
    const double log = LogFrom(place, paths, residuals, model);
    if (terms.empty() || log > std::ranges::max(terms)) best = place;
    terms.push_back(log);
  }
  return {LogMean(terms), GeodesicDistance(declared, best)};
}

std::vector<Residual> ResidualsOf(std::span<const PathChange> paths) {
  std::vector<Residual> residuals;
  residuals.reserve(paths.size());
  for (const PathChange& path : paths) {
    // The scale of a Laplace distribution is its median absolute deviation over ln 2.
    const double spread = Rtt::FromDuration(path.spread).milliseconds() / std::numbers::ln2;
    const double least = Rtt::FromDuration(kResidualNoise).milliseconds();
    const double now = std::min(path.now.milliseconds(), kSlowest);
    residuals.push_back({.now = now,
                         .r = now - std::min(path.usual.milliseconds(), kSlowest),
                         .noise = std::max(spread, least)});
  }
  return residuals;
}

Duration MedianResidual(std::vector<Residual> residuals) {
  const auto middle = residuals.begin() + static_cast<std::ptrdiff_t>(residuals.size() / 2);
  std::nth_element(residuals.begin(), middle, residuals.end(),
                   [](const Residual& a, const Residual& b) { return a.r < b.r; });
  return Duration(static_cast<std::int64_t>(middle->r * 1e6));
}

}  // namespace

std::string_view ChangeKindName(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kNothing: return "NOTHING";
    case ChangeKind::kReroute: return "REROUTE";
    case ChangeKind::kCommonDelay: return "COMMON_DELAY";
    case ChangeKind::kMove: return "MOVE";
    case ChangeKind::kCannotTell: return "CANNOT_TELL";
  }
  EARSHOT_CHECK(false);
}

std::string_view ChangeKindReasonName(ChangeKindReason reason) {
  switch (reason) {
    case ChangeKindReason::kPathsHeld: return "PATHS_HELD";
    case ChangeKindReason::kDifferencesHeld: return "DIFFERENCES_HELD";
    case ChangeKindReason::kPositionFits: return "POSITION_FITS";
    case ChangeKindReason::kTooFewPaths: return "TOO_FEW_PATHS";
    case ChangeKindReason::kNoneFitsAlone: return "NONE_FITS_ALONE";
  }
  EARSHOT_CHECK(false);
}

ChangeKindFinding TellChange(Position declared, std::span<const PathChange> paths,
                             const PathModel& model) {
  ChangeKindFinding finding;
  if (paths.size() < kKindPathsMin) return finding;
  const std::vector<Residual> residuals = ResidualsOf(paths);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (residuals[i].r > 4 * residuals[i].noise) finding.slowed.push_back(paths[i].landmark);
  }
  finding.delay = MedianResidual(residuals);

  const Moved moved = LogMove(declared, paths, residuals, model);
  const std::size_t few = std::max<std::size_t>(1, paths.size() / 4);
  const std::array<double, 5> logs = {
      LogIndependent(residuals, 0, 0), LogJumps(residuals, 1, few), LogCommonDelay(residuals),
      moved.log, LogJumps(residuals, few + 1, paths.size())};
  const double most = std::ranges::max(logs);
  double sum = 0;
  for (const double log : logs) sum += std::exp(log - most);
  const auto share = [&](std::size_t i) { return std::exp(logs[i] - most) / sum; };
  finding.nothing = share(0);
  finding.reroute = share(1);
  finding.common_delay = share(2);
  finding.move = share(3);

  finding.reason = ChangeKindReason::kNoneFitsAlone;
  if (finding.nothing >= kKindShareMin) {
    finding.kind = ChangeKind::kNothing;
    finding.reason = ChangeKindReason::kPathsHeld;
  } else if (finding.reroute >= kKindShareMin) {
    finding.kind = ChangeKind::kReroute;
    finding.reason = ChangeKindReason::kPathsHeld;
  } else if (finding.common_delay >= kKindShareMin) {
    finding.kind = ChangeKind::kCommonDelay;
    finding.reason = ChangeKindReason::kDifferencesHeld;
  } else if (finding.move >= kKindShareMin) {
    finding.kind = ChangeKind::kMove;
    finding.reason = ChangeKindReason::kPositionFits;
    finding.moved_by = moved.by;
  }
  return finding;
}

}  // namespace earshot
