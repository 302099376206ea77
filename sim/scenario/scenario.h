// sim/scenario/scenario.h: a scenario as plain data, checked and with its defaults filled in.
#ifndef EARSHOT_SIM_SCENARIO_SCENARIO_H_
#define EARSHOT_SIM_SCENARIO_SCENARIO_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/quantity.h"
#include "core/base/time.h"
#include "core/domain/declaration.h"
#include "core/domain/ids.h"
#include "core/domain/lifecycle.h"
#include "core/domain/policy.h"
#include "core/domain/verdict.h"
#include "core/geo/country_code.h"
#include "core/geo/position.h"
#include "sim/path/path_weather.h"

namespace earshot {

// How a device behaves. What each does today is a row of docs/THREAT_MODEL.md.
enum class Behaviour : std::uint8_t {
  kHonest,
  kSilent,            // never answers
  kGoesSilent,        // answers until `silent_from`
  kPadsDelay,         // moved; adds what it must to look no nearer than the declared site
  kRelayed,           // moved; its traffic enters the network at `relay_place`
  kCareless,          // moved, and adds nothing
  kReplaysAndForges,  // an impostor without the key of the timed replies
  kRevokedKey,
  kKeyElsewhere,      // the key answers from the actual place; the chip is at `chip_place`
  kClonedKey,         // the key answers from the actual place and from `clone_place`
  kAnswersEarly,      // a host that answers each ping before it can have arrived
  kFastMedium,        // moved; its paths are as quick as light, or padded as above
  kChoosesLandmarks,  // exchanges no packet with `unanswered_landmarks`, and pads if it was moved
  kMovesLater,        // at the declared place until `moves_at`, then at the actual one
};
std::string_view BehaviourName(Behaviour behaviour);   // "goes_silent"
std::string_view BehaviourWords(Behaviour behaviour);  // "stops answering"

// Reports give the seed as a number, and JSON's are exact up to here.
inline constexpr std::uint64_t kSeedMax = std::uint64_t{1} << 53U;

struct ScenarioPlace {
  std::string id;
  std::string city;
  CountryCode country;
  Position position;
};

struct ScenarioLandmark {
  LandmarkId id;
  std::string place;  // id of a ScenarioPlace
  TrustDomain domain;
  std::string operator_name;
  CountryCode jurisdiction;
  Distance uncertainty = Distance::Metres(100);
  // What it makes of every round-trip time that it measures; at most one of them is not zero.
  Duration shortens_rtt_by{0};
  Duration lengthens_rtt_by{0};

  double runs_slow_by = 0;         // share of the time that its clock misses, in [0, 1)
  Duration wall_steps_back_by{0};  // its wall clock, while a ping is under way
  Times untrue;                    // when: stated
  std::optional<Duration> hears_nothing_from;  // since the start of the run
  double drops = 0;                // share of arriving datagrams that its full queue drops unread

  // Its round-trip times are not what they were, whoever made them so, all the time or for a while.
  bool lies() const {
    return shortens_rtt_by > Duration(0) || lengthens_rtt_by > Duration(0) || runs_slow_by > 0;
  }
  // Something is wrong with it that only virtual time can play.
  bool troubled() const {
    return lies() || wall_steps_back_by > Duration(0) || hears_nothing_from.has_value() || drops > 0;
  }
};

struct ScenarioRounds {
  Duration first_after = std::chrono::seconds(1);
  Duration length = std::chrono::seconds(6);
  std::uint32_t trains = 4;                // a landmark, device and round
  std::uint32_t landmarks_per_device = 0;  // 0: all
};

// What follows comes and goes (sim/path/path_weather.h); an empty list of places means everywhere.

// Longer routes: each path of the devices at `places` draws its own.
struct ScenarioRouteChange {
  std::vector<std::string> places;
  Times when;
  Duration adds_at_most{0};  // there and back
  double share = 1;          // of the paths
};

// A queue in front of everything at one place.
struct ScenarioCongestion {
  std::vector<std::string> places;  // each by itself
  Times when;
  Duration adds{0};  // there and back
};

// No packet passes between those named and everybody else.
struct ScenarioCut {
  std::vector<std::string> places;
  std::vector<LandmarkId> landmarks;
  Times when;           // stated
  bool within = false;  // nor among those named
};

struct ScenarioNetwork {
  Duration jitter = std::chrono::microseconds(300);  // mean queueing delay a packet
  double loss = 0;  // probabilities a packet, in [0, 1]
  double duplicate = 0;
  double reorder = 0;
  double corrupt = 0;
  std::vector<ScenarioRouteChange> route_changes;
  DailyRhythm daily_rhythm;  // none where it adds nothing
  std::vector<ScenarioCongestion> congestion;
  std::vector<ScenarioCut> cuts;

