// core/domain/observation.h: what landmarks saw, as the appraisal receives it.
#ifndef EARSHOT_CORE_DOMAIN_OBSERVATION_H_
#define EARSHOT_CORE_DOMAIN_OBSERVATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/quantity.h"
#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/domain/sample.h"
#include "core/geo/position.h"

namespace earshot {

// A position that is surveyed no better says nothing: more is refused where landmarks are described.
inline constexpr Distance kPositionUncertaintyMax = Distance::Kilometres(1000);

// A landmark as its position record states it.
struct Landmark {
  LandmarkId id;
  std::string city;
  Position position;
  Distance position_uncertainty;  // widens every bound of this landmark
  TrustDomain domain;
};

// The EVIDENCE that belongs to a landmark's round with a device.
enum class EvidenceState : std::uint8_t {
  kMissing,   // samples then count only against the device
  kValid,     // signed by the device, its root matches the answered pings
  kMismatch,  // signed by the device, and its root does not match: convicts
};

// One landmark's round with one device.
struct LandmarkObservation {
  LandmarkId landmark;
  MonotonicInstant begin;  // interval in which the samples were taken; a bound's age counts from
  MonotonicInstant end;    // its beginning
  std::uint32_t pings_sent = 0;
  std::vector<Sample> samples;  // answered pings, by index; empty when nothing was heard
  EvidenceState evidence = EvidenceState::kMissing;
  std::uint32_t packets_refused = 0;  // arrived for this device, failed authentication
  bool expected = false;              // the scheduler meant this landmark to probe this device in
                                      // this round; false for a bound carried from an older one
  bool healthy = false;               // it heard somebody else in the same round, lost nothing
                                      // unread if it did not hear this device, and did not refuse
                                      // its handshakes (next)
  // Set: no session, and handshakes from the device's own address were refused for want of budget.
  // When this landmark last heard the device, or when answers became due.
  std::optional<MonotonicInstant> refused_since;
  // Set: every sample is tainted, while it could use samples of most other devices that it heard in
  // the same round. When it last could of this one, or when answers became due.
  std::optional<MonotonicInstant> tainted_since;
  Bytes32 receipt_sha256{};           // zero when there was no session
};

// Authenticated material that speaks against itself, found before any geometry.
enum class CryptographicFinding : std::uint8_t {
  kKeyRevoked,
  kMakerKeyRevoked,  // the key that signed the endorsement
  kKeyExpired,
  kEndorsementMismatch,  // model or firmware is not what the maker endorsed
  kEvidenceMismatch,     // the signed root does not match the answered pings
  kCounterReused,        // two different signed transcripts with one counter
};

// Something authentic but not conclusive, shown as a reason.
enum class Signal : std::uint8_t {
  kCounterWentBack,  // restored backup, or a clone
  // Slower than when it was enrolled, at the policy's change_alarm_rate; one of these four.
  kSlowerThanEnrolled,  // and no one explanation fits
  kSlowerByReroute,     // a few paths jumped, the others held
  kSlowerByOneDelay,    // all paths by the same
  kSlowerAsIfMoved,     // a change of place explains it
  kSlowerWithSite,      // besides: many devices of the site became slower together
};

// Everything known about one device at the end of a round.
struct DeviceObservation {
  DeviceId device;
  RoundNumber round;
  MonotonicInstant now;
  // Decides whether declaration and endorsement are in force and when answers are due, nothing else.
  WallInstant wall_now;
  // When answers became due: enrolment, the verifier's start, or its waking; or, if later, the declared
  // `from`. After `now`: none is owed yet.
  MonotonicInstant awaited_since;
  // The last pong under this device's key that its EVIDENCE covers; none: never heard. A device that
  // answers and signs nothing thus becomes SILENT, not undecided for ever.
  std::optional<MonotonicInstant> last_valid_answer;
  std::vector<LandmarkObservation> landmarks;         // this round, by landmark id
  std::vector<CryptographicFinding> findings;
  std::vector<Signal> signals;
};

// What the landmarks say of one another, from reference agents that stand beside them.
struct MeshState {
  std::vector<LandmarkId> faulty;  // a bound of theirs is shorter than the true distance, or a
                                   // reference agent beside them was contradicted
  bool measured = false;           // false: some landmark was not checked, so no fault can be
                                   // ruled out
  bool deaf = false;               // reference agents were asked, and no landmark heard them or
                                   // anybody else
};

}  // namespace earshot

#endif  // EARSHOT_CORE_DOMAIN_OBSERVATION_H_
