// server/io/landmark_socket.h: one landmark's UDP socket, with kernel stamps on both ways.
//
//   Send: read both clocks -> [gather] -> sendmmsg -> (kernel: transmit stamp, to the error queue)
//   Receive: (kernel: receive stamp) -> recvmmsg -> read both clocks
//
// So a user-space interval encloses the kernel's, and the kernel's encloses the flight. Transmit
// stamps come back with the number of their send (OPT_ID); this class turns the number back into
// the probe it belongs to and hands over the bracket in which an honest stamp must lie. Whether a
// stamp is used is decided by core/latency, not here.
#ifndef EARSHOT_SERVER_IO_LANDMARK_SOCKET_H_
#define EARSHOT_SERVER_IO_LANDMARK_SOCKET_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "core/base/clock.h"
#include "core/base/datagram.h"
#include "core/os/datagram_batch.h"
#include "core/os/files.h"

namespace earshot {

// Datagrams read, or stamps collected, by one system call.
inline constexpr std::size_t kReceiveBatch = 32;
// Datagrams gathered for one system call; the next one sends them.
inline constexpr std::size_t kSendBatch = 32;

// A datagram as it arrived.
struct ReceivedDatagram {
  Endpoint from;
  ByteSpan bytes;              // dies with the call that delivers it
  ClockReading after_receive;  // both clocks, after the receive call returned
  std::optional<WallInstant> kernel_receive;
};

// When the kernel handed a probe to its device.
struct TransmitStamp {
  std::uint64_t probe_key = 0;  // as given to Send
  WallInstant at;
  // The next send call of this socket, or the moment this stamp was collected if there was none.
  WallInstant not_after;
};

// What a socket has seen; only ever grows.
struct LandmarkSocketCounters {
  std::uint64_t sent = 0;
  std::uint64_t send_failed = 0;
  std::uint64_t received = 0;
  std::uint64_t received_oversize = 0;    // longer than any EWP1 message: dropped
  std::uint64_t received_dropped = 0;     // by the kernel, unread: the queue was full (ReadDrops)
  std::uint64_t transmit_stamps = 0;      // attributed to a probe
  std::uint64_t transmit_stamps_lost = 0; // came for a send that is forgotten
};

// Confined to one thread.
class LandmarkSocket final : public DatagramTransport {
 public:
  struct Options {
    // False: user-space stamps only, as where the kernel refuses them.
    bool kernel_stamps = true;
    int receive_buffer_bytes = 4 << 20;
    // True: datagrams wait for Flush, or for kSendBatch of them, and leave with one call. A probe's
    // reading is taken when it is handed over; where its transmit stamp is lost, the wait (at most
    // 32 datagrams' worth, some 50 us) widens its bound. Without kernel stamps a probe never waits.
    bool gather = false;
  };

  // Binds `local`; port 0 lets the kernel pick. `clock` must outlive the socket. A kernel that
  // refuses stamps is no error: kernel_stamps() then says false and samples fall back.
  static Result<std::unique_ptr<LandmarkSocket>> Bind(const Endpoint& local, Clock* clock,
                                                      const Options& options);

  const Endpoint& local() const { return local_; }
  bool kernel_stamps() const { return kernel_stamps_; }
  int native_handle() const { return fd_.get(); }  // for waiting only
  const LandmarkSocketCounters& counters() const { return counters_; }

  ClockReading Send(const Endpoint& to, ByteSpan datagram, std::uint64_t probe_key) override;
  void Flush() override;

  // Reads at most one batch of datagrams and hands each to `sink`. Returns how many were read; 0:
  // nothing waits. Never blocks. Collect transmit stamps first: a pong is judged with the stamps
  // that are known when it is handed over.
  std::size_t Receive(const std::function<void(const ReceivedDatagram&)>& sink);

  // Asks the kernel how many datagrams it has dropped unread since the socket was bound, and returns
  // that: the queue was full, or a checksum false. Asked for rather than taken from the datagram
  // that next finds room (SO_RXQ_OVFL): that one may come a round later. 0 where the kernel does not
  // say (before Linux 4.12).
  std::uint64_t ReadDrops();

  // Hands every waiting transmit stamp to `sink`, in the order of sending. Never blocks.
  void CollectTransmitStamps(const std::function<void(const TransmitStamp&)>& sink);

 private:
  // Sends whose stamp may still come. A stamp that is late by more sends than this is not
  // attributed: the probe then falls back to its user-space stamp, which is sound.
  static constexpr std::size_t kOutstandingSends = 1024;
  struct OutstandingSend {
    std::uint32_t id = 0;
    std::uint64_t probe_key = 0;  // 0: free
    std::optional<WallInstant> next_send;
  };

  LandmarkSocket(UniqueFd fd, const Endpoint& local, Clock* clock, const Options& options);
  bool RequestStamps();
  void RestartNumbering();
  void SendGathered(WallInstant before);
  void NoteSent(std::size_t first, std::size_t count);
  void CloseBrackets(WallInstant now);

  UniqueFd fd_;
  Endpoint local_;
  Clock* clock_;
  bool gather_ = false;
  bool kernel_stamps_ = false;
  SendBatch sending_;
  std::array<std::uint64_t, kSendBatch> sending_keys_{};  // of sending_; 0: not stamped
  ReceiveBatch receiving_;
  ReceiveBatch stamps_;
  std::uint32_t next_id_ = 0;        // the kernel numbers stamped sends from 0
  std::uint32_t open_brackets_ = 0;  // the ids [this, next_id_) left with the last send call
  std::array<OutstandingSend, kOutstandingSends> outstanding_{};
  LandmarkSocketCounters counters_;
};

}  // namespace earshot

#endif  // EARSHOT_SERVER_IO_LANDMARK_SOCKET_H_
