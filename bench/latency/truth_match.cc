#include "bench/latency/truth_match.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace earshot {
namespace {

constexpr std::uint8_t kPing = 5;
constexpr std::uint8_t kPong = 6;
constexpr std::uint8_t kEchoRequest = 8;
// Spacings that differ by more than this at every shift are of different packets.
constexpr Duration kSpacingTolerance = std::chrono::milliseconds(1);

using Key = std::tuple<FrameKind, std::uint64_t, std::uint32_t, std::uint32_t>;

// What a request and its answer have in common; for UDP the landmark's port, the agent's and the
// length, by which a program's echoes differ from its opening and closing.
Key KeyOf(const PacketTruth& record) {
  const FrameSummary& frame = record.frame;
  switch (frame.kind) {
    case FrameKind::kEarshot:
      return {frame.kind, frame.session, frame.round, frame.index};
    case FrameKind::kIcmpEcho:
      return {frame.kind, frame.source, frame.destination, 0};
    case FrameKind::kUdp:
    case FrameKind::kOther:
      break;
  }
  const bool out = record.direction == RelayDirection::kToAgent;
  return {frame.kind, out ? frame.source : frame.destination,
          out ? frame.destination : frame.source, frame.payload_bytes};
}

bool IsRequest(const PacketTruth& record) {
  if (record.direction != RelayDirection::kToAgent) return false;
  const FrameSummary& frame = record.frame;
  if (frame.kind == FrameKind::kEarshot) return frame.type == kPing;
  if (frame.kind == FrameKind::kIcmpEcho) return frame.type == kEchoRequest;
  return frame.kind == FrameKind::kUdp;
}

bool IsAnswer(const PacketTruth& record) {
  if (record.direction != RelayDirection::kToLandmark) return false;
  const FrameSummary& frame = record.frame;
  if (frame.kind == FrameKind::kEarshot) return frame.type == kPong;
  if (frame.kind == FrameKind::kIcmpEcho) return frame.type == 0;
  return frame.kind == FrameKind::kUdp;
}

struct Conversation {
  std::vector<const PacketTruth*> requests;
  std::vector<const PacketTruth*> answers;
};

// Where every packet has a key of its own, whichever of it and its copies left first is the one that
// was answered or timed. Other copies cannot be told from packets, and are passed over.
void Take(const PacketTruth& record, std::vector<const PacketTruth*>& taken) {
  const bool named =
      record.frame.kind == FrameKind::kEarshot || record.frame.kind == FrameKind::kIcmpEcho;
  if (named ? taken.empty() : !record.copy) taken.push_back(&record);
}

}  // namespace

std::vector<RoundTripTruth> PairRoundTrips(std::span<const PacketTruth> records) {
  std::map<Key, Conversation> conversations;
  for (const PacketTruth& record : records) {
    if (IsRequest(record)) Take(record, conversations[KeyOf(record)].requests);
    if (IsAnswer(record)) Take(record, conversations[KeyOf(record)].answers);
  }
  std::vector<RoundTripTruth> trips;
  for (const auto& [key, conversation] : conversations) {
    if (conversation.requests.size() != conversation.answers.size()) continue;
    for (std::size_t i = 0; i < conversation.requests.size(); ++i) {
      const PacketTruth& request = *conversation.requests[i];
      const PacketTruth& answer = *conversation.answers[i];
      trips.push_back({request.arrived, request.held + answer.held,
                       answer.leaving - request.arrived, request.frame});
    }
  }
  std::ranges::sort(trips, {}, &RoundTripTruth::arrived);
  return trips;
}

std::vector<std::optional<RoundTripTruth>> MatchPeer(std::span<const PeerSample> samples,
                                                     std::span<const RoundTripTruth> truth,
                                                     FrameKind kind, std::uint16_t payload_bytes) {
  std::vector<RoundTripTruth> candidates;
  for (const RoundTripTruth& trip : truth) {
    const bool sized = kind != FrameKind::kUdp || trip.request.payload_bytes == payload_bytes;
    if (trip.request.kind == kind && sized) candidates.push_back(trip);
  }
  std::vector<std::optional<RoundTripTruth>> matched(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!samples[i].sequence.has_value()) continue;
    for (const RoundTripTruth& trip : candidates) {
      if (trip.request.destination == *samples[i].sequence) matched[i] = trip;
    }
  }
  if (samples.empty() || !samples.front().sent.has_value() || candidates.size() < samples.size()) {
    return matched;
  }
  // The spread of (arrival - send) over all samples is least where both are the same packets.
  std::size_t best = candidates.size();
  Duration best_spread = kSpacingTolerance;
  for (std::size_t shift = 0; shift + samples.size() <= candidates.size(); ++shift) {
    std::vector<Duration> lags;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      lags.push_back((candidates[shift + i].arrived - candidates[shift].arrived) -
                     (*samples[i].sent - *samples.front().sent));
    }
    // Quartiles: single sends may have been late by themselves.
    std::ranges::sort(lags);
    const Duration spread = lags[lags.size() * 3 / 4] - lags[lags.size() / 4];
    if (spread < best_spread) {
      best = shift;
      best_spread = spread;
    }
  }
  if (best == candidates.size()) return matched;
  for (std::size_t i = 0; i < samples.size(); ++i) matched[i] = candidates[best + i];
  return matched;
}

const RoundTripTruth* FindPing(std::span<const RoundTripTruth> truth, const TimedPing& ping) {
  for (const RoundTripTruth& trip : truth) {
    const FrameSummary& request = trip.request;
    if (request.kind == FrameKind::kEarshot && request.session == ping.session &&
        request.round == ping.round && request.index == ping.sample.index) {
      return &trip;
    }
  }
  return nullptr;
}

}  // namespace earshot
