// core/domain/policy.h: the numbers under which evidence is appraised. Signed, versioned, printed
// with every verdict.
#ifndef EARSHOT_CORE_DOMAIN_POLICY_H_
#define EARSHOT_CORE_DOMAIN_POLICY_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/quantity.h"
#include "core/base/time.h"

namespace earshot {

// The statistical test of a declared place (core/appraisal/policy_placement_test.h).
enum class PlacementRule : std::uint8_t {
  kNearestLandmark,  // one landmark beside the site, against the delay below 100 km; it is believed
  kCalibrated,       // the landmarks around the site, each against its own neighbourhood, even if
                     // liars_max domains lie
};
std::string_view PlacementRuleName(PlacementRule rule);  // "nearest-landmark"

struct Policy {
  std::string version = "1";

  // Trust. With n domains reporting and at most `liars_max` lying, the proved region is the set of
  // points of depth n - liars_max or more; n <= liars_max proves nothing.
  std::uint32_t liars_max = 1;
  std::uint32_t domains_min = 3;

  // Time.
  Duration round_length = std::chrono::seconds(6);  // bounds of one verdict: one round, <= 60 s
  Duration silent_after = std::chrono::seconds(8);  // no fresh valid answer for so long: SILENT
  Speed drift = Speed::MetresPerSecond(300);        // growth of a bound older than its round

  // Rounding and error, all of which widen a bound.
  double clock_rate_error = 100e-6;  // of the interval
  Duration clock_resolution = std::chrono::microseconds(2);

  // Zones. Excluded countries grow by this: the measured deviation between the 1:50m and the 1:10m
  // outline, and at least 25 km.
  Distance zone_margin = Distance::Kilometres(25);
  bool china_includes_hong_kong_and_macao = true;
  bool sea_is_permitted = true;

  // The statistical test.
  PlacementRule placement_test = PlacementRule::kNearestLandmark;
  double false_alarm_rate = 0.05;
  double power_min = 0.95;
  Distance expected_landmark_within = Distance::Kilometres(100);  // of the nearest-landmark test

  // The test for change through time (core/appraisal/change_watch.h): the probability that a device
  // which does not change is ever alarmed between two enrolments; 0: nobody is enrolled. Its rounds
  // are gathered into blocks of so many.
  double change_alarm_rate = 0;
  std::uint32_t change_block_rounds = 24;

  // Outward reports round RTTs up to a multiple of this.
  Duration privacy_floor = std::chrono::microseconds(100);
};

inline constexpr Duration kRoundLengthMax = std::chrono::seconds(60);

}  // namespace earshot

#endif  // EARSHOT_CORE_DOMAIN_POLICY_H_
