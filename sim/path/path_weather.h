// sim/path/path_weather.h: what comes and goes on a simulated path: routes, queues, the hour, cuts.
//
// All of it adds to the undisturbed delay or keeps a packet from passing; nothing takes delay away,
// so a path never falls below its floor. Each answer is a function of the path's names and the
// moment: no state, no order of asking, integer arithmetic throughout. Moments are times since the
// start of the run.
#ifndef EARSHOT_SIM_PATH_PATH_WEATHER_H_
#define EARSHOT_SIM_PATH_PATH_WEATHER_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/time.h"
#include "sim/path/philox.h"

namespace earshot {

// When something is so. Stated: from `from` until just before `until`. Drawn, where `every` is not
// zero: once within each stretch of so long, for `lasts` (a congestion) or until the next time (a
// route).
struct Times {
  Duration from{0};
  std::optional<Duration> until;
  Duration every{0};
  Duration lasts{0};

  bool drawn() const { return every > Duration(0); }
  bool StatedAt(Duration at) const { return from <= at && (!until.has_value() || at < *until); }
};
// A shorter stretch would be jitter, which is another thing.
inline constexpr Duration kTimesEveryMin = std::chrono::seconds(1);

struct DailyRhythm {
  Duration adds_at_most{0};  // there and back, at the busiest hour
  Duration busiest = std::chrono::hours(20);  // local solar time since midnight
};

// What a rhythm adds at `since_midnight`, local solar time (any day's): a raised cosine, committed
// in steps of an hour and linear between them.
Duration RhythmExtra(const DailyRhythm& rhythm, Duration since_midnight);

// The weather of the paths from one place to one landmark, which devices there share but for their
// routes.
struct PathWeather {
  struct Route {
    Times when;
    Duration adds_at_most{0};
    double share = 1;
    std::uint32_t number = 0;  // of this change within its scenario
  };
  struct Queue {
    Times when;
    Duration adds{0};
    std::uint32_t number = 0;
    PhiloxKey place;  // whose queue it is
  };

  std::vector<Times> cuts;
  std::vector<Queue> queues;
  std::vector<Route> routes;
  DailyRhythm rhythm;
  Duration solar_offset{0};    // of the place's local solar time, from UTC
  std::uint32_t landmark = 0;  // names this one among a device's paths

  bool calm() const {
    return cuts.empty() && queues.empty() && routes.empty() &&
           rhythm.adds_at_most == Duration(0);
  }
  bool CutAt(Duration at) const;
  // At every moment from `from` until just before `to`.
  bool CutThroughout(Duration from, Duration to) const;
  // Until when, at most `at`, packets passed; negative: not since the start.
  Duration PassedUntil(Duration at) const;
  // Added to a round trip that begins at `at`: for every device of the place; by a device's route.
  Duration SharedExtra(Duration at) const;
  Duration RouteExtra(PhiloxKey device, Duration at) const;
  Duration Extra(PhiloxKey device, Duration at) const {
    return SharedExtra(at) + RouteExtra(device, at);
  }
};

}  // namespace earshot

#endif  // EARSHOT_SIM_PATH_PATH_WEATHER_H_
