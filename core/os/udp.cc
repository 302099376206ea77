#include "core/os/udp.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <cerrno>

namespace earshot {
namespace {

// The socket interface takes every kind of address through this one type.
sockaddr* Generic(sockaddr_in* address) { return reinterpret_cast<sockaddr*>(address); }

}  // namespace

sockaddr_in ToSockaddr(const Endpoint& endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(endpoint.address);
  address.sin_port = htons(endpoint.port);
  return address;
}

Endpoint FromSockaddr(const sockaddr_in& address) {
  return Endpoint{ntohl(address.sin_addr.s_addr), ntohs(address.sin_port)};
}

Result<UniqueFd> OpenUdpSocket(const Endpoint& local, int receive_buffer_bytes) {
  UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP));
  if (!fd.valid()) return tl::unexpected<Error>(ErrnoError(errno, "open a UDP socket"));
  const int off = 0;
  // Both are wishes: an old kernel knows no offload, and the limit on queues is the machine's.
  setsockopt(fd.get(), IPPROTO_UDP, UDP_GRO, &off, sizeof off);
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  sockaddr_in address = ToSockaddr(local);
  if (bind(fd.get(), Generic(&address), sizeof address) != 0) {
    Error error = ErrnoError(errno, fmt::format("bind {}", local.ToText()));
    return Fail(ErrorCode::kUnavailable,
                error.message() + "; choose a free port (0 lets the system pick one) on an address "
                                  "of this machine");
  }
  return fd;
}

Result<Endpoint> LocalEndpointOf(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, Generic(&address), &size) != 0) {
    return tl::unexpected<Error>(ErrnoError(errno, "read the bound endpoint"));
  }
  return FromSockaddr(address);
}

}  // namespace earshot
