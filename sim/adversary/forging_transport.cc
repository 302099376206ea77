#include "sim/adversary/forging_transport.h"

#include <algorithm>

#include "core/protocol/wire_format.h"
#include "sim/adversary/misbehaviour.h"

namespace earshot {
namespace {

bool Is(ByteSpan datagram, MessageType type) {
  return datagram.size() >= wire::kHeaderBytes &&
         datagram[wire::kTypeAt] == static_cast<std::uint8_t>(type);
}

}  // namespace

ClockReading ForgingTransport::Send(const Endpoint& to, ByteSpan datagram,
                                    std::uint64_t probe_key) {
  if (Is(datagram, MessageType::kEvidence)) {
    Bytes broken(datagram.begin(), datagram.end());
    broken.back() ^= 1U;
    return inner_.Send(to, broken, probe_key);
  }
  if (!Is(datagram, MessageType::kPong) || datagram.size() != wire::kPongBytes) {
    return inner_.Send(to, datagram, probe_key);
  }
  PongBytes honest{};
  std::copy(datagram.begin(), datagram.end(), honest.begin());
  // A PONG's header differs from its PING's in the type alone, which the forgers set themselves.
  PingBytes asked = honest;
  const PongBytes wrong = forgery_ == Forgery::kAnswersEarly ? EarlyReply(asked, random_)
                          : forged_ % 2 == 0                 ? ForgedTag(asked, random_)
                                                             : ReplayedTag(asked, withheld_);
  withheld_ = honest;
  ++forged_;
  return inner_.Send(to, wrong, probe_key);
}

std::function<std::unique_ptr<DatagramTransport>(DatagramTransport&)> ForgeEveryAnswer(
    Random& random) {
  return [&random](DatagramTransport& socket) -> std::unique_ptr<DatagramTransport> {
    return std::make_unique<ForgingTransport>(socket, random);
  };
}

}  // namespace earshot
