// core/os/udp.h: UDP/IPv4 sockets as bare, non-blocking descriptors.
#ifndef EARSHOT_CORE_OS_UDP_H_
#define EARSHOT_CORE_OS_UDP_H_

#include <netinet/in.h>

#include "core/base/datagram.h"
#include "core/base/result.h"
#include "core/os/files.h"

namespace earshot {

sockaddr_in ToSockaddr(const Endpoint& endpoint);
Endpoint FromSockaddr(const sockaddr_in& address);

// A non-blocking socket bound to `local` (port 0: the kernel picks one), closed on exec, without
// receive offload: datagrams glued together would share one receive stamp. Asks for
// `receive_buffer_bytes` of queue and takes what the kernel grants. kUnavailable when it cannot be
// bound; the message names the endpoint.
Result<UniqueFd> OpenUdpSocket(const Endpoint& local, int receive_buffer_bytes);

// The endpoint that a bound socket has. kUnavailable when the kernel will not say.
Result<Endpoint> LocalEndpointOf(int fd);

}  // namespace earshot

#endif  // EARSHOT_CORE_OS_UDP_H_
