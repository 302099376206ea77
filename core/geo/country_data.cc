#include "core/geo/country_data.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>

#include "core/base/check.h"

extern "C" {
extern const std::uint8_t earshot_country_data_begin[];
extern const std::uint8_t earshot_country_data_end[];
}

namespace earshot::internal {
namespace {

// Layout: tools/convert_countries.py.
class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  std::span<const std::uint8_t> Take(std::size_t n) {
    EARSHOT_CHECK(n <= rest_.size());
    const auto taken = rest_.first(n);
    rest_ = rest_.subspan(n);
    return taken;
  }
  std::uint64_t Unsigned() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = Take(1)[0];
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    EARSHOT_CHECK(false);
    return 0;
  }
  std::int64_t Signed() {
    const std::uint64_t coded = Unsigned();
    const auto half = static_cast<std::int64_t>(coded >> 1U);
    return (coded & 1U) != 0 ? -half - 1 : half;
  }
  double Float64() {
    std::uint64_t bits = 0;
    const auto bytes = Take(8);
    for (std::size_t i = 0; i < 8; ++i) bits |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
    return std::bit_cast<double>(bits);
  }
  std::string Text(std::size_t n) {
    const auto bytes = Take(n);
    return std::string(bytes.begin(), bytes.end());
  }
  bool AtEnd() const { return rest_.empty(); }

 private:
  std::span<const std::uint8_t> rest_;
};

struct Axis {
  double scale;
  double offset;
  double Degrees(std::int64_t step) const { return offset + scale * static_cast<double>(step); }
};

std::vector<Position> ReadArc(Reader& reader, const Axis& longitude, const Axis& latitude) {
  std::vector<Position> points(reader.Unsigned());
  std::int64_t x = 0;
  std::int64_t y = 0;
  for (Position& point : points) {
    x += reader.Signed();
    y += reader.Signed();
    const auto position =
        Position::FromDegrees(std::clamp(latitude.Degrees(y), -90.0, 90.0), longitude.Degrees(x));
    EARSHOT_CHECK(position.has_value());
    point = *position;
  }
  return points;
}

CountryShape ReadShape(Reader& reader) {
  CountryShape shape;
  shape.owners.resize(reader.Unsigned());
  for (CountryCode& owner : shape.owners) {
    const std::string letters = reader.Text(2);
    owner = CountryCode::Unchecked(letters[0], letters[1]);
  }
  shape.name = reader.Text(reader.Unsigned());
  shape.rings.resize(reader.Unsigned());
  for (auto& ring : shape.rings) {
    ring.resize(reader.Unsigned());
    for (std::int32_t& arc : ring) arc = static_cast<std::int32_t>(reader.Signed());
  }
  return shape;
}

// The way from `from` to `to` in degrees of longitude, the short way around.
double LongitudeStep(const Position& from, const Position& to) {
  return std::remainder(to.longitude_degrees() - from.longitude_degrees(), 360.0);
}

}  // namespace

CountryData LoadCountryData() {
  Reader reader(std::span(earshot_country_data_begin, earshot_country_data_end));
  EARSHOT_CHECK(reader.Text(4) == "EZN1");
  Axis longitude{};
  Axis latitude{};
  for (Axis* axis : {&longitude, &latitude}) {
    axis->scale = reader.Float64();
    axis->offset = reader.Float64();
  }
  CountryData data;
  data.arcs.resize(reader.Unsigned());
  for (auto& arc : data.arcs) arc = ReadArc(reader, longitude, latitude);
  data.shapes.resize(reader.Unsigned());
  for (auto& shape : data.shapes) shape = ReadShape(reader);
  EARSHOT_CHECK(reader.AtEnd());
  return data;
}

std::vector<UnitVector> Densified(const std::vector<Position>& arc, Distance spacing) {
  std::vector<UnitVector> points;
  points.reserve(arc.size());
  for (std::size_t i = 0; i < arc.size(); ++i) {
    if (i > 0) {
      const Position& from = arc[i - 1];
      const double up = arc[i].latitude_degrees() - from.latitude_degrees();
      const double along = LongitudeStep(from, arc[i]);
      // A straight line on the plate is no longer than this on the ground.
      const bool crosses_equator = from.latitude_degrees() * arc[i].latitude_degrees() <= 0;
      const double lowest = crosses_equator ? 0.0
                                            : std::min(std::abs(from.latitude().radians()),
                                                       std::abs(arc[i].latitude().radians()));
      const Angle length = Angle::Degrees(std::hypot(up, along * std::cos(lowest)));
      const double metres = length.radians() * kEquatorialRadius.metres() * 1.004;
      const auto count = static_cast<int>(std::ceil(metres / spacing.metres()));
      for (int step = 1; step < count; ++step) {
        const double share = static_cast<double>(step) / count;
        const auto between = Position::FromDegrees(from.latitude_degrees() + share * up,
                                                   from.longitude_degrees() + share * along);
        EARSHOT_CHECK(between.has_value());
        points.emplace_back(*between);
      }
    }
    points.emplace_back(arc[i]);
  }
  return points;
}

}  // namespace earshot::internal
