#include "agent/io/agent_socket.h"

#include "core/os/udp.h"
#include "core/protocol/wire_format.h"

namespace earshot {
namespace {

// A whole round of trains from every listed landmark fits.
constexpr int kReceiveBufferBytes = 1 << 20;

}  // namespace

AgentSocket::AgentSocket(UniqueFd fd, const Endpoint& local, Clock* clock)
    : fd_(std::move(fd)),
      local_(local),
      clock_(clock),
      receiving_({.datagrams = kAnswerBatch}),
      pongs_(kAnswerBatch, wire::kPongBytes),
      other_(1, kDatagramBytesMax) {}

Result<std::unique_ptr<AgentSocket>> AgentSocket::Bind(std::uint32_t address, Clock* clock) {
  EARSHOT_ASSIGN_OR_RETURN(UniqueFd fd, OpenUdpSocket(Endpoint{address, 0}, kReceiveBufferBytes));
  EARSHOT_ASSIGN_OR_RETURN(const Endpoint local, LocalEndpointOf(fd.get()));
  return std::unique_ptr<AgentSocket>(new AgentSocket(std::move(fd), local, clock));
}

// A datagram that the kernel refuses is lost, as UDP may lose it anywhere: whoever waits for it asks
// again.
ClockReading AgentSocket::Send(const Endpoint& to, ByteSpan datagram, std::uint64_t) {
  const ClockReading before = received_.has_value() ? *received_ : clock_->Read();
  SendBatch& batch = datagram.size() <= pongs_.bytes_max() ? pongs_ : other_;
  if (datagram.size() > batch.bytes_max()) return before;
  if (batch.full()) batch.SendAll(fd_.get());
  batch.Add(to, datagram);
  if (!gather_ || &batch == &other_) batch.SendAll(fd_.get());
  return before;
}

void AgentSocket::Flush() { pongs_.SendAll(fd_.get()); }

std::size_t AgentSocket::Receive(const Sink& sink) {
  const std::size_t count = receiving_.Read(fd_.get());
  if (count == 0) return 0;
  received_ = clock_->Read();
  gather_ = count > 1;
  for (std::size_t i = 0; i < count; ++i) {
    sink(receiving_.from(i), receiving_.bytes(i), received_->monotonic);
  }
  gather_ = false;
  received_.reset();
  Flush();
  return count;
}

}  // namespace earshot
