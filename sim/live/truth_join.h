// sim/live/truth_join.h: every measured round-trip time against what the relay really did.
#ifndef EARSHOT_SIM_LIVE_TRUTH_JOIN_H_
#define EARSHOT_SIM_LIVE_TRUTH_JOIN_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/domain/sample.h"
#include "sim/relay/truth_log.h"

namespace earshot {

// A sample as the server logged it.
struct LoggedSample {
  std::string landmark;
  std::uint64_t session = 0;
  std::uint32_t session_round = 0;
  std::uint32_t index = 0;
  Rtt rtt;
  StampKind stamps = StampKind::kUserSpace;
  bool tainted = false;
};

// A verdict as the server logged it.
struct LoggedVerdict {
  Duration at{0};         // since the server's start
  std::string device_id;  // hexadecimal
  std::string headline;
};

struct LoggedEvents {
  std::vector<LoggedSample> samples;
  std::vector<LoggedVerdict> verdicts;
};

// Reads the samples and verdicts of an events.jsonl. A line cut short at the end is ignored;
// kInvalidArgument, with the line's number, for any other that is no event.
Result<LoggedEvents> ReadEvents(const std::string& path);
Result<LoggedEvents> ParseEvents(std::string_view text);

struct TruthJoin {
  std::uint32_t samples = 0;
  std::uint32_t tainted = 0;
  std::uint32_t unmatched = 0;    // the relay logged no PING or no PONG of it
  std::uint32_t below_truth = 0;  // must be 0: shorter than the packets were held
  Duration shortfall_max{0};      // of the worst of these
  std::uint32_t packets = 0;      // that left the relay
  Duration error_median{0};       // of the moment of release
  Duration error_p99{0};
  // By device and round of a session, how far above the truth the quickest untainted answer was:
  // what this machine added, and what the device added itself.
  using SessionRound = std::pair<std::uint64_t, std::uint32_t>;
  std::map<std::string, std::map<SessionRound, Duration>> lateness;
};

// Samples and packets meet by landmark, session, round of the session and index, which name a PING
// and its PONG alone. Either was held for at least this long, whichever copy of it counted;
// corrupted copies never count. The relay holds by CLOCK_MONOTONIC_RAW. A user-space sample is on the same clock and
// must not be shorter by a nanosecond; one of kernel stamps is on CLOCK_REALTIME, which may be
// slewed, and gets the allowance under which the landmark accepted it: 100 ppm of the RTT plus 2 us
// (docs/PROTOCOL.md: beyond it, the sample falls back to the raw clock).
TruthJoin JoinWithTruth(std::span<const LoggedSample> samples, std::span<const TruthLine> truth);

inline constexpr double kWallClockAllowancePpm = 100;
inline constexpr Duration kWallClockAllowance = std::chrono::microseconds(2);

}  // namespace earshot

#endif  // EARSHOT_SIM_LIVE_TRUTH_JOIN_H_