  // The same at every moment.
  bool calm() const {
    return route_changes.empty() && daily_rhythm.adds_at_most == Duration(0) &&
           congestion.empty() && cuts.empty();
  }
};

// Devices that share owner, order, declaration and behaviour.
struct ScenarioFleet {
  std::string id_prefix;
  std::uint32_t first_number = 1;
  std::uint32_t count = 1;
  std::string owner;
  std::string order;
  std::string model;
  std::string declared_place;
  Distance declared_radius = Distance::Kilometres(30);
  LicenceTerms licence;
  std::string actual_place;  // the declared one unless moved
  Behaviour behaviour = Behaviour::kHonest;
  std::string relay_place;  // kRelayed only
  Duration silent_from{0};  // kGoesSilent only
  Duration moves_at{0};     // kMovesLater only
  std::string chip_place;   // kKeyElsewhere, kRevokedKey: empty: where the key is
  std::string clone_place;  // kClonedKey only
  std::vector<LandmarkId> unanswered_landmarks;  // kChoosesLandmarks only
  bool strangers_ping = false;  // somebody sends it a forged ping before each true one
  bool session_keys_on_host = false;
  LifeMoments life;  // since the start of the run
  std::vector<Verdict> expect_headline;  // one of these must come out; empty: not stated

  // Nothing about it is other than declared: a flag raised against it is a false alarm.
  bool honest() const { return behaviour == Behaviour::kHonest && actual_place == declared_place; }
  bool Expects(Verdict headline) const {
    return expect_headline.empty() ||
           std::find(expect_headline.begin(), expect_headline.end(), headline) !=
               expect_headline.end();
  }
  // Where the chip is, which need not be where its key answers.
  const std::string& true_place() const { return chip_place.empty() ? actual_place : chip_place; }
  // It is due from before the run to its end.
  bool there_throughout() const {
    return life.installed == Duration(0) && !life.retired.has_value();
  }
  // Landmarks hear it now and then: it answers, and with what counts.
  bool ever_heard() const {
    return behaviour != Behaviour::kSilent && behaviour != Behaviour::kReplaysAndForges &&
           behaviour != Behaviour::kAnswersEarly;
  }
  // It does what a live run cannot play.
  bool virtual_time_only() const {
    return behaviour == Behaviour::kClonedKey || behaviour == Behaviour::kAnswersEarly ||
           behaviour == Behaviour::kChoosesLandmarks || behaviour == Behaviour::kMovesLater ||
           strangers_ping;
  }
};

struct Scenario {
  std::string name;
  std::string title;
  std::string story;
  std::string question;
  Duration duration = std::chrono::seconds(20);
  std::uint64_t seed = 1;
  Policy policy;
  ScenarioRounds rounds;
  ScenarioNetwork network;
  bool reference_agents = true;
  std::vector<ScenarioPlace> places;
  std::vector<ScenarioLandmark> landmarks;
  std::vector<ScenarioFleet> fleets;

  // Null when there is none of that name.
  const ScenarioPlace* FindPlace(std::string_view id) const;
  std::uint64_t DeviceCount() const;  // reference agents not counted
  // Gives every fleet its first number anew, from 1 for each prefix and without gaps, after the
  // counts have changed.
  void NumberDevices();
};

// Limits of one scenario; beyond them a file is refused with the limit's value in the message.
inline constexpr std::uint32_t kScenarioDevicesMax = 1'000'000;
inline constexpr std::uint32_t kScenarioLandmarksMax = 512;  // as many as a signed list holds
inline constexpr std::uint32_t kScenarioNumberMax = 999'999'999;  // of a device within its prefix
inline constexpr Distance kScenarioRadiusMax = Distance::Kilometres(20'000);
inline constexpr Duration kScenarioJitterMax = std::chrono::seconds(60);
inline constexpr Duration kScenarioDurationMax = std::chrono::hours(24 * 366);
inline constexpr std::size_t kScenarioWeatherMax = 64;  // route changes, congestions, cuts: of each
inline constexpr Duration kScenarioAddedDelayMax = std::chrono::seconds(2);  // nobody waits longer

}  // namespace earshot

#endif  // EARSHOT_SIM_SCENARIO_SCENARIO_H_
