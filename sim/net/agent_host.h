// sim/net/agent_host.h: one device's agent in virtual time: the production engine, and what its owner
// does to it.
#ifndef EARSHOT_SIM_NET_AGENT_HOST_H_
#define EARSHOT_SIM_NET_AGENT_HOST_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "agent/engine/agent_engine.h"
#include "core/crypto/ed25519.h"
#include "core/domain/system_claims.h"
#include "sim/adversary/forging_transport.h"
#include "sim/net/virtual_network.h"
#include "sim/path/philox.h"

namespace earshot {

struct AgentHostOptions {
  std::string name;  // names its streams of randomness
  std::uint64_t seed = 0;
  Endpoint endpoint;
  const Ed25519PrivateKey* device_key = nullptr;  // must outlive the host
  SystemClaims claims;
  std::optional<Forgery> forgery;  // of every timed answer
  bool strangers_ping = false;     // a forged PING comes before each true one
  std::optional<MonotonicInstant> answers_from;  // its process begins here
  std::optional<MonotonicInstant> silent_from;   // and ends here
};

// Attaches itself to the network, which must outlive it. Confined to the network's thread.
class AgentHost final : public VirtualHost {
 public:
  AgentHost(VirtualNetwork& network, const AgentHostOptions& options,
            const Ed25519PublicKey& root);
  ~AgentHost() override;

  // Gives the agent the signed list of landmarks; errors as AgentEngine.
  Status Begin(ByteSpan landmark_list, MonotonicInstant now);

  void OnDatagram(std::uint32_t socket, const Endpoint& from, ByteSpan datagram,
                  const ClockReading& now) override;
  void OnTimer(const ClockReading& now) override;
  std::optional<MonotonicInstant> NextWake() const override;

  std::uint32_t number() const { return number_; }
  const AgentEngine& engine() const { return engine_; }

 private:
  // A chip's counter, which nothing here rolls back.
  class Counter final : public SessionCounter {
   public:
    Result<std::uint64_t> Next() override { return ++used_; }

   private:
    std::uint64_t used_ = 0;
  };
  bool Runs(MonotonicInstant now) const {
    return !(answers_from_.has_value() && now < *answers_from_) &&
           !(silent_from_.has_value() && now >= *silent_from_);
  }

  PhiloxRandom random_;
  PhiloxRandom forger_random_;
  Counter counter_;
  std::optional<MonotonicInstant> answers_from_;
  std::optional<MonotonicInstant> silent_from_;
  std::uint32_t number_;
  DatagramTransport& socket_;
  std::unique_ptr<DatagramTransport> forger_;
  bool strangers_ping_;
  AgentEngine engine_;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_NET_AGENT_HOST_H_
