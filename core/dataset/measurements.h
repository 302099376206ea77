// core/dataset/measurements.h: nodes and the round-trip times measured between them, as read from
// files.
#ifndef EARSHOT_CORE_DATASET_MEASUREMENTS_H_
#define EARSHOT_CORE_DATASET_MEASUREMENTS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/quantity.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/geo/country_code.h"
#include "core/geo/position.h"

namespace earshot {

// How far a node may stand from its coordinates when its file does not say: a city.
inline constexpr Distance kUnstatedPositionUncertainty = Distance::Kilometres(10);

// One row of a nodes file. Text is as in the file, empty where the file has none.
struct MeasuredNode {
  std::string id;
  Position position;
  Distance position_uncertainty = kUnstatedPositionUncertainty;
  std::optional<CountryCode> country;
  std::string region;   // a group of countries, by the file's own names
  std::string name;
  std::string dataset;  // who measured it
  std::string kind;     // how it is connected: hosting, home line, radio
  std::string note;
  bool is_scored = true;       // fit for calibration and for rates
  bool is_mislocated = false;  // the file says that it is not where it is said to be
  std::string trust_domain;    // who could make a landmark there lie; the id where the file has none
  double cost = 1;             // of a landmark there, above zero, in any unit
  std::vector<std::string> addresses;  // under which measurements may name it, besides its id
};

// The least RTT known from one node to another, by index.
struct MeasuredRtt {
  std::uint32_t source = 0;
  std::uint32_t target = 0;
  Rtt rtt;
  // The RTT may have been cut by this much: whole milliseconds where a source publishes no more.
  Duration resolution{0};
  // Its average less its least RTT, where the file gives both.
  std::optional<Duration> jitter;
};

struct Measurements {
  std::vector<MeasuredNode> nodes;  // in the file's order; ids are unique
  std::vector<MeasuredRtt> rtts;    // by source, then target, each pair once
  // What was left out and why, one sentence each, with file and line of the first case.
  std::vector<std::string> remarks;
};

// The nodes of a CSV file with a header; plain or gzip. Columns by name, in any order:
//   id, lat, lon          required (degrees)
//   country               ISO 3166-1 alpha-2
//   coord_precision_km    how far off the coordinates may be
//   score_ok              0 keeps the node out of calibration and rates
//   quality               "mislocated" marks a declaration known to be false
//   address               names and addresses of the node, separated by spaces
//   cost                  of a landmark there, in any unit (for plans; 1)
//   trust_domain          who could make a landmark there lie (for plans; the id)
//   dataset, name, region, kind, note
// Others are ignored. kInvalidArgument with "file:line: cause; fix" for a missing column, a
// malformed row, coordinates off the Earth, an unknown country, a cost that is not above zero, an id
// that occurs twice.
Result<std::vector<MeasuredNode>> ReadNodes(const std::string& path);

// Adds the RTTs of a file, plain or gzip, to `into`, keeping the least of each pair. The form is
// recognised by its content:
//   - CSV with a header: src, dst, and min_ms or avg_ms (the least that is given counts); a row
//     without either is a ping that nobody answered;
//   - RIPE Atlas ping results as JSON, one array or one object a line: probe prb_id to dst_name or
//     dst_addr;
//   - fping: JSON lines (-J, with -c or -C) or the text of -C;
//   - irtt JSON (-o).
// fping and irtt do not name who measured: write "SOURCE=FILE", SOURCE being a node's id. Names in
// measurements are looked up among ids ("pr:123" also as "123") and addresses. Pairs with a name
// that is not among the nodes are left out with a remark.
//
// kInvalidArgument with file, line or element, cause and fix for what is not in any of these
// forms, an RTT that is negative, not a number or above an hour, a gzip cut short, or a file in
// which no pair is known.
Status ReadRtts(const std::string& path, Measurements* into);

// Both, for one nodes file and any number of RTT files.
Result<Measurements> ReadMeasurements(const std::string& nodes_path,
                                      std::span<const std::string> rtt_paths);

}  // namespace earshot

#endif  // EARSHOT_CORE_DATASET_MEASUREMENTS_H_
