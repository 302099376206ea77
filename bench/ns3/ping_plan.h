// bench/ns3/ping_plan.h: the world that both sides simulate: who pings whom, how often, how far.
//
// Read by the program for ns-3 too, whose headers are no C++20: the standard library of C++17 alone.
#ifndef EARSHOT_BENCH_NS3_PING_PLAN_H_
#define EARSHOT_BENCH_NS3_PING_PLAN_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>

namespace earshot {

// Every device exchanges pings with every landmark. Nothing is lost and nothing is queued: a path is
// its delay, so that the round-trip time of every ping is known beforehand.
struct PingPlan {
  std::uint32_t devices = 1'000;
  std::uint32_t landmarks = 4;
  std::uint32_t rounds = 3;
  std::uint32_t pings = 20;  // of a device and landmark in a round

  std::uint64_t Pairs() const { return std::uint64_t{devices} * landmarks; }
  std::uint64_t RoundTrips() const { return Pairs() * rounds * pings; }
};

// Payload bytes of a PING and of a PONG.
inline constexpr std::uint32_t kPingPayloadBytes = 64;

// How far a simulated round-trip time may lie from twice the delay: ns-3 devices have a rate, and
// putting 94 bytes on the wire at the rate they are given here takes a nanosecond.
inline constexpr std::chrono::nanoseconds kRttTolerance{10};

// The same both ways: 1 to 61 ms, scattered.
inline std::chrono::nanoseconds OneWayDelay(std::uint32_t device, std::uint32_t landmark) {
  const std::uint64_t scattered =
      (std::uint64_t{device} * 2'654'435'761U + std::uint64_t{landmark} * 3'928'791U) % 60'000U;
  return std::chrono::milliseconds(1) +
         std::chrono::microseconds(static_cast<std::int64_t>(scattered));
}

// "DEVICES LANDMARKS ROUNDS PINGS", as arguments of a side; none when they are not four numbers within
// what both sides can hold.
inline std::optional<PingPlan> ParsePlan(int count, const char* const* arguments) {
  constexpr std::array<unsigned long, 4> kMost = {10'000, 64, 1'000, 160};
  std::array<std::uint32_t, 4> given{};
  if (count != static_cast<int>(given.size())) return std::nullopt;
  for (std::size_t i = 0; i < given.size(); ++i) {
    char* end = nullptr;
    const unsigned long number = std::strtoul(arguments[i], &end, 10);
    if (*end != '\0' || number == 0 || number > kMost[i]) return std::nullopt;
    given[i] = static_cast<std::uint32_t>(number);
  }
  return PingPlan{given[0], given[1], given[2], given[3]};
}

}  // namespace earshot

#endif  // EARSHOT_BENCH_NS3_PING_PLAN_H_
