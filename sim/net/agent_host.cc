#include "sim/net/agent_host.h"

#include "sim/adversary/forging_transport.h"

namespace earshot {

AgentHost::AgentHost(VirtualNetwork& network, const AgentHostOptions& options,
                     const Ed25519PublicKey& root)
    : random_(PhiloxKey::For(options.seed, options.name, "agent")),
      forger_random_(PhiloxKey::For(options.seed, options.name, "forger")),
      silent_from_(options.silent_from),
      number_(network.AddHost(*this)),
      socket_(network.Attach(number_, options.endpoint)),
      engine_(root, random_, AgentEngineOptions{}) {
  DatagramTransport* transport = &socket_;
  if (options.forges) {
    forger_ = std::make_unique<ForgingTransport>(socket_, forger_random_);
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
  if (Ended(now.monotonic)) return;
  static_cast<void>(engine_.OnDatagram(0, from, datagram, now.monotonic));
}

void AgentHost::OnTimer(const ClockReading& now) {
  if (!Ended(now.monotonic)) engine_.OnTimer(now.monotonic);
}

std::optional<MonotonicInstant> AgentHost::NextWake() const {
  const std::optional<MonotonicInstant> wake = engine_.NextWake();
  if (wake.has_value() && Ended(*wake)) return std::nullopt;
  return wake;
}

}  // namespace earshot
