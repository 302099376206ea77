#include "cli/scenario_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/scenario/scenario_load.h"

namespace earshot {
namespace {

using testing::HasSubstr;
using testing::Not;

Scenario Shipped(const std::string& file) {
  auto scenario = LoadScenario(std::string(EARSHOT_SOURCE_DIR) + "/scenarios/" + file);
  EXPECT_TRUE(scenario.has_value()) << scenario.error().message();
  return *std::move(scenario);
}

Position At(double latitude, double longitude) {
  return *Position::FromDegrees(latitude, longitude);
}

const MapMark* MarkOf(const std::vector<MapMark>& marks, const std::string& place) {
  for (const MapMark& mark : marks) {
    if (std::ranges::find(mark.places, place) != mark.places.end()) return &mark;
  }
  return nullptr;
}

// The cell of a place holds it: no farther from the cell's middle than half a cell.
void ExpectInsideItsCell(const MapFrame& frame, Position position) {
  const MapFrame::Cell cell = frame.CellOf(position);
  ASSERT_LT(cell.row, frame.rows());
  ASSERT_LT(cell.column, frame.columns());
  const Position middle = frame.At(cell);
  const double cell_height =
      frame.rows() > 1 ? std::abs(frame.At({0, 0}).latitude_degrees() -
                                  frame.At({1, 0}).latitude_degrees())
                       : 180;
  const double cell_width = std::abs(std::remainder(
      frame.At({0, 1}).longitude_degrees() - frame.At({0, 0}).longitude_degrees(), 360.0));
  EXPECT_LE(std::abs(middle.latitude_degrees() - position.latitude_degrees()),
            cell_height / 2 + 1e-9);
  EXPECT_LE(std::abs(std::remainder(middle.longitude_degrees() - position.longitude_degrees(),
                                    360.0)),
            cell_width / 2 + 1e-9);
}

TEST(ScenarioPicture, LetterOfALandmarkIsInTheCellOfItsCoordinates) {
  const Scenario scenario = Shipped("010-half-order.textproto");
  for (const std::size_t width : {60U, 80U, 132U}) {
    const MapFrame frame = FrameOf(scenario, width);
    const auto rows = MapRows(scenario, frame, CountryZones::Default());
    const auto marks = MarksOf(scenario, frame);
    for (const ScenarioLandmark& landmark : scenario.landmarks) {
      const Position position = scenario.FindPlace(landmark.place)->position;
      ExpectInsideItsCell(frame, position);
      const MapMark* const mark = MarkOf(marks, landmark.place);
      ASSERT_NE(mark, nullptr) << landmark.id.value();
      const MapFrame::Cell cell = frame.CellOf(position);
      EXPECT_EQ(rows[cell.row][cell.column], mark->letter) << landmark.id.value();
      EXPECT_TRUE(mark->letter >= 'A' && mark->letter <= 'Z') << landmark.id.value();
    }
  }
}

TEST(ScenarioPicture, PlaceWithoutALandmarkIsLowerCaseAndAnUnusedOneIsNotMarked) {
  Scenario scenario = Shipped("070-us-only-landmarks.textproto");
  const auto marks = MarksOf(scenario, FrameOf(scenario, 80));
  const MapMark* const shenzhen = MarkOf(marks, "shenzhen");
  ASSERT_NE(shenzhen, nullptr);
  EXPECT_TRUE(shenzhen->letter >= 'a' && shenzhen->letter <= 'z');
  scenario.places.push_back({"nairobi", "Nairobi", CountryCode::Unchecked('K', 'E'), At(-1.29, 36.82)});
  EXPECT_EQ(MarkOf(MarksOf(scenario, FrameOf(scenario, 80)), "nairobi"), nullptr);
}

TEST(ScenarioPicture, PlacesOnBothSidesOfTheAntimeridianAreNeighboursOnTheMap) {
  const std::vector<Position> places = {At(-18.14, 178.44), At(-13.83, -171.76), At(-21.14, -175.2)};
  const MapFrame frame(places, 80);
  for (const Position& place : places) ExpectInsideItsCell(frame, place);
  // Suva is west of Apia by 9.8 degrees, and by much less than the map is wide.
  const std::size_t suva = frame.CellOf(places[0]).column;
  const std::size_t apia = frame.CellOf(places[1]).column;
  EXPECT_LT(suva, apia);
  const double across = std::remainder(frame.At({0, 79}).longitude_degrees() -
                                           frame.At({0, 0}).longitude_degrees(),
                                       360.0);
  EXPECT_LT(std::abs(across), 60);
}

TEST(ScenarioPicture, PlacesAcrossThePacificAndAsiaAreNotCutWhereTheyAre) {
  // The widest gap is the Atlantic: the map begins in Asia and ends in America.
  const Scenario scenario = Shipped("070-us-only-landmarks.textproto");
  const MapFrame frame = FrameOf(scenario, 80);
  const auto column = [&](const char* id) {
    return frame.CellOf(scenario.FindPlace(id)->position).column;
  };
  EXPECT_LT(column("singapore"), column("seattle"));
  EXPECT_LT(column("seattle"), column("ashburn"));
}

TEST(ScenarioPicture, LandIsDrawnWhereItIsAndTheSeaIsLeftEmpty) {
  const Scenario scenario = Shipped("010-half-order.textproto");
  const MapFrame frame = FrameOf(scenario, 80);
  const auto rows = MapRows(scenario, frame, CountryZones::Default());
  const auto drawn = [&](double latitude, double longitude) {
    const MapFrame::Cell cell = frame.CellOf(At(latitude, longitude));
    return rows[cell.row][cell.column];
  };
  EXPECT_THAT(drawn(0, 114), testing::AnyOf('.', ':'));  // Borneo
  EXPECT_EQ(drawn(28, 114), '#');  // China, which the licence excludes
  EXPECT_EQ(drawn(15, 115), ' ');  // the South China Sea
}

TEST(ScenarioPicture, SinglePlaceGetsAMapAroundIt) {
  const std::vector<Position> alone = {At(1.29, 103.85)};
  const MapFrame frame(alone, 80);
  ExpectInsideItsCell(frame, alone[0]);
  EXPECT_GE(frame.rows(), 4U);
  const MapFrame::Cell cell = frame.CellOf(alone[0]);
  EXPECT_NEAR(static_cast<double>(cell.column), 40.0, 1.0);
}

TEST(ScenarioPicture, NoLineIsWiderThanAskedFor) {
  for (const char* file : {"010-half-order.textproto", "070-us-only-landmarks.textproto",
                           "240-landmark-flood.textproto"}) {
    const Scenario scenario = Shipped(file);
    for (const std::size_t width : {40U, 80U}) {
      std::string line;
      for (const char c : ScenarioPicture(scenario, width)) {
        if (c != '\n') {
          line += c;
          continue;
        }
        EXPECT_LE(line.size(), width) << file << ": " << line;
        EXPECT_EQ(line.find('\x1b'), std::string::npos);
        line.clear();
      }
    }
  }
}

TEST(ScenarioPicture, TimelineShowsWhenDevicesFallSilentAndWhenThatIsAVerdict) {
  Scenario scenario = Shipped("050-dark-after-inspection.textproto");
  const auto row_of = [&](std::string_view label) {
    for (const std::string& row : TimelineRows(scenario, 80)) {
      if (row.starts_with(label)) return row;
    }
    return std::string();
  };
  // 66 columns for 20 s: silent from 7.5 s on, a verdict at 15.5 s.
  const std::string dark = row_of("P-0003 x6");
  ASSERT_FALSE(dark.empty());
  const std::size_t silent = dark.find('-', 10);
  EXPECT_EQ(silent, 14 + static_cast<std::size_t>(7.5 / 20 * 66));
  EXPECT_EQ(dark.find('!'), 14 + static_cast<std::size_t>(15.5 / 20 * 66));
  EXPECT_TRUE(row_of("P-0001").empty());  // those that go on answering have no row
  EXPECT_THAT(row_of("rounds 1-3"), HasSubstr("|1=="));
  // The deadline past the end of the run is not drawn into it.
  scenario.policy.silent_after = std::chrono::seconds(30);
  EXPECT_THAT(row_of("P-0003 x6"), Not(HasSubstr("!")));
}

TEST(ScenarioPicture, LandmarkThatIsCutOffHasItsOwnRowOfTime) {
  const Scenario cut = Shipped("230-landmark-outage.textproto");
  EXPECT_THAT(ScenarioPicture(cut, 80), HasSubstr("sin-1         ---"));
  EXPECT_THAT(ScenarioPicture(cut, 80), HasSubstr("sin-1 is cut off"));
  EXPECT_THAT(ScenarioPicture(Shipped("110-padded-delay.textproto"), 80),
              Not(HasSubstr("sin-1 is cut off")));
}

TEST(ScenarioPicture, CutsAreDrawnWhereTheyAreAndTheRestIsSaid) {
  const std::string partition = ScenarioPicture(Shipped("290-partition.textproto"), 80);
  // 66 columns for 91 s: cut from 16 s to 46 s.
  const std::string row = "cut 1         " + std::string(11, '+') + std::string(22, '-');
  EXPECT_THAT(partition, HasSubstr(row + std::string(33, '+') + "\n"));
  EXPECT_THAT(partition, HasSubstr("Bangkok is cut off from everybody else, from 16 s to 46 s"));
  EXPECT_THAT(partition, HasSubstr("everybody else and within"));
  const std::string routes = ScenarioPicture(Shipped("260-route-change.textproto"), 80);
  EXPECT_THAT(routes, HasSubstr("50 % of the paths of devices at Singapore"));
  EXPECT_THAT(ScenarioPicture(Shipped("270-daily-rhythm.textproto"), 80), HasSubstr("at 20 h"));
  EXPECT_THAT(ScenarioPicture(Shipped("280-shared-congestion.textproto"), 80),
              HasSubstr("a queue of 40 ms"));
  EXPECT_THAT(ScenarioPicture(Shipped("020-honest-fleet.textproto"), 80),
              Not(HasSubstr("cut 1")));
}

TEST(ScenarioPicture, LifeOfADeviceIsDrawnFromItsShippingToItsRetirement) {
  const std::string text = ScenarioPicture(Shipped("300-device-lifecycle.textproto"), 80);
  // 66 columns for 32 s: shipped at 1 s, installed at 13 s.
  EXPECT_THAT(text, HasSubstr("N-0001 x6       " + std::string(24, '>') + std::string(40, '+') + "\n"));
  EXPECT_THAT(text, HasSubstr("R-0001 x4     " + std::string(39, '+') + "\n"));
  EXPECT_THAT(text, HasSubstr("> in transit"));
  EXPECT_THAT(text, Not(HasSubstr("S-0001 x6")));
  EXPECT_THAT(ScenarioPicture(Shipped("050-dark-after-inspection.textproto"), 80),
              Not(HasSubstr("in transit")));
}

}  // namespace
}  // namespace earshot
