// sim/sweep/sweep.h: one scenario at many points, as plain data: what is run, and what came out.
#ifndef EARSHOT_SIM_SWEEP_SWEEP_H_
#define EARSHOT_SIM_SWEEP_SWEEP_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "sim/scenario/scenario.h"

namespace earshot {

// Points of one sweep; more are refused.
inline constexpr std::uint32_t kSweepPointsMax = 4096;

enum class SweepFidelity : std::uint8_t { kRound, kPacket };

// One run: everything that decides its row.
struct SweepPoint {
  std::uint32_t number = 0;         // from 0, in the order of the rows
  std::vector<std::string> values;  // by SweepPlan::parameters, as they stand in the file
  Scenario scenario;                // checked
  Duration every{0};                // from round to round; 0: back to back, and always of kPacket
};

struct SweepPicturePlan {
  std::string title;
  std::size_t x = 0;                  // into SweepPlan::parameters
  std::optional<std::size_t> series;  // likewise; none: one line
  std::size_t y = 0;                  // into SweepColumns()
  bool logarithmic_x = false;
};

// A sweep with every point worked out.
struct SweepPlan {
  std::string name;
  std::string question;
  std::vector<std::string> not_to_conclude;
  std::string scenario;  // its name
  SweepFidelity fidelity = SweepFidelity::kRound;
  std::vector<std::string> parameters;  // of the axes
  std::vector<SweepPoint> points;       // by number
  std::optional<SweepPicturePlan> picture;

  // Of everything that decides the rows, the program aside: the fidelity, and of each point its
  // values, its whole scenario and its cadence.
  Bytes32 Hash() const;
};

// What was found at a point: a cell for each of SweepColumns(), empty where nothing can be said, as
// of the share of nobody. Numbers stand in their shortest exact form, so that rows are compared byte
// by byte; no cell needs quotes in CSV.
struct SweepRow {
  std::uint32_t point = 0;
  std::vector<std::string> cells;

  friend bool operator==(const SweepRow&, const SweepRow&) = default;
};

// Names of the columns, in their order; the last is the hash of all verdicts. "honest" are devices
// of fleets that are as declared and do as they should, "dishonest" all others; "last" is by the
// verdict of the last round, "ever" by whether some round had it.
const std::vector<std::string>& SweepColumns();

// rows.csv, heading included: point, parameters, seed, columns. Every row of `rows` must be of a
// point of the plan (CHECK).
std::string SweepCsv(const SweepPlan& plan, std::span<const SweepRow> rows);

}  // namespace earshot

#endif  // EARSHOT_SIM_SWEEP_SWEEP_H_
