#include "sim/net/agent_host.h"

#include <algorithm>

#include "core/protocol/wire_format.h"
#include "sim/adversary/misbehaviour.h"

namespace earshot {

AgentHost::AgentHost(VirtualNetwork& network, const AgentHostOptions& options,
                     const Ed25519PublicKey& root)
    : random_(PhiloxKey::For(options.seed, options.name, "agent")),
      forger_random_(PhiloxKey::For(options.seed, options.name, "forger")),
      answers_from_(options.answers_from),
      silent_from_(options.silent_from),
      number_(network.AddHost(*this)),
      socket_(network.Attach(number_, options.endpoint)),
      strangers_ping_(options.strangers_ping),
      engine_(root, random_, AgentEngineOptions{}) {
  DatagramTransport* transport = &socket_;
  if (options.forgery.has_value()) {
    forger_ = std::make_unique<ForgingTransport>(socket_, forger_random_, *options.forgery);
    transport = forger_.get();
  }
  engine_.AddIdentity({options.device_key, options.claims}, counter_, *transport);
}

AgentHost::~AgentHost() = default;

Status AgentHost::Begin(ByteSpan landmark_list, MonotonicInstant now) {
  return engine_.ApplyLandmarkList(landmark_list, now);
}

void AgentHost::OnDatagram(std::uint32_t, const Endpoint& from, ByteSpan datagram,
                           const ClockReading& now) {
  if (!Runs(now.monotonic)) return;
  if (strangers_ping_ && PeekType(datagram) == MessageType::kPing &&
      datagram.size() == wire::kPingBytes) {
    PingBytes ping{};
    std::ranges::copy(datagram, ping.begin());
    static_cast<void>(
        engine_.OnDatagram(0, from, ForgedPing(ping, forger_random_), now.monotonic));
  }
  static_cast<void>(engine_.OnDatagram(0, from, datagram, now.monotonic));
}

void AgentHost::OnTimer(const ClockReading& now) {
  if (Runs(now.monotonic)) engine_.OnTimer(now.monotonic);
}

std::optional<MonotonicInstant> AgentHost::NextWake() const {
  std::optional<MonotonicInstant> wake = engine_.NextWake();
  if (wake.has_value() && answers_from_.has_value()) wake = std::max(*wake, *answers_from_);
  if (wake.has_value() && !Runs(*wake)) return std::nullopt;
  return wake;
}

}  // namespace earshot
