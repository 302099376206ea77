// cli/scenario_picture.h: a scenario as a map and a timeline of characters. No colour, pure text.
#ifndef EARSHOT_CLI_SCENARIO_PICTURE_H_
#define EARSHOT_CLI_SCENARIO_PICTURE_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/base/quantity.h"
#include "core/geo/country_code.h"
#include "core/geo/country_zones.h"
#include "core/geo/position.h"
#include "sim/scenario/scenario.h"

namespace earshot {

// A grid of cells over a part of the world: latitude by rows, longitude by columns, both linear, a
// cell twice as high as wide, as characters are. Longitudes go round: the part may hold the
// antimeridian.
class MapFrame {
 public:
  struct Cell {
    std::size_t row = 0;
    std::size_t column = 0;
    friend auto operator<=>(const Cell&, const Cell&) = default;
  };

  // The least part that holds `places` with some room around them, at most `width` columns wide and
  // kRowsMax rows high. At least one place (CHECK).
  MapFrame(std::span<const Position> places, std::size_t width);

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  // Where a position is drawn; it must lie within the frame, as every place given does.
  Cell CellOf(Position position) const;
  // The middle of a cell.
  Position At(Cell cell) const;

  static constexpr std::size_t kRowsMax = 26;

 private:
  Angle north_;
  Angle west_;
  Angle cell_height_;
  Angle cell_width_;
  std::size_t rows_ = 1;
  std::size_t columns_ = 1;
};

// What stands in one cell of the map.
struct MapMark {
  char letter = '*';  // upper case where a landmark stands; '*' when the letters are used up
  MapFrame::Cell cell;
  std::vector<std::string> places;  // ids of ScenarioPlace
};

// One mark for every cell that holds a place where something is: a landmark, a declared site, a
// device, a relay, a clone. Letters by row, then column.
std::vector<MapMark> MarksOf(const Scenario& scenario, const MapFrame& frame);

// The frame of a scenario's marked places.
MapFrame FrameOf(const Scenario& scenario, std::size_t width);

// The rows of the map: land '.', borders of countries ':', land of a country that a licence excludes
// '#', marks over them.
std::vector<std::string> MapRows(const Scenario& scenario, const MapFrame& frame,
                                 const CountryZones& zones);

// Time from left to right: rounds, when devices and landmarks fall silent, when silence is a verdict.
std::vector<std::string> TimelineRows(const Scenario& scenario, std::size_t width);

// Title, map, legend and timeline, no line wider than `width`.
std::string ScenarioPicture(const Scenario& scenario, std::size_t width,
                            const CountryZones& zones = CountryZones::Default());

}  // namespace earshot

#endif  // EARSHOT_CLI_SCENARIO_PICTURE_H_
