// core/domain/verdict.h: the one enumeration of verdicts, and what a verdict must carry.
#ifndef EARSHOT_CORE_DOMAIN_VERDICT_H_
#define EARSHOT_CORE_DOMAIN_VERDICT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/quantity.h"
#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/domain/sample.h"
#include "core/geo/country_code.h"
#include "core/geo/distance_bound.h"

namespace earshot {

// In the order of precedence of the headline: the first that applies to site or licence.
enum class Verdict : std::uint8_t {
  kInvalidProof,      // authenticated material convicts itself
  kContradicted,      // the proved region misses every permitted point
  kSilent,            // no fresh valid answer by the deadline
  kUnexplainedDelay,  // slower than the declared site explains, at the stated false-alarm rate
  kVerified,          // proved, even if the operators of f trust domains lie
  kConsistent,        // looks normal, in a test that had power; nothing proved
  kIndeterminate,     // cannot tell
};
std::string_view VerdictName(Verdict verdict);   // "UNEXPLAINED_DELAY"
std::string_view VerdictWords(Verdict verdict);  // "unexplained delay"
// The first four: what an analyst should look at.
constexpr bool IsFlagged(Verdict verdict) { return verdict <= Verdict::kUnexplainedDelay; }

// What a verdict rests on. Never merged in one number.
enum class Basis : std::uint8_t {
  kVacuum,       // speed of light, unpredictable nonce, sealed key, at most f liars
  kFibre,        // the same and no medium faster than fibre
  kCalibrated,   // a model of normal delay that would have shown the alternative
  kStatistical,  // a model of normal delay, at a false-alarm rate
  kLifecycle,    // deadlines
  kCryptographic,
  kNone,
};
std::string_view BasisName(Basis basis);

enum class ReasonCode : std::uint8_t {
  kRegionInsideSite,          // every point of the proved region is inside the declared radius
  kRegionOutsideExcluded,     // the proved region touches no excluded country
  kRegionInsideAllowed,       // the proved region touches no land that is not allowed
  kSiteOutsideRegion,         // vacuum: no point of the site is in the proved region
  kPermittedOutsideRegion,    // vacuum: no permitted point is in the proved region
  kSiteOutsideFibreRegion,    // the same with fibre speed: rests on its assumption
  kDelayNormal,               // the nearest landmark heard an answer as quick as usual
  kDelayUnexplained,          // slower than the threshold
  kExpectedLandmarkUnheard,   // a healthy landmark near the site heard nothing: infinitely slow
  kNoPower,                   // the test would not have flagged a responder in an excluded zone
  kNoExpectedLandmark,        // no landmark near enough to the declared site for the test, or none
                              // that anybody heard
  kTooFewDomains,
  kTaintedSamples,
  kLandmarkFault,             // a landmark contradicted by the mesh; its samples are not used
  kNoCommonPoint,             // no point of depth n - f in one round: two responders, or f exceeded
  kNoAnswer,                  // nothing valid by the deadline
  kNotDueYet,                 // nothing heard, and the declaration has not begun: no answer is owed
  kNobodyHeard,               // not even the agents beside the landmarks: silence is our own fault
  kSiteOutage,                // everything declared at this site is silent: an outage candidate
  kHandshakesRefused,         // a landmark had no budget left for the device's own address
  kRefusedPackets,            // packets arrived and failed authentication; they count for nothing
  kEvidenceMissing,           // samples without EVIDENCE count only against the device
  kKeyRevoked,
  kMakerKeyRevoked,           // the maker's key that signed the device's endorsement was withdrawn
  kKeyExpired,
  kEndorsementMismatch,
  kEvidenceMismatch,
  kCounterReused,
  kCounterWentBack,
  kSessionKeysOnHost,         // capped at CONSISTENT: the host could answer from elsewhere
  kDeclarationNotInForce,     // the interval lies outside the declared from/until
  // Signals through time, beside whatever the verdict is (domain/observation.h).
  kSlowerThanEnrolled,
  kSlowerByReroute,
  kSlowerByOneDelay,
  kSlowerAsIfMoved,
  kSlowerWithSite,
};
std::string_view ReasonCodeName(ReasonCode code);  // "REGION_OUTSIDE_EXCLUDED"

// A code with the numbers its sentence needs; absent where they have no meaning.
struct Reason {
  ReasonCode code = ReasonCode::kNoAnswer;
  std::vector<LandmarkId> landmarks;
  std::vector<CountryCode> countries;
  std::optional<Rtt> rtt;         // observed
  std::optional<Rtt> threshold;   // of the test
  std::optional<Distance> reach;  // farthest the answering key can have been
  std::optional<Distance> declared_distance;
  std::optional<Duration> age;
  std::optional<double> probability;  // false alarms, or power
  std::optional<std::uint32_t> count;
};

// The answer to one question (site or licence).
struct Judgement {
  Verdict verdict = Verdict::kIndeterminate;
  Basis basis = Basis::kNone;
  std::vector<Reason> reasons;  // the deciding one first
};

// Both rings of one landmark, and the distance that was declared.
struct LandmarkRings {
  LandmarkId landmark;
  TrustDomain domain;
  Rtt rtt_min;
  Rtt rtt_median;  // of every answered ping of the round; rtt_min for a carried bound
  Duration age{};  // 0: of this round; else since the measurement began, and the rings have grown
  std::uint32_t pings_sent = 0;
  std::uint32_t pings_answered = 0;
  std::uint32_t tainted = 0;
  StampKind stamps = StampKind::kUserSpace;
  DistanceBound vacuum;
  DistanceBound fibre;
  Distance declared;
};

// The version of the rules by which core/appraisal judges, signed with every verdict. Raised with
// every change after which the same evidence may get another verdict, or a verdict is signed over
// other grounds.
inline constexpr std::uint32_t kRulesVersion = 4;

// The verdict on one device over one interval, complete.
struct Appraisal {
  DeviceId device;
  RoundNumber round;
  MonotonicInstant begin;
  MonotonicInstant end;
  Verdict headline = Verdict::kIndeterminate;
  Judgement site;
  Judgement licence;
  std::vector<LandmarkRings> rings;        // landmarks with a valid answer, nearest declared first
  // The vacuum region touches them. All there are, where the answers say nothing of the device: a
  // key that convicts itself, or one that the host holds.
  std::vector<CountryCode> cannot_exclude;
  // Of the countries that the licence excludes: those not in cannot_exclude. Empty where the licence
  // names what it allows: whatever is not in cannot_exclude is excluded.
  std::vector<CountryCode> excluded;
  std::optional<double> false_alarm_probability;  // of the test that ran; none when none ran
  std::vector<Bytes32> evidence_sha256;
  std::string policy_version;

  bool flagged() const { return IsFlagged(headline); }
};

}  // namespace earshot

#endif  // EARSHOT_CORE_DOMAIN_VERDICT_H_
