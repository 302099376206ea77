#include "agent/engine/agent_engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/check.h"

namespace earshot {
namespace {

Duration DrawBetween(Random& random, Duration low, Duration high) {
  EARSHOT_CHECK(low <= high);
  const auto width = static_cast<std::uint64_t>((high - low).count()) + 1;
  return low + Duration(static_cast<std::int64_t>(random.NextBelow(width)));
}

Status CheckEndpointsDiffer(const LandmarkListContent& list) {
  std::vector<const ListedLandmark*> by_endpoint;
  for (const ListedLandmark& landmark : list.landmarks) by_endpoint.push_back(&landmark);
  std::sort(by_endpoint.begin(), by_endpoint.end(),
            [](const auto* a, const auto* b) { return a->endpoint < b->endpoint; });
  for (std::size_t i = 1; i < by_endpoint.size(); ++i) {
    if (by_endpoint[i - 1]->endpoint != by_endpoint[i]->endpoint) continue;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("landmarks {} and {} share the endpoint {}; give each its own",
                            by_endpoint[i - 1]->id.value(), by_endpoint[i]->id.value(),
                            by_endpoint[i]->endpoint.ToText()));
  }
  return {};
}

}  // namespace

AgentEngine::AgentEngine(Ed25519PublicKey root, Random& random, const AgentEngineOptions& options)
    : random_(random), options_(options), trust_(std::move(root)),
      spin_(options.spin_per_second_max) {}

AgentEngine::~AgentEngine() = default;

std::uint32_t AgentEngine::AddIdentity(const AgentIdentity& identity, SessionCounter& counter,
                                       DatagramTransport& transport) {
  EARSHOT_CHECK(list_.landmarks.empty());
  identities_.push_back(Identity{identity, &counter, &transport, {}});
  spin_.Resize(identities_.size());
  return static_cast<std::uint32_t>(identities_.size() - 1);
}

Status AgentEngine::ApplyLandmarkList(ByteSpan blob, MonotonicInstant now) {
  Result<LandmarkListContent> accepted = trust_.AcceptLandmarkList(blob);
  if (!accepted.has_value()) return Fail(std::move(accepted).error(), "landmark list");
  if (accepted->landmarks.empty()) {
    return Fail(ErrorCode::kExpired,
                fmt::format("landmark list version {}: none of its {} entries has a delegation in "
                            "force at the list's epoch; issue new delegations and a new list",
                            accepted->version, accepted->entries_refused));
  }
  EARSHOT_RETURN_IF_ERROR(CheckEndpointsDiffer(*accepted));
  if (accepted->landmarks.size() * identities_.size() > kAgentSessionsMax) {
    return Fail(ErrorCode::kResourceLimit,
                fmt::format("{} identities with {} landmarks make more than {} sessions; run "
                            "fewer identities in one process",
                            identities_.size(), accepted->landmarks.size(), kAgentSessionsMax));
  }
  for (Identity& identity : identities_) {
    identity.slots = MakeSlots(identity, *accepted, now);
  }
  list_ = *std::move(accepted);
  WakeBy(now);
  return {};
}

// The sessions of the new list: those of landmarks that stay are carried over.
std::vector<AgentEngine::Slot> AgentEngine::MakeSlots(Identity& identity,
                                                      const LandmarkListContent& list,
                                                      MonotonicInstant now) {
  std::vector<Slot> slots;
  slots.reserve(list.landmarks.size());
  for (const ListedLandmark& landmark : list.landmarks) {
    const auto known = std::find_if(identity.slots.begin(), identity.slots.end(), [&](Slot& slot) {
      return slot.session != nullptr && slot.session->landmark().id == landmark.id;
    });
    if (known != identity.slots.end()) {
      known->session->UpdateLandmark(landmark, now);
      slots.push_back(Slot{landmark.endpoint, std::move(known->session)});
      continue;
    }
    AgentLimits limits = options_.limits;
    limits.pause = DrawBetween(random_, options_.pause_min, options_.pause_max);
    const MonotonicInstant start =
        now + DrawBetween(random_, Duration(0), options_.start_spread);
    slots.push_back(Slot{landmark.endpoint, std::make_unique<AgentSession>(
                                                identity.identity, *identity.counter, landmark,
                                                random_, limits, start)});
  }
  for (const Slot& left : identity.slots) {
    if (left.session != nullptr) Retire(*left.session);
  }
  std::sort(slots.begin(), slots.end(),
            [](const Slot& a, const Slot& b) { return a.endpoint < b.endpoint; });
  return slots;
}

