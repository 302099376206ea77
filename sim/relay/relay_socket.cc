#include "sim/relay/relay_socket.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <utility>

#include "core/os/files.h"
#include "core/os/udp.h"
#include "sim/relay/receive_stamp.h"

namespace earshot {
namespace {

constexpr int kReceiveBufferBytes = 4 << 20;
// Datagrams taken from one socket before the others get their turn.
constexpr int kBatchMax = 32;

}  // namespace

struct RelaySocket::State {
  explicit State(boost::asio::io_context& io) : watch(io) {}

  UniqueFd fd;
  Endpoint local;
  boost::asio::posix::stream_descriptor watch;
  Clock* clock = nullptr;
  std::function<void(const RelayedDatagram&)> handle;

  // True when a datagram was handled; false when none waits.
  bool ReceiveOne() {
    std::array<std::uint8_t, kDatagramBytesMax + 1> bytes;
    alignas(cmsghdr) std::array<char, 128> control;
    sockaddr_in from{};
    iovec part{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t size = recvmsg(fd.get(), &message, 0);
    while (size < 0 && errno == EINTR) size = recvmsg(fd.get(), &message, 0);
    if (size < 0) return false;
    const ClockReading now = clock->Read();
    if (static_cast<std::size_t>(size) > kDatagramBytesMax) return true;
    handle({FromSockaddr(from), ByteSpan(bytes.data(), static_cast<std::size_t>(size)),
            OnRawClock(KernelStamp(&message), now), now.monotonic});
    return true;
  }

  void Wait() {
    watch.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [this](const boost::system::error_code& error) {
                       if (error) return;
                       for (int i = 0; i < kBatchMax && ReceiveOne(); ++i) {
                       }
                       Wait();
                     });
  }
};

RelaySocket::RelaySocket(boost::asio::io_context& io) : state_(std::make_unique<State>(io)) {}

RelaySocket::~RelaySocket() {
  // The descriptor belongs to `fd`; the watcher only borrowed it.
  if (state_->watch.is_open()) state_->watch.release();
}

Status RelaySocket::Open(const Endpoint& local) {
  EARSHOT_ASSIGN_OR_RETURN(state_->fd, OpenUdpSocket(local, kReceiveBufferBytes));
  EARSHOT_ASSIGN_OR_RETURN(state_->local, LocalEndpointOf(state_->fd.get()));
  RequestReceiveStamps(state_->fd.get());
  boost::system::error_code refused;
  state_->watch.assign(state_->fd.get(), refused);
  if (refused) {
    return Fail(ErrorCode::kUnavailable, "watch a socket: " + refused.message());
  }
  return {};
}

Endpoint RelaySocket::local() const { return state_->local; }

void RelaySocket::Listen(Clock* clock, std::function<void(const RelayedDatagram&)> handle) {
  state_->clock = clock;
  state_->handle = std::move(handle);
  state_->Wait();
}

bool RelaySocket::Send(const Endpoint& to, ByteSpan datagram) {
  const sockaddr_in address = ToSockaddr(to);
  const ssize_t sent = sendto(state_->fd.get(), datagram.data(), datagram.size(), 0,
                              reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return sent == static_cast<ssize_t>(datagram.size());
}

}  // namespace earshot
