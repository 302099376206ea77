// agent/io/agent_socket.h: one identity's UDP socket.
#ifndef EARSHOT_AGENT_IO_AGENT_SOCKET_H_
#define EARSHOT_AGENT_IO_AGENT_SOCKET_H_

#include <functional>
#include <memory>
#include <optional>

#include "core/base/clock.h"
#include "core/base/datagram.h"
#include "core/os/datagram_batch.h"
#include "core/os/files.h"

namespace earshot {

// Datagrams taken from the kernel at once. PONGs to them leave at once, too: with a full batch the
// first waits for 31 more answers (some 17 us), and the last saves as many system calls.
inline constexpr std::size_t kAnswerBatch = 32;

// Confined to one thread.
class AgentSocket final : public DatagramTransport {
 public:
  // Binds `address` with a port of the kernel's choice. `clock` must outlive the socket.
  static Result<std::unique_ptr<AgentSocket>> Bind(std::uint32_t address, Clock* clock);

  const Endpoint& local() const { return local_; }
  int native_handle() const { return fd_.get(); }  // for waiting only

  // At once, but for PONGs to datagrams that Receive took together: they wait for the last of them.
  ClockReading Send(const Endpoint& to, ByteSpan datagram, std::uint64_t probe_key) override;
  void Flush() override;

  using Sink = std::function<void(const Endpoint& from, ByteSpan bytes, MonotonicInstant now)>;
  // Hands at most kAnswerBatch waiting datagrams to `sink`, sends what it answered and returns how
  // many there were. The bytes die with the call; `now` was read after the receive call. Longer
  // datagrams than any EWP1 message are cut one byte above the longest, which no parser accepts.
  // Never blocks, never allocates.
  std::size_t Receive(const Sink& sink);

 private:
  AgentSocket(UniqueFd fd, const Endpoint& local, Clock* clock);

  UniqueFd fd_;
  Endpoint local_;
  Clock* clock_;
  ReceiveBatch receiving_;
  SendBatch pongs_;
  SendBatch other_;
  std::optional<ClockReading> received_;  // while Receive hands over
  bool gather_ = false;                   // more than one was received
};

}  // namespace earshot

#endif  // EARSHOT_AGENT_IO_AGENT_SOCKET_H_
