// sim/relay/relay_socket.h: one UDP socket of the relay, with receive stamps. Internal to the room.
#ifndef EARSHOT_SIM_RELAY_RELAY_SOCKET_H_
#define EARSHOT_SIM_RELAY_RELAY_SOCKET_H_

#include <functional>
#include <memory>

#include "core/base/clock.h"
#include "core/base/datagram.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace boost::asio {
class io_context;
}

namespace earshot {

struct RelayedDatagram {
  Endpoint from;
  ByteSpan bytes;  // valid during the callback
  MonotonicInstant arrived;   // by the kernel's stamp, brought onto the raw clock
  MonotonicInstant received;  // after the receive call returned
};

class RelaySocket {
 public:
  // `io` must outlive the socket.
  explicit RelaySocket(boost::asio::io_context& io);
  ~RelaySocket();

  Status Open(const Endpoint& local);
  Endpoint local() const;

  // Calls `handle` for every datagram, from within `io`'s run functions. `clock` must outlive the
  // socket.
  void Listen(Clock* clock, std::function<void(const RelayedDatagram&)> handle);

  // False when the kernel refuses; the datagram is then lost.
  bool Send(const Endpoint& to, ByteSpan datagram);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_RELAY_RELAY_SOCKET_H_
