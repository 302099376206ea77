// core/base/datagram.h: IPv4 endpoints and the seam through which datagrams leave.
#ifndef EARSHOT_CORE_BASE_DATAGRAM_H_
#define EARSHOT_CORE_BASE_DATAGRAM_H_

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace earshot {

// An IPv4 address and UDP port, host byte order. Regular type.
struct Endpoint {
  std::uint32_t address = 0;
  std::uint16_t port = 0;

  // "127.0.0.1:4000"; kInvalidArgument for anything else.
  static Result<Endpoint> Parse(std::string_view text);
  std::string ToText() const;

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

// The largest datagram of EWP1: no fragmentation on any path worth measuring.
inline constexpr std::size_t kDatagramBytesMax = 1200;

// Sends datagrams from one local socket. Implementations copy the bytes before they return, never
// block, and drop on a full queue (UDP may lose; a late send would widen nothing but help nobody).
// They may gather datagrams until Flush, to send many with one system call; an engine calls it when
// it has nothing more to send for now. Confined to the thread of its engine.
class DatagramTransport {
 public:
  virtual ~DatagramTransport() = default;

  // Sends `datagram` to `to` and returns the reading of both clocks taken *before* the send call,
  // so that an interval that starts with it can only be too long. `probe_key`, when not zero, asks
  // for a kernel transmit stamp that the rim delivers later under the same key.
  // Between two probes of one nonce chain Flush must be called: a transmit stamp is told from its
  // neighbour's by the send call, and a later nonce of a chain gives the earlier ones away.
  virtual ClockReading Send(const Endpoint& to, ByteSpan datagram, std::uint64_t probe_key) = 0;

  // Sends what was gathered, in the order of the calls. Nothing to do where Send sends at once.
  virtual void Flush() {}
};

}  // namespace earshot

template <>
struct std::hash<earshot::Endpoint> {
  std::size_t operator()(const earshot::Endpoint& e) const {
    return std::hash<std::uint64_t>{}((std::uint64_t{e.address} << 16U) | e.port);
  }
};

#endif  // EARSHOT_CORE_BASE_DATAGRAM_H_
