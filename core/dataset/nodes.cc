#include <fmt/format.h>

#include <array>
#include <map>

#include "core/dataset/csv.h"
#include "core/dataset/measurements.h"
#include "core/dataset/text_source.h"
#include "core/geo/country_zones.h"

namespace earshot {
namespace {

using internal::CsvTable;
using internal::ParseNumber;

// Larger than the Earth is a mistake of units.
constexpr double kUncertaintyKilometresMax = 20'004;

Result<double> NumberIn(const CsvTable& table, std::string_view column) {
  const auto number = ParseNumber(table.Field(column));
  if (!number.has_value()) {
    return tl::unexpected(
        table.At(fmt::format("{}: \"{}\" is not a number", column, table.Field(column))));
  }
  return *number;
}

Status ReadPosition(const CsvTable& table, MeasuredNode* into) {
  EARSHOT_ASSIGN_OR_RETURN(const double latitude, NumberIn(table, "lat"));
  EARSHOT_ASSIGN_OR_RETURN(const double longitude, NumberIn(table, "lon"));
  const auto position = Position::FromDegrees(latitude, longitude);
  if (!position) return tl::unexpected(table.At(position.error().message()));
  into->position = *position;
  if (table.Field("coord_precision_km").empty()) return {};
  EARSHOT_ASSIGN_OR_RETURN(const double precision, NumberIn(table, "coord_precision_km"));
  if (precision < 0 || precision > kUncertaintyKilometresMax) {
    return tl::unexpected(table.At(
        fmt::format("coord_precision_km: {} is no distance on Earth; write kilometres", precision)));
  }
  into->position_uncertainty = Distance::Kilometres(precision);
  return {};
}

void SplitWords(std::string_view text, std::vector<std::string>* into) {
  std::size_t begin = 0;
  while ((begin = text.find_first_not_of(' ', begin)) != std::string_view::npos) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    into->emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
}

Result<MeasuredNode> ReadNode(const CsvTable& table) {
  MeasuredNode node;
  node.id = table.Field("id");
  if (node.id.empty()) return tl::unexpected(table.At("the id is empty; every node needs one"));
  EARSHOT_RETURN_IF_ERROR(ReadPosition(table, &node));
  if (const std::string_view country = table.Field("country"); !country.empty()) {
    const auto code = ParseCountryCode(country);
    if (!code) return tl::unexpected(table.At(fmt::format("country: {}", code.error().message())));
    node.country = *code;
  }
  node.region = table.Field("region");
  node.name = table.Field("name");
  node.dataset = table.Field("dataset");
  node.kind = table.Field("kind");
  node.note = table.Field("note");
  SplitWords(table.Field("address"), &node.addresses);
  const std::string_view domain = table.Field("trust_domain");
  node.trust_domain = domain.empty() ? node.id : std::string(domain);
  if (!table.Field("cost").empty()) {
    EARSHOT_ASSIGN_OR_RETURN(node.cost, NumberIn(table, "cost"));
    if (!(node.cost > 0)) {
      return tl::unexpected(table.At(fmt::format("cost: {}; write a number above 0", node.cost)));
    }
  }
  const std::string_view scored = table.Field("score_ok");
  if (!scored.empty() && scored != "0" && scored != "1") {
    return tl::unexpected(table.At(fmt::format("score_ok: \"{}\"; write 0 or 1", scored)));
  }
  node.is_mislocated = table.Field("quality") == "mislocated";
  node.is_scored = scored != "0" && !node.is_mislocated;
  return node;
}

}  // namespace

Result<std::vector<MeasuredNode>> ReadNodes(const std::string& path) {
  EARSHOT_ASSIGN_OR_RETURN(const std::string text, internal::ReadText(path));
  const std::array<std::string, 3> required = {"id", "lat", "lon"};
  EARSHOT_ASSIGN_OR_RETURN(CsvTable table, CsvTable::Open(text, path, required));
  std::vector<MeasuredNode> nodes;
  std::map<std::string, int, std::less<>> lines;
  while (true) {
    EARSHOT_ASSIGN_OR_RETURN(const bool any, table.Next());
    if (!any) break;
    EARSHOT_ASSIGN_OR_RETURN(MeasuredNode node, ReadNode(table));
    const auto [known, is_new] = lines.try_emplace(node.id, table.line());
    if (!is_new) {
      return tl::unexpected(table.At(fmt::format("id \"{}\" is also that of line {}; rename one",
                                                 node.id, known->second)));
    }
    nodes.push_back(std::move(node));
  }
  if (nodes.empty()) return tl::unexpected(table.At("no nodes below the header"));
  return nodes;
}

}  // namespace earshot
