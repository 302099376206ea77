// tests/support/fake_network.h: datagrams between engines in virtual time, with faults on demand.
#ifndef EARSHOT_TESTS_SUPPORT_FAKE_NETWORK_H_
#define EARSHOT_TESTS_SUPPORT_FAKE_NETWORK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "core/base/clock.h"
#include "core/base/datagram.h"
#include "core/crypto/seeded_random.h"

namespace earshot {

// What befalls each datagram by itself.
struct Faults {
  double loss = 0;
  double duplicate = 0;
  double reorder = 0;  // held for `reorder_by` more
  Duration reorder_by = std::chrono::milliseconds(5);
};

// One thread, one clock. Ties are broken by the order of sending.
class FakeNetwork {
 public:
  using Deliver =
      std::function<void(const Endpoint& from, ByteSpan bytes, const ClockReading& now)>;

  explicit FakeNetwork(std::uint64_t seed) : random_(seed) {}

  ManualClock& clock() { return clock_; }
  MonotonicInstant now() { return clock_.Now(); }
  Faults& faults() { return faults_; }

  // A socket at `local`. It and `deliver` live as long as the network.
  DatagramTransport& Attach(const Endpoint& local, Deliver deliver) {
    Port& port = ports_[local];
    port.network = this;
    port.local = local;
    port.deliver = std::move(deliver);
    return port;
  }

  // How long a datagram takes from `from` to `to`; without an entry, 5 ms.
  void SetDelay(const Endpoint& from, const Endpoint& to, Duration one_way) {
    delays_[{from, to}] = one_way;
  }
  // Sees every datagram as it is sent; true: it is lost.
  void SetTap(std::function<bool(const Endpoint&, const Endpoint&, ByteSpan)> tap) {
    tap_ = std::move(tap);
  }
  // Puts a datagram on the wire as if `from` had sent it.
  void Inject(const Endpoint& from, const Endpoint& to, ByteSpan bytes) {
    Enqueue(from, to, bytes, Duration(0));
  }

  // Something with timers of its own.
  struct Actor {
    std::function<std::optional<MonotonicInstant>()> next_wake;
    std::function<void(const ClockReading&)> on_timer;
  };
  void AddActor(Actor actor) { actors_.push_back(std::move(actor)); }

  // Lets `duration` pass. Actors and datagrams run in the order of their instants.
  void Run(Duration duration) {
    const MonotonicInstant end = now() + duration;
    while (true) {
      MonotonicInstant next = end;
      for (const Actor& actor : actors_) {
        if (const auto wake = actor.next_wake()) next = std::min(next, *wake);
      }
      if (!flights_.empty()) next = std::min(next, flights_.begin()->first.first);
      if (next >= end) break;
      if (next > now()) clock_.Advance(next - now());
      if (!flights_.empty() && flights_.begin()->first.first <= now()) {
        const Flight flight = std::move(flights_.extract(flights_.begin()).mapped());
        Arrive(flight);
        continue;
      }
      for (const Actor& actor : actors_) {
        const auto wake = actor.next_wake();
        if (wake.has_value() && *wake <= now()) actor.on_timer(clock_.Read());
      }
      // An actor that asks for the present again and again would stop the world.
      if (++steps_ > kStepsMax) throw std::runtime_error("an actor never sleeps");
    }
    if (end > now()) clock_.Advance(end - now());
  }

  std::uint64_t sent() const { return sent_; }

 private:
  static constexpr std::uint64_t kStepsMax = 5'000'000;
  struct Flight {
    Endpoint from;
    Endpoint to;
    Bytes bytes;
  };
  struct Port final : DatagramTransport {
    ClockReading Send(const Endpoint& to, ByteSpan datagram, std::uint64_t) override {
      const ClockReading before = network->clock_.Read();
      network->OnSend(local, to, datagram);
      return before;
    }
    FakeNetwork* network = nullptr;
    Endpoint local;
    Deliver deliver;
  };

  void OnSend(const Endpoint& from, const Endpoint& to, ByteSpan bytes) {
    ++sent_;
    if (tap_ && tap_(from, to, bytes)) return;
    if (random_.NextUnit() < faults_.loss) return;
    const bool late = random_.NextUnit() < faults_.reorder;
    Enqueue(from, to, bytes, late ? faults_.reorder_by : Duration(0));
    if (random_.NextUnit() < faults_.duplicate) {
      Enqueue(from, to, bytes, std::chrono::microseconds(300));
    }
  }
  void Enqueue(const Endpoint& from, const Endpoint& to, ByteSpan bytes, Duration extra) {
    const auto delay = delays_.find({from, to});
    const Duration flight =
        delay == delays_.end() ? Duration(std::chrono::milliseconds(5)) : delay->second;
    flights_.emplace(std::pair{now() + flight + extra, next_flight_++},
                     Flight{from, to, Bytes(bytes.begin(), bytes.end())});
  }
  void Arrive(const Flight& flight) {
    const auto port = ports_.find(flight.to);
    if (port != ports_.end()) port->second.deliver(flight.from, flight.bytes, clock_.Read());
  }

  SeededRandom random_;
  ManualClock clock_;
  Faults faults_;
  std::map<Endpoint, Port> ports_;
  std::map<std::pair<Endpoint, Endpoint>, Duration> delays_;
  std::map<std::pair<MonotonicInstant, std::uint64_t>, Flight> flights_;
  std::uint64_t next_flight_ = 0;
  std::vector<Actor> actors_;
  std::function<bool(const Endpoint&, const Endpoint&, ByteSpan)> tap_;
  std::uint64_t sent_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace earshot

#endif  // EARSHOT_TESTS_SUPPORT_FAKE_NETWORK_H_
