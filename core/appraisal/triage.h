// core/appraisal/triage.h: what an analyst should look at first, and how long it will take.
//
// One case a site: whoever asks about one device asks the same people about the others. Sites are
// ranked by their gravest finding, then by how many devices have it, then by how long the oldest of
// those has waited, then by name, so that two sites never tie and the same findings give the same
// queue.
#ifndef EARSHOT_CORE_APPRAISAL_TRIAGE_H_
#define EARSHOT_CORE_APPRAISAL_TRIAGE_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/appraisal/change_kind.h"
#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/domain/verdict.h"

namespace earshot {

// The gravest first. Physics and signatures before statistics; a silent device before a slow one,
// as in the headline; what has a harmless explanation last.
enum class ReviewCause : std::uint8_t {
  kInvalidProof,
  kContradicted,
  kMoveLike,       // a change of place explains the change test's alarm
  kSilent,
  kSlow,           // UNEXPLAINED_DELAY
  kChanged,        // an alarm of the change test that nothing explains alone
  kCommonDelay,    // the whole site, its last mile, or a mover that pads
  kSiteOutage,     // everything declared there is silent
  kRerouteLike,
};
inline constexpr std::size_t kReviewCauses = 9;
std::string_view ReviewCauseName(ReviewCause cause);  // "MOVE_LIKE"

// What is known of one device. One that is not flagged and did not alarm is passed over.
struct ReviewInput {
  DeviceId device;
  std::string site;
  Verdict headline = Verdict::kIndeterminate;
  bool site_outage = false;          // a silent device of a site that is silent as a whole
  std::optional<ChangeKind> change;  // of an alarm of the change test
  Duration waiting{0};               // since the finding was first made
};

// The gravest cause of one device; none when there is nothing to review. A change test that alarms
// and finds the residuals to be noise has still alarmed.
std::optional<ReviewCause> CauseOf(const ReviewInput& input);

struct ReviewEffort {
  Duration a_site = std::chrono::minutes(30);    // to open the case: who, where, what was shipped
  Duration a_device = std::chrono::minutes(15);  // each device that stands for itself
  Duration available = std::chrono::hours(8);    // analyst hours until the next queue
};

// What put a case before the next one.
enum class PlaceReason : std::uint8_t {
  kGraver,
  kMoreDevices,
  kWaitsLonger,
  kByName,
  kLast,
};
std::string_view PlaceReasonName(PlaceReason reason);  // "MORE_DEVICES"

struct ReviewCase {
  std::string site;
  std::uint32_t enrolled = 0;                            // devices of the site, if known
  std::array<std::uint32_t, kReviewCauses> by_cause{};   // devices, by ReviewCause
  ReviewCause gravest = ReviewCause::kRerouteLike;
  Duration waiting{0};             // the oldest finding of the gravest cause
  std::vector<DeviceId> devices;   // gravest cause first, then by id
  PlaceReason place = PlaceReason::kLast;
  Duration effort{0};              // of this case
  Duration effort_so_far{0};       // of this and all before it
  bool fits = false;               // within the hours available

  std::uint32_t of(ReviewCause cause) const { return by_cause[static_cast<std::size_t>(cause)]; }
};

// The queue. A site outage, a common delay and the reroutes of one site are one question each,
// however many devices they hold, and cost one a_device. Durations below zero count as zero.
std::vector<ReviewCase> RankForReview(std::span<const ReviewInput> inputs,
                                      const std::map<std::string, std::uint32_t>& enrolled,
                                      const ReviewEffort& effort);

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_TRIAGE_H_
