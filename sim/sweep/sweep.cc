#include "sim/sweep/sweep.h"

#include <fmt/format.h>

#include "core/base/check.h"
#include "core/crypto/sha256.h"
#include "sim/scenario/scenario_load.h"

namespace earshot {
namespace {

// A field of CSV (RFC 4180): in quotes where it holds what separates fields or lines.
std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

void HashText(std::string_view text, Sha256State* hash) {
  hash->Update(AsBytes(fmt::format("{}:", text.size())));
  hash->Update(AsBytes(text));
}

}  // namespace

Bytes32 SweepPlan::Hash() const {
  Sha256State hash;
  HashText(fidelity == SweepFidelity::kRound ? "round" : "packet", &hash);
  for (const std::string& parameter : parameters) HashText(parameter, &hash);
  for (const SweepPoint& point : points) {
    for (const std::string& value : point.values) HashText(value, &hash);
    HashText(ScenarioText(point.scenario), &hash);
    HashText(fmt::format("{}", point.every.count()), &hash);
  }
  return hash.Finish();
}

std::string SweepCsv(const SweepPlan& plan, std::span<const SweepRow> rows) {
  std::string csv = "point";
  for (const std::string& parameter : plan.parameters) csv += "," + CsvField(parameter);
  csv += fmt::format(",seed,{}\n", fmt::join(SweepColumns(), ","));
  for (const SweepRow& row : rows) {
    EARSHOT_CHECK(row.point < plan.points.size());
    const SweepPoint& point = plan.points[row.point];
    csv += fmt::format("{}", row.point);
    for (const std::string& value : point.values) csv += "," + CsvField(value);
    csv += fmt::format(",{},{}\n", point.scenario.seed, fmt::join(row.cells, ","));
  }
  return csv;
}

}  // namespace earshot