AgentSession* AgentEngine::Find(Identity& identity, const Endpoint& from) {
  const auto at = std::lower_bound(
      identity.slots.begin(), identity.slots.end(), from,
      [](const Slot& slot, const Endpoint& endpoint) { return slot.endpoint < endpoint; });
  if (at == identity.slots.end() || at->endpoint != from) return nullptr;
  return at->session.get();
}

Refusal AgentEngine::OnDatagram(std::uint32_t identity, const Endpoint& from, ByteSpan packet,
                                MonotonicInstant now) {
  EARSHOT_CHECK(identity < identities_.size());
  Identity& addressed = identities_[identity];
  AgentSession* session = Find(addressed, from);
  if (session == nullptr) return unmatched_.Count(Refusal::kSource);
  if (PeekType(packet) != MessageType::kPing) {
    const Refusal refusal = session->OnDatagram(packet, from, now);
    WakeBy(session->NextWake());
    return refusal;
  }
  // The timed path: nothing may come between the ping and the send.
  std::array<std::uint8_t, wire::kPongBytes> pong;
  const Refusal refusal = session->OnPing(packet, from, now, pong);
  if (refusal != Refusal::kNone) return refusal;
  addressed.transport->Send(from, pong, 0);
  if (const auto until = session->SpinUntil()) spin_.Want(identity, *until);
  WakeBy(session->NextWake());
  return refusal;
}

void AgentEngine::WakeBy(MonotonicInstant at) {
  next_wake_ = next_wake_.has_value() ? std::min(*next_wake_, at) : at;
}

void AgentEngine::OnTimer(MonotonicInstant now) {
  if (next_wake_.has_value() && now < *next_wake_) return;
  next_wake_.reset();
  for (Identity& identity : identities_) {
    for (Slot& slot : identity.slots) {
      AgentSession& session = *slot.session;
      if (session.NextWake() <= now) {
        while (session.OnTimer(now, packet_)) {
          identity.transport->Send(slot.endpoint, packet_.view(), 0);
        }
      }
      WakeBy(session.NextWake());
    }
  }
}

void AgentEngine::Retire(const AgentSession& session) {
  retired_.pongs += session.pongs();
  retired_.sessions_opened += session.sessions_opened();
  retired_.rounds_resumed += session.rounds_resumed();
  retired_.sessions_closed_by_receipt += session.sessions_closed_by_receipt();
  retired_.refused_by_sessions += session.counters().refused();
}

AgentEngineCounters AgentEngine::counters() const {
  AgentEngineCounters sum = retired_;
  sum.refusals = unmatched_;
  for (const Identity& identity : identities_) {
    for (const Slot& slot : identity.slots) {
      sum.pongs += slot.session->pongs();
      sum.sessions_opened += slot.session->sessions_opened();
      sum.rounds_resumed += slot.session->rounds_resumed();
      sum.sessions_closed_by_receipt += slot.session->sessions_closed_by_receipt();
      sum.refused_by_sessions += slot.session->counters().refused();
    }
  }
  return sum;
}

std::vector<const AgentSession*> AgentEngine::Sessions(std::uint32_t identity) const {
  EARSHOT_CHECK(identity < identities_.size());
  std::vector<const AgentSession*> sessions;
  for (const Slot& slot : identities_[identity].slots) sessions.push_back(slot.session.get());
  return sessions;
}

}  // namespace earshot
