// server/engine/case_file.h: what is known of one device at the end of a round, and how it becomes
// an observation. The running verifier and whoever recomputes a verdict off-line use this code.
#ifndef EARSHOT_SERVER_ENGINE_CASE_FILE_H_
#define EARSHOT_SERVER_ENGINE_CASE_FILE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/domain/observation.h"
#include "core/domain/policy.h"
#include "core/protocol/authority.h"
#include "core/protocol/receipt_check.h"
#include "server/engine/enrolment.h"

namespace earshot::v1 {
class RoundContext;
}

namespace earshot {

// How long a bound is carried into later rounds, growing with its age.
inline constexpr Duration kBoundsKept = std::chrono::minutes(5);

// How far a landmark's wall clock may be from the verifier's. Wide, because a stepped clock is no
// reason to lose a round; it only bounds how far back a receipt can be dated.
inline constexpr Duration kReceiptWallClockOffMax = std::chrono::hours(24);

// A receipt that holds together, with the bytes that show it.
struct StoredReceipt {
  Bytes receipt;   // serialised SignedBlob
  Bytes evidence;  // likewise; empty when none came
  CheckedReceipt checked;
};

// Checks `receipt` and keeps the evidence only if the device signed it: what a landmark attaches
// beside that is no evidence of anything. Errors as CheckReceipt.
Result<StoredReceipt> OpenReceipt(Bytes receipt, Bytes evidence, const ListedLandmark& landmark);

// What the verifier knew that does not follow from the device's own receipts. Stated in the bundle.
struct RoundFacts {
  RoundNumber round;
  MonotonicInstant now;
  WallInstant wall_now;
  MonotonicInstant awaited_since;
  std::optional<MonotonicInstant> last_valid_answer;  // before this round
  std::set<LandmarkId> expected;
  std::set<LandmarkId> healthy;
  // Landmarks that refused handshakes from the device's own address for want of budget, and when
  // each last heard the device. Counts only where there is no receipt of the round.
  std::map<LandmarkId, MonotonicInstant> refused_since;
  // Landmarks that could use no sample of this device alone, and since when; counts only where all
  // samples of the round's receipt are tainted.
  std::map<LandmarkId, MonotonicInstant> tainted_since;
  std::uint32_t packets_refused = 0;  // of landmarks without a receipt
  std::set<Signal> signals;
  MeshState mesh;
  bool site_outage = false;
};

// Lossless in both directions. kInvalidArgument: an unknown signal or an impossible number.
// Findings are written for readers; they are recomputed, not read.
v1::RoundContext ToRecord(const RoundFacts& facts,
                          std::span<const CryptographicFinding> findings);
Result<RoundFacts> FromRecord(const v1::RoundContext& record);

// Puts together the observation of `device`. Receipts of facts.round are this round's; older ones
// carry bounds for landmarks that heard nothing, for kBoundsKept; any two may show that a counter
// was used twice. A receipt of facts.round whose interval does not end by facts.now or begins more
// than kRoundLengthMax before it, or whose wall clock is off by more than kReceiptWallClockOffMax,
// counts for nothing. Receipts of other devices must not be among them (CHECK). Of two receipts of one
// landmark and round the first counts. `revocations` may be null.
DeviceObservation BuildObservation(const EnrolledDevice& device,
                                   std::span<const StoredReceipt* const> receipts,
                                   const RoundFacts& facts,
                                   const RevocationListContent* revocations);

}  // namespace earshot

#endif  // EARSHOT_SERVER_ENGINE_CASE_FILE_H_
