#include "sim/fleet/least_extra.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/path/packet_fate.h"

namespace earshot {
namespace {

constexpr std::uint32_t kTrains = 4;
constexpr std::uint32_t kTrainLength = 5;

ScenarioNetwork Network(double loss, double reorder, double duplicate = 0) {
  ScenarioNetwork network;
  network.jitter = std::chrono::milliseconds(1);
  network.loss = loss;
  network.reorder = reorder;
  network.duplicate = duplicate;
  return network;
}

std::optional<Duration> FirstOf(const PacketFate& fate) {
  if (fate.lost) return std::nullopt;
  return std::min(fate.extra, fate.copy.value_or(fate.extra));
}

// The same by drawing the fate of every packet; sorted, rounds that are not calm left out.
std::vector<Duration> ByPackets(const ScenarioNetwork& network, std::uint64_t rounds) {
  PathConditions path;
  path.jitter = network.jitter;
  path.loss = network.loss;
  path.reorder = network.reorder;
  path.duplicate = network.duplicate;
  const CalmRound calm(network, kTrains, kTrainLength);
  std::vector<Duration> least;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    std::optional<Duration> best;
    LostPackets lost;
    for (std::size_t ping = 1; ping <= calm.pings(); ++ping) {
      const std::uint64_t number = round * calm.pings() + ping;
      const auto there = FirstOf(DrawFate(PhiloxKey{1}, 0, number, path));
      const auto back = FirstOf(DrawFate(PhiloxKey{1}, 1, number, path));
      lost.set(calm.ping_at(ping), !there.has_value());
      lost.set(calm.pong_at(ping), !back.has_value());
      if (!there.has_value() || !back.has_value()) continue;
      best = std::min(best.value_or(*there + *back), *there + *back);
    }
    if (calm.IsCalm(lost, false)) least.push_back(best.value());
  }
  std::ranges::sort(least);
  return least;
}

TEST(LeastExtra, HasTheDistributionOfTheLeastOfManyPackets) {
  for (const auto& network : {Network(0, 0), Network(0.03, 0), Network(0.02, 0.6),
                              Network(0.02, 0, 0.5), Network(0, 0.05, 0.5)}) {
    const std::vector<Duration> packets = ByPackets(network, 20'000);
    const CalmRound calm(network, kTrains, kTrainLength);
    const LeastExtra least(network, calm);
    for (const double share : {0.01, 0.1, 0.5, 0.9, 0.99}) {
      const Duration drawn = least.At(static_cast<std::uint32_t>(share * 0x1p32));
      // Four standard errors of the rank, and what the table may err by.
      const double n = static_cast<double>(packets.size());
      const double off = 4 * std::sqrt(n * share * (1 - share));
      const Duration least_seen = packets[static_cast<std::size_t>(n * share - off)];
      const Duration most_seen =
          packets[static_cast<std::size_t>(std::min(n * share + off, n - 1))];
      EXPECT_GE(drawn, least_seen - network.jitter / 100) << "loss " << network.loss << ", " << share;
      EXPECT_LE(drawn, most_seen + network.jitter / 100) << "loss " << network.loss << ", " << share;
    }
  }
}

TEST(LeastExtra, NeverFalls) {
  const ScenarioNetwork network = Network(0.05, 0.1);
  const LeastExtra least(network, CalmRound(network, kTrains, kTrainLength));
  Duration last(0);
  for (std::uint64_t word = 0; word < (std::uint64_t{1} << 32U); word += 65'537) {
    const Duration now = least.At(static_cast<std::uint32_t>(word));
    EXPECT_GE(now, last) << word;
    last = now;
  }
  EXPECT_NEAR(least.ShareWithin(least.At(1U << 31U)), 0.5, 1e-3);
}

TEST(ExtraTally, AddsWhatWasPlayedToWhatWasCalm) {
  const ScenarioNetwork network = Network(0, 0);
  const LeastExtra least(network, CalmRound(network, kTrains, kTrainLength));
  ExtraTally none(least.mean());
  const auto near = [](Duration found, Duration expected) {
    EXPECT_LT(std::chrono::abs(found - expected), std::chrono::microseconds(20));
  };
  near(none.QuantileWith(least, 1000, 0.9), least.At(static_cast<std::uint32_t>(0.9 * 0x1p32)));
  ExtraTally late(least.mean());
  for (int i = 0; i < 1000; ++i) late.Count(10 * network.jitter);
  near(late.QuantileWith(least, 1000, 0.75), 10 * network.jitter);
  near(late.QuantileWith(least, 1000, 0.25), least.At(1U << 31U));
}

TEST(LeastExtra, WithoutJitterThereIsNone) {
  ScenarioNetwork quiet;
  quiet.jitter = Duration(0);
  EXPECT_EQ(LeastExtra(quiet, CalmRound(quiet, 1, kTrainLength)).At(0xffffffff), Duration(0));
}

}  // namespace
}  // namespace earshot
