// sim/net/virtual_network.h: datagrams between engines in virtual time.
//
//   engine --Send--> [ path: delay + jitter, loss, copies, one flipped bit ] --> host --> engine
//
// Time stands still while an engine works: sending and answering take none, so an RTT is what the
// path added and nothing else. Everything follows from the seed and the calls.
#ifndef EARSHOT_SIM_NET_VIRTUAL_NETWORK_H_
#define EARSHOT_SIM_NET_VIRTUAL_NETWORK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/datagram.h"
#include "sim/net/event_queue.h"
#include "sim/path/packet_fate.h"
#include "sim/path/path_weather.h"

namespace earshot {

// Something with sockets and timers of its own. Calls come from VirtualNetwork alone, on its thread.
class VirtualHost {
 public:
  virtual ~VirtualHost() = default;
  // A datagram arrived on socket `socket`, counted from 0 in the order of Attach.
  virtual void OnDatagram(std::uint32_t socket, const Endpoint& from, ByteSpan datagram,
                          const ClockReading& now) = 0;
  virtual void OnTimer(const ClockReading& now) = 0;
  // When OnTimer has something to do; asked after every call.
  virtual std::optional<MonotonicInstant> NextWake() const = 0;
};

// Packets on their way at one time; one more is dropped and counted, as in a full router.
inline constexpr std::size_t kPacketsInFlightMax = std::size_t{1} << 20U;

struct VirtualNetworkCounts {
  std::uint64_t sent = 0;
  std::uint64_t delivered = 0;
  std::uint64_t lost = 0;        // by chance or to a cut
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t corrupted = 0;
  std::uint64_t no_path = 0;     // nobody there, or no path to them
  std::uint64_t over_limit = 0;

  friend bool operator==(const VirtualNetworkCounts&, const VirtualNetworkCounts&) = default;
};

// One shard of a virtual world. Not thread-safe.
class VirtualNetwork {
 public:
  explicit VirtualNetwork(const ClockReading& start);
  ~VirtualNetwork();
  VirtualNetwork(const VirtualNetwork&) = delete;
  VirtualNetwork& operator=(const VirtualNetwork&) = delete;

  Clock& clock() { return clock_; }

  // Adds a host; it must outlive the network. Its number orders what happens at one instant.
  std::uint32_t AddHost(VirtualHost& host);
  // Opens the host's next socket. The transport lives as long as the network. An endpoint has one
  // socket (CHECK).
  DatagramTransport& Attach(std::uint32_t host, const Endpoint& local);
  // Joins two endpoints. The fate of a packet is drawn by `key`, direction and its number on this
  // path alone; whether it is let through, and what it waits beyond that, by `weather` and `route` at
  // the moment at which it is sent, half of a round trip's delay each way.
  void Connect(const Endpoint& agent, const Endpoint& landmark, const PathConditions& conditions,
               PhiloxKey key, PathWeather weather = {}, PhiloxKey route = {});

  // From `at` on, packets between the two are on their way for so long instead. At most once a pair,
  // which must be joined (CHECK).
  void Reroute(const Endpoint& agent, const Endpoint& landmark, MonotonicInstant at,
               Duration forward, Duration backward);

  // Asks every host when it wants to be woken; call it once before the first RunUntil, and for a
  // host that was used from outside.
  void Rearm(std::uint32_t host);

  // Lets time pass: everything before `end` happens, in the order of EventOrder; then the clock
  // shows `end`. What is due at `end` itself waits for the next call. False when a host called Halt:
  // then the clock stands at that moment.
  bool RunUntil(MonotonicInstant end);
  // For hosts: no event after the present one.
  void Halt() { halted_ = true; }
  // The first instant at which something happens; none: nothing ever will.
  std::optional<MonotonicInstant> NextEvent() const;

  const VirtualNetworkCounts& counts() const { return counts_; }

 private:
  class Socket;
  struct Host {
    VirtualHost* host = nullptr;
    std::vector<std::uint32_t> sockets;
    std::optional<MonotonicInstant> armed;
    std::uint64_t next_number = 0;  // of the events it causes
  };
  struct Path {
    PathConditions conditions;
    PhiloxKey key;
    std::unique_ptr<const PathWeather> weather;  // null: calm
    PhiloxKey route;
    std::uint64_t packets[2] = {0, 0};  // by lane: to the landmark, to the agent
    std::optional<MonotonicInstant> rerouted_at;
    Duration rerouted[2] = {Duration(0), Duration(0)};  // by lane
  };
  // From one socket to another.
  struct Route {
    std::uint32_t path = 0;
    std::uint32_t lane = 0;
    std::uint32_t to = 0;
  };
  struct Flight {
    std::uint32_t from = 0;  // sockets
    std::uint32_t to = 0;
    Bytes datagram;
  };

  void OnSend(Socket& from, const Endpoint& to, ByteSpan datagram);
  void Launch(std::uint32_t from, std::uint32_t to, ByteSpan datagram, Duration delay,
              std::optional<std::uint32_t> corrupted);
  void Arrive(std::uint32_t slot);
  void Schedule(std::uint32_t host, MonotonicInstant at, std::uint64_t payload);

  MonotonicInstant start_;
  ManualClock clock_;
  bool halted_ = false;
  EventQueue queue_;
  std::vector<Host> hosts_;
  std::vector<std::unique_ptr<Socket>> sockets_;
  std::unordered_map<Endpoint, std::uint32_t> by_endpoint_;  // looked up, never walked
  std::vector<Path> paths_;
  std::vector<Flight> flights_;
  std::vector<std::uint32_t> free_flights_;
  Bytes arriving_;  // what a host reads now; its memory and the flights' go round
  VirtualNetworkCounts counts_;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_NET_VIRTUAL_NETWORK_H_
