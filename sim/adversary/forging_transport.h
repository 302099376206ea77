// sim/adversary/forging_transport.h: a host that answers for a chip that is elsewhere.
#ifndef EARSHOT_SIM_ADVERSARY_FORGING_TRANSPORT_H_
#define EARSHOT_SIM_ADVERSARY_FORGING_TRANSPORT_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "core/base/datagram.h"
#include "core/base/random.h"
#include "core/protocol/timed.h"

namespace earshot {

enum class Forgery : std::uint8_t { kForgesAndReplays, kAnswersEarly };

// Stands between a production AgentEngine and its socket. The handshake passes, as it would when
// the far chip signs it at leisure. The timed answers would come too late, so they never leave:
// instead of each PONG goes, in turn, one with a random tag and one with the tag of the PONG before;
// or, answering early, one to the PING that is still to come.
// EVIDENCE leaves with a broken seal: a true one would admit which answers are missing.
//
// `inner` and `random` must outlive it. Confined to the thread of its engine.
class ForgingTransport final : public DatagramTransport {
 public:
  ForgingTransport(DatagramTransport& inner, Random& random,
                   Forgery forgery = Forgery::kForgesAndReplays)
      : inner_(inner), random_(random), forgery_(forgery) {}

  ClockReading Send(const Endpoint& to, ByteSpan datagram, std::uint64_t probe_key) override;
  void Flush() override { inner_.Flush(); }

  std::uint64_t forged() const { return forged_; }

 private:
  DatagramTransport& inner_;
  Random& random_;
  Forgery forgery_;
  PongBytes withheld_{};  // the last true PONG
  std::uint64_t forged_ = 0;
};

// What an agent process calls to put a ForgingTransport before each of its sockets.
std::function<std::unique_ptr<DatagramTransport>(DatagramTransport&)> ForgeEveryAnswer(
    Random& random);

}  // namespace earshot

#endif  // EARSHOT_SIM_ADVERSARY_FORGING_TRANSPORT_H_
