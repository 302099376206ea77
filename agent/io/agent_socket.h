// agent/io/agent_socket.h: one identity's UDP socket.
#ifndef EARSHOT_AGENT_IO_AGENT_SOCKET_H_
#define EARSHOT_AGENT_IO_AGENT_SOCKET_H_

#include <memory>
#include <optional>

#include "core/base/clock.h"
#include "core/base/datagram.h"
#include "core/os/files.h"

namespace earshot {

// Confined to one thread.
class AgentSocket final : public DatagramTransport {
 public:
  // Binds `address` with a port of the kernel's choice. `clock` must outlive the socket.
  static Result<std::unique_ptr<AgentSocket>> Bind(std::uint32_t address, Clock* clock);

  const Endpoint& local() const { return local_; }
  int native_handle() const { return fd_.get(); }  // for waiting only

  ClockReading Send(const Endpoint& to, ByteSpan datagram, std::uint64_t probe_key) override;

  struct Received {
    Endpoint from;
    ByteSpan bytes;  // valid until the next call
  };
  // The next waiting datagram; none when there is none. Longer ones than any EWP1 message are cut
  // one byte above the longest, which no parser accepts. Never blocks, never allocates.
  std::optional<Received> Receive();

 private:
  AgentSocket(UniqueFd fd, const Endpoint& local, Clock* clock)
      : fd_(std::move(fd)), local_(local), clock_(clock) {}

  UniqueFd fd_;
  Endpoint local_;
  Clock* clock_;
  std::array<std::uint8_t, kDatagramBytesMax + 1> buffer_{};
};

}  // namespace earshot

#endif  // EARSHOT_AGENT_IO_AGENT_SOCKET_H_
