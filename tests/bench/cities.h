// tests/bench/cities.h: a small measured world of known make.
#ifndef EARSHOT_TESTS_BENCH_CITIES_H_
#define EARSHOT_TESTS_BENCH_CITIES_H_

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bench/measured_world.h"
#include "core/dataset/measurements.h"
#include "core/geo/wgs84.h"

namespace earshot {

// Cities far apart, two nodes in each, RTTs 1.6 times that of fibre plus 2 ms, and a little that
// differs from pair to pair; the last node is in Rome and says Tokyo.
inline Measurements Cities() {
  struct City {
    const char* name;
    const char* country;
    const char* region;
    double latitude;
    double longitude;
  };
  constexpr City kCities[] = {
      {"sin", "SG", "SEA", 1.3, 103.8},   {"hkg", "HK", "HKTW", 22.3, 114.2},
      {"bkk", "TH", "SEA", 13.7, 100.5},  {"szx", "CN", "CN", 22.5, 114.6},
      {"pek", "CN", "CN", 39.9, 116.4},   {"icn", "KR", "JPKR", 37.6, 127.0},
      {"lon", "GB", "EUROPE", 51.5, -0.1}, {"fra", "DE", "EUROPE", 50.1, 8.7},
      {"mad", "ES", "EUROPE", 40.4, -3.7}, {"nyc", "US", "NAMER", 40.7, -74.0},
      {"lax", "US", "NAMER", 34.1, -118.2}, {"ord", "US", "NAMER", 41.9, -87.6}};
  Measurements measured;
  std::vector<Position> truth;
  for (const City& city : kCities) {
    for (const double step : {0.0, 0.2}) {
      MeasuredNode node;
      node.id = std::string(city.name) + (step > 0 ? "-2" : "-1");
      node.country = CountryCode::Unchecked(city.country[0], city.country[1]);
      node.region = city.region;
      node.position = *Position::FromDegrees(city.latitude + step, city.longitude);
      truth.push_back(node.position);
      measured.nodes.push_back(node);
    }
  }
  MeasuredNode liar;
  liar.id = "liar";
  liar.position = *Position::FromDegrees(35.7, 139.7);
  liar.is_mislocated = true;
  liar.is_scored = false;
  measured.nodes.push_back(liar);
  truth.push_back(*Position::FromDegrees(41.9, 12.5));
  for (std::uint32_t a = 0; a < truth.size(); ++a) {
    for (std::uint32_t b = 0; b < truth.size(); ++b) {
      if (a == b) continue;
      const double fibre = RoundTripOver(GeodesicDistance(truth[a], truth[b]), kFibreSpeed)
                               .milliseconds();
      const double ms = 2 + 1.6 * fibre + 0.01 * ((a * 7 + b * 13) % 11);
      measured.rtts.push_back(
          {a, b, Rtt::FromDuration(Duration(std::llround(ms * 1e6))), Duration(0)});
    }
  }
  return measured;
}

inline MeasuredWorld World() {
  auto world = MeasuredWorld::Build(Cities());
  EXPECT_TRUE(world.has_value());
  return *std::move(world);
}

}  // namespace earshot

#endif  // EARSHOT_TESTS_BENCH_CITIES_H_
