// bench/latency/truth_match.h: which frames at the relay belong to which reported round-trip time.
#ifndef EARSHOT_BENCH_LATENCY_TRUTH_MATCH_H_
#define EARSHOT_BENCH_LATENCY_TRUTH_MATCH_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "bench/latency/own_probe.h"
#include "bench/latency/peer_output.h"
#include "core/base/time.h"
#include "sim/relay/packet_relay.h"

namespace earshot {

// A request and its answer as they crossed the relay; of copies that the relay made, the first to
// leave counts.
struct RoundTripTruth {
  WallInstant arrived;  // the request, at the relay's landmark side
  Duration held{0};     // there and back, as the modelled path held them: the path's length
  Duration wire{0};     // from the request's arrival to the answer's leaving: the path and the agent
  FrameSummary request;
};

// The round trips among `records`, in the order in which the requests arrived. Pings and pongs meet
// by session, its round and index, ICMP echoes by identifier and sequence, other UDP by ports and
// length: the n-th answer belongs to the n-th request, which holds when nothing was lost; where
// counts differ the conversation is left out.
std::vector<RoundTripTruth> PairRoundTrips(std::span<const PacketTruth> records);

// For each sample the truth of its own packets, none where it cannot be told. Programs that print a
// sequence number meet by it; those that print when they sent meet by the shift at which the spacing
// of their sends is that of the requests; `payload_bytes` picks the requests among other UDP.
std::vector<std::optional<RoundTripTruth>> MatchPeer(std::span<const PeerSample> samples,
                                                     std::span<const RoundTripTruth> truth,
                                                     FrameKind kind, std::uint16_t payload_bytes);

// The truth of one of our pings; null when its frames were not seen.
const RoundTripTruth* FindPing(std::span<const RoundTripTruth> truth, const TimedPing& ping);

}  // namespace earshot

#endif  // EARSHOT_BENCH_LATENCY_TRUTH_MATCH_H_
