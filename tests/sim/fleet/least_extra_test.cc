#include "sim/fleet/least_extra.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/path/packet_fate.h"

namespace earshot {
namespace {

constexpr std::uint32_t kPings = 20;

ScenarioNetwork Network(double loss, double reorder) {
  ScenarioNetwork network;
  network.jitter = std::chrono::milliseconds(1);
  network.loss = loss;
  network.reorder = reorder;
  return network;
}

// The same by drawing the fate of every packet; sorted, unheard ones left out.
std::vector<Duration> ByPackets(const ScenarioNetwork& network, std::uint64_t rounds) {
  PathConditions path;
  path.jitter = network.jitter;
  path.loss = network.loss;
  path.reorder = network.reorder;
  std::vector<Duration> least;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    std::optional<Duration> best;
    for (std::uint64_t ping = 0; ping < kPings; ++ping) {
      const PacketFate there = DrawFate(PhiloxKey{1}, 0, round * kPings + ping, path);
      const PacketFate back = DrawFate(PhiloxKey{1}, 1, round * kPings + ping, path);
      if (there.lost || back.lost) continue;
      const Duration extra = there.extra + back.extra;
      best = std::min(best.value_or(extra), extra);
    }
    if (best.has_value()) least.push_back(*best);
  }
  std::ranges::sort(least);
  return least;
}

TEST(LeastExtra, HasTheDistributionOfTheLeastOfManyPackets) {
  for (const auto& [loss, reorder] : {std::pair{0.0, 0.0}, std::pair{0.3, 0.0}, std::pair{0.1, 0.6}}) {
    const ScenarioNetwork network = Network(loss, reorder);
    const std::vector<Duration> packets = ByPackets(network, 20'000);
    const LeastExtra least(network, kPings);
    for (const double share : {0.01, 0.1, 0.5, 0.9, 0.99}) {
      const auto drawn = least.At(static_cast<std::uint32_t>(share * 0x1p32));
      ASSERT_TRUE(drawn.has_value());
      // Four standard errors of the rank, and what the table may err by.
      const double n = static_cast<double>(packets.size());
      const double off = 4 * std::sqrt(n * share * (1 - share));
      const Duration least_seen = packets[static_cast<std::size_t>(n * share - off)];
      const Duration most_seen =
          packets[static_cast<std::size_t>(std::min(n * share + off, n - 1))];
      EXPECT_GE(*drawn, least_seen - network.jitter / 100) << "loss " << loss << ", " << share;
      EXPECT_LE(*drawn, most_seen + network.jitter / 100) << "loss " << loss << ", " << share;
    }
  }
}

TEST(LeastExtra, NeverFallsAndIsUnheardOnlyAtTheEnd) {
  const LeastExtra least(Network(0.9, 0.1), kPings);
  EXPECT_NEAR(least.unheard_probability(), std::pow(1 - 0.01, kPings), 1e-9);
  std::optional<Duration> last = Duration(0);
  std::uint64_t unheard = 0;
  for (std::uint64_t word = 0; word < (std::uint64_t{1} << 32U); word += 65'537) {
    const auto now = least.At(static_cast<std::uint32_t>(word));
    EXPECT_TRUE(last.has_value() || !now.has_value()) << word;
    if (now.has_value()) {
      EXPECT_GE(*now, *last) << word;
    }
    unheard += now.has_value() ? 0U : 1U;
    last = now;
  }
  EXPECT_NEAR(static_cast<double>(unheard) / 65536, least.unheard_probability(), 1e-3);
}

TEST(LeastExtra, WithoutJitterThereIsNone) {
  ScenarioNetwork quiet;
  quiet.jitter = Duration(0);
  EXPECT_EQ(LeastExtra(quiet, 5).At(0xffffffff), Duration(0));
}

}  // namespace
}  // namespace earshot
