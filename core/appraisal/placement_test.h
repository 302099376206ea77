// core/appraisal/placement_test.h: the seam for the statistical test of a declared place.
//
// One test a device and a round. It may flag at a stated rate of false alarms, find the answers
// normal, or be unable to tell; it proves nothing.
#ifndef EARSHOT_CORE_APPRAISAL_PLACEMENT_TEST_H_
#define EARSHOT_CORE_APPRAISAL_PLACEMENT_TEST_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/appraisal/country_map.h"
#include "core/base/quantity.h"
#include "core/base/time.h"
#include "core/domain/declaration.h"
#include "core/domain/ids.h"
#include "core/domain/policy.h"
#include "core/domain/verdict.h"

namespace earshot {

// What one landmark that was meant to probe the device, and is not at fault, can tell a test.
struct ExpectedLandmark {
  LandmarkId id;
  TrustDomain domain;
  Position position;
  std::optional<Rtt> rtt_min;        // of samples without any taint
  std::uint32_t samples = 0;         // all of them, tainted or not
  bool covered_by_evidence = false;  // else its samples count only against the device
  bool healthy = false;              // it heard somebody else in the same round
  // Set: it refused handshakes from the device's own address; how long it has not heard the device.
  std::optional<Duration> refused_for;
  // Set: this device alone had all its samples tainted; for how long.
  std::optional<Duration> tainted_for;
};

// References live as long as the call.
struct PlacementQuestion {
  const Site& site;
  const LicenceTerms& licence;
  const Policy& policy;
  const CountryMap& map;
  std::span<const ExpectedLandmark> landmarks;
};

struct PlacementOutcome {
  enum class Kind : std::uint8_t {
    kNormal,       // as quick as usual, in a test that had the policy's power against every zone
    kUnexplained,  // slower than all but the stated share of honest devices
    kCannotTell,
  };
  Kind kind = Kind::kCannotTell;
  std::vector<Reason> reasons;  // the deciding one first
  // Of the test that was made, whatever it found; none when none could be made.
  std::optional<double> false_alarm_probability;
};

// Pure: the same question has the same answer. Every implementation must be monotone: a longer RTT,
// an answer lost, a signature withheld or a handshake refused never turns kUnexplained into kNormal,
// and which landmarks are looked at does not depend on what this device answered or made a landmark
// refuse. Safe from any thread.
class PlacementTest {
 public:
  virtual ~PlacementTest() = default;
  virtual PlacementOutcome Judge(const PlacementQuestion& question) const = 0;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_PLACEMENT_TEST_H_
