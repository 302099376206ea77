// core/os/datagram_batch.h: many datagrams with one system call (recvmmsg, sendmmsg).
//
// A system call costs as much as the copy of a small datagram; under load that is half the work of
// a probe. Buffers and headers are made once and stay in place: reading and sending allocate
// nothing.
#ifndef EARSHOT_CORE_OS_DATAGRAM_BATCH_H_
#define EARSHOT_CORE_OS_DATAGRAM_BATCH_H_

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/datagram.h"

namespace earshot {

struct ReceiveBatchShape {
  std::size_t datagrams = 32;
  std::size_t bytes = kDatagramBytesMax + 1;  // one more than any message: a longer one shows as one
  std::size_t control_bytes = 0;              // room for control messages of one datagram
};

// Confined to one thread.
class ReceiveBatch {
 public:
  explicit ReceiveBatch(const ReceiveBatchShape& shape);
  ReceiveBatch(const ReceiveBatch&) = delete;
  ReceiveBatch& operator=(const ReceiveBatch&) = delete;

  // Reads what waits at `fd`, at most capacity() datagrams, and returns how many; 0: none, or the
  // kernel refused. Never blocks. `flags` are added to MSG_DONTWAIT (MSG_ERRQUEUE, say).
  std::size_t Read(int fd, int flags = 0);

  std::size_t capacity() const { return messages_.size(); }
  // Of the last Read, and valid until the next one; `i` is below its result (CHECK).
  Endpoint from(std::size_t i) const;
  ByteSpan bytes(std::size_t i) const;
  msghdr* header(std::size_t i);

 private:
  ReceiveBatchShape shape_;
  std::size_t got_ = 0;
  std::vector<std::uint8_t> buffers_;
  std::vector<std::uint64_t> controls_;  // aligned for control messages
  std::vector<sockaddr_in> sources_;
  std::vector<iovec> payloads_;
  std::vector<mmsghdr> messages_;
};

// Datagrams that wait to be sent together, in the order of Add. Confined to one thread.
class SendBatch {
 public:
  SendBatch(std::size_t datagrams, std::size_t bytes_max);
  SendBatch(const SendBatch&) = delete;
  SendBatch& operator=(const SendBatch&) = delete;

  std::size_t size() const { return size_; }
  bool full() const { return size_ == messages_.size(); }
  std::size_t bytes_max() const { return bytes_max_; }

  // Copies the datagram. Not when full, nor for more than bytes_max() (CHECK). `stamp_flags`, when
  // not 0, are the SO_TIMESTAMPING flags of this one datagram.
  void Add(const Endpoint& to, ByteSpan datagram, std::uint32_t stamp_flags = 0);

  // Sends those from number `first` on with one call and returns how many left: fewer than were
  // left over when the kernel refused the next one. Never blocks.
  std::size_t SendFrom(int fd, std::size_t first);
  // Sends all; skips what the kernel refuses and returns how many those were. Empty afterwards.
  std::size_t SendAll(int fd);
  void Clear() { size_ = 0; }

 private:
  std::size_t bytes_max_;
  std::size_t size_ = 0;
  std::vector<std::uint8_t> buffers_;
  std::vector<std::uint64_t> controls_;
  std::vector<sockaddr_in> targets_;
  std::vector<iovec> payloads_;
  std::vector<mmsghdr> messages_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_OS_DATAGRAM_BATCH_H_
