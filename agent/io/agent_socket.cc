#include "agent/io/agent_socket.h"

#include <sys/socket.h>

#include "core/os/udp.h"

namespace earshot {
namespace {

// A whole round of trains from every listed landmark fits.
constexpr int kReceiveBufferBytes = 1 << 20;

}  // namespace

Result<std::unique_ptr<AgentSocket>> AgentSocket::Bind(std::uint32_t address, Clock* clock) {
  EARSHOT_ASSIGN_OR_RETURN(UniqueFd fd, OpenUdpSocket(Endpoint{address, 0}, kReceiveBufferBytes));
  EARSHOT_ASSIGN_OR_RETURN(const Endpoint local, LocalEndpointOf(fd.get()));
  return std::unique_ptr<AgentSocket>(new AgentSocket(std::move(fd), local, clock));
}

ClockReading AgentSocket::Send(const Endpoint& to, ByteSpan datagram, std::uint64_t) {
  sockaddr_in address = ToSockaddr(to);
  // sendmsg takes pointers to mutable bytes and does not write through them.
  iovec payload{const_cast<std::uint8_t*>(datagram.data()), datagram.size()};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = sizeof address;
  message.msg_iov = &payload;
  message.msg_iovlen = 1;
  const ClockReading before = clock_->Read();
  // A full queue loses the datagram, as UDP may anywhere: whoever waits for it asks again.
  static_cast<void>(sendmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL));
  return before;
}

std::optional<AgentSocket::Received> AgentSocket::Receive() {
  sockaddr_in source{};
  iovec payload{buffer_.data(), buffer_.size()};
  msghdr message{};
  message.msg_name = &source;
  message.msg_namelen = sizeof source;
  message.msg_iov = &payload;
  message.msg_iovlen = 1;
  const ssize_t got = recvmsg(fd_.get(), &message, MSG_DONTWAIT);
  if (got < 0) return std::nullopt;
  return Received{FromSockaddr(source), ByteSpan(buffer_).first(static_cast<std::size_t>(got))};
}

}  // namespace earshot
