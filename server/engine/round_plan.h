// server/engine/round_plan.h: who is asked in a round, by which landmarks, and when. Pure: all
// chance comes from the Random that is passed in.
//
//   round   |<---------------- length ---------------->|
//           |  trains of a session, anywhere  | closing|
//                 |1|..gap..|2|..gap..|3|
//
// A device must not know when it will be asked: the first train of each session falls uniformly
// into the time that leaves room for the rest, and the gaps vary. The closing is the time in which
// the last answers and the EVIDENCE arrive.
#ifndef EARSHOT_SERVER_ENGINE_ROUND_PLAN_H_
#define EARSHOT_SERVER_ENGINE_ROUND_PLAN_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/domain/observation.h"
#include "core/geo/position.h"
#include "core/protocol/session_terms.h"

namespace earshot {

struct RoundOptions {
  Duration first_after = std::chrono::seconds(1);  // from the start to the first round
  Duration length = std::chrono::seconds(6);
  std::uint32_t count = 0;   // rounds; 0: until stopped
  std::uint32_t trains = 4;  // a landmark, device and round
  std::uint32_t landmarks_per_device = 0;  // 0: all
  bool handshake_each_round = false;  // true: no session is resumed
};

// Rounds of less leave no time for handshakes; of more, none for freshness (kRoundLengthMax).
inline constexpr Duration kRoundLengthMin = std::chrono::seconds(2);
inline constexpr std::uint32_t kRoundTrainsMax = 32;

// kInvalidArgument, with the limit in the message, for options outside the limits.
Status CheckRoundOptions(const RoundOptions& options);

// A session that opened just now may not have heard its WELCOME yet.
inline constexpr Duration kSessionLead = std::chrono::milliseconds(400);

// The times within a round that follow from its options.
struct RoundTiming {
  Duration gap_min;        // between the first pings of consecutive trains of a session
  Duration gap_max;
  Duration evidence_idle;  // longer than two gaps: a lost train does not end the session
  Duration closing;        // after the last train may have begun
};
RoundTiming TimeRound(const RoundOptions& options);

// The terms of a session that serves one such round: exactly its trains, so that a device that
// answered all of them closes at once.
SessionTerms TermsFor(const RoundOptions& options);

// Instants at which the trains of one session begin, rising, between `from` and `until` less the
// closing; none when there is no room.
std::optional<std::vector<MonotonicInstant>> PlanTrainStarts(const RoundOptions& options,
                                                             std::uint32_t trains,
                                                             MonotonicInstant from,
                                                             MonotonicInstant until,
                                                             Random& random);

// The landmarks that probe a device declared at `site`: the nearest one and `per_device` - 1 of the
// others, drawn anew each round; all when `per_device` is 0 or not less than there are. Indices
// into `landmarks`, rising.
std::vector<std::size_t> ChooseLandmarks(std::span<const Landmark> landmarks, const Position& site,
                                         std::uint32_t per_device, Random& random);

}  // namespace earshot

#endif  // EARSHOT_SERVER_ENGINE_ROUND_PLAN_H_
