// Our probes over real sockets, in hard times: what must hold however late everything is. Timing
// itself is the bench's affair.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "bench/latency/core_limits.h"
#include "bench/latency/network.h"
#include "bench/latency/own_probe.h"
#include "bench/latency/peers.h"
#include "bench/latency/truth_match.h"
#include "core/latency/statistics.h"
#include "core/os/system_clock.h"
#include "sim/live/child.h"

namespace earshot {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::HasSubstr;

class Folder {
 public:
  Folder() {
    std::string pattern = testing::TempDir() + "/earshot-latency-XXXXXX";
    EARSHOT_CHECK(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

constexpr ProbeForm kFewTrains{.train_length = 5, .gap = microseconds(200),
                               .interval = milliseconds(10), .trains = 12};

// A relay of frames between namespaces, in a process of its own; nothing where it is not permitted.
class RelayedPath {
 public:
  explicit RelayedPath(const PathConditions& conditions) {
    Result<BenchNetwork> made = BenchNetwork::Create();
    if (!made.has_value()) return;
    network_ = *std::move(made);
    truth = *SharedTruth::Create();
    {
      const InNamespace inside(network_->relay_namespace());
      relay_ = *PacketRelay::Open({kBenchLandmarkSide, kBenchAgentSide, conditions, 5}, truth.get());
    }
    process_ = *Child::Fork("relay", [this] { relay_->Run(); return 0; },
                            folder.path + "/relay.log");
    places.landmark_namespace = network_->landmark_namespace();
    places.agent_namespace = network_->agent_namespace();
    places.landmark_address = kBenchLandmarkAddress;
    places.agent_address = kBenchAgentAddress;
  }
  bool permitted() const { return process_.has_value(); }

  Folder folder;
  ProbePlaces places;
  std::unique_ptr<SharedTruth> truth;

 private:
  std::optional<BenchNetwork> network_;
  std::unique_ptr<PacketRelay> relay_;
  std::optional<Child> process_;
};

PathConditions Path(Duration one_way) {
  PathConditions conditions;
  conditions.forward = one_way;
  conditions.backward = one_way;
  return conditions;
}

// No sample may be shorter than what the relay saw on the wire.
void ExpectSound(const ProbeRun& run, const SharedTruth& truth) {
  const auto records = truth.Since(0);
  const auto trips = PairRoundTrips(records);
  for (const auto& train : run.trains) {
    for (const TimedPing& ping : train) {
      const RoundTripTruth* own = FindPing(trips, ping);
      if (own == nullptr) continue;
      EXPECT_GE(ping.sample.rtt.duration(), own->wire);
      EXPECT_GE(ping.user.duration(), own->wire);
    }
  }
}

TEST(OwnProbeTest, OverLoopbackEveryPingIsAnsweredAndTheClassIsSaid) {
  const Folder folder;
  const auto bench = *ProbeBench::Create({}, folder.path);
  const auto run = bench->Run(kFewTrains, 0);
  ASSERT_TRUE(run.has_value()) << run.error().message();
  EXPECT_EQ(run->pings_sent, 60U);
  EXPECT_EQ(run->pings_answered, 60U);
  EXPECT_EQ(run->trains.size(), 12U);
  EXPECT_EQ(run->rounds_unclosed, 0U);
  EXPECT_EQ(run->landmark_scheduling, "SCHED_OTHER");
  EXPECT_EQ(run->agent_scheduling, "SCHED_OTHER");
  for (const auto& train : run->trains) {
    for (const TimedPing& ping : train) EXPECT_LE(ping.sample.rtt, ping.user);
  }
}

TEST(OwnProbeTest, WithoutKernelStampsTheClockReadingsServe) {
  const Folder folder;
  const auto bench = *ProbeBench::Create({}, folder.path);
  ProbeForm form = kFewTrains;
  form.kernel_stamps = false;
  const auto run = bench->Run(form, 0);
  ASSERT_TRUE(run.has_value()) << run.error().message();
  EXPECT_EQ(run->pings_answered, 60U);
  for (const auto& train : run->trains) {
    for (const TimedPing& ping : train) {
      EXPECT_EQ(ping.sample.stamps, StampKind::kUserSpace);
      const bool stepped = Has(ping.sample.taint, Taint::kClockStep);
      EXPECT_TRUE(stepped || ping.sample.rtt == ping.user);
    }
  }
}

TEST(OwnProbeTest, MoreTrainsThanAChainHoldsTakeSeveralRoundsOfOneSession) {
  const Folder folder;
  const auto bench = *ProbeBench::Create({}, folder.path);
  ProbeForm form = kFewTrains;
  form.trains = 60;
  form.interval = milliseconds(4);
  const auto run = bench->Run(form, 0);
  ASSERT_TRUE(run.has_value()) << run.error().message();
  EXPECT_EQ(run->trains.size(), 60U);
  const TimedPing& first = run->trains.front().front();
  const TimedPing& last = run->trains.back().front();
  EXPECT_EQ(first.session, last.session);
  EXPECT_EQ(first.round + 1, last.round);
}

TEST(OwnProbeTest, ThroughTheRelayNoSampleIsShorterThanTheWire) {
  RelayedPath path(Path(milliseconds(2)));
  if (!path.permitted()) GTEST_SKIP() << "no network namespaces here";
  const auto bench = *ProbeBench::Create(path.places, path.folder.path);
  const auto run = bench->Run(kFewTrains, 0);
  ASSERT_TRUE(run.has_value()) << run.error().message();
  EXPECT_EQ(run->pings_answered, 60U);
  for (const auto& train : run->trains) {
    EXPECT_GE(train.front().sample.rtt.duration(), milliseconds(4));
  }
  ExpectSound(*run, *path.truth);
}

TEST(OwnProbeTest, ThirtyPerCentLossCostsAnswersAndNoSoundness) {
  PathConditions lossy = Path(milliseconds(1));
  lossy.loss = 0.3;
  RelayedPath path(lossy);
  if (!path.permitted()) GTEST_SKIP() << "no network namespaces here";
  const auto bench = *ProbeBench::Create(path.places, path.folder.path);
  const auto run = bench->Run(kFewTrains, 0);
  ASSERT_TRUE(run.has_value()) << run.error().message();
  EXPECT_LT(run->pings_answered, run->pings_sent);
  EXPECT_GT(run->pings_answered, 0U);
  ExpectSound(*run, *path.truth);
}

TEST(OwnProbeTest, HalfOfAllDuplicatedChangesNoAnswer) {
  PathConditions doubled = Path(milliseconds(1));
  doubled.duplicate = 0.5;
  RelayedPath path(doubled);
  if (!path.permitted()) GTEST_SKIP() << "no network namespaces here";
  const auto bench = *ProbeBench::Create(path.places, path.folder.path);
  const auto run = bench->Run(kFewTrains, 0);
  ASSERT_TRUE(run.has_value()) << run.error().message();
  EXPECT_EQ(run->pings_answered, run->pings_sent);
  ExpectSound(*run, *path.truth);
}

TEST(OwnProbeTest, WithEveryCoreBusySamplesStaySound) {
  RelayedPath path(Path(milliseconds(1)));
  if (!path.permitted()) GTEST_SKIP() << "no network namespaces here";
  std::vector<Child> busy;
  for (unsigned i = 0; i < 2 * std::thread::hardware_concurrency() && i < 8; ++i) {
    busy.push_back(*Child::Fork("busy", [] {
      SystemClock clock;
      const MonotonicInstant end = clock.Now() + std::chrono::seconds(20);
      while (clock.Now() < end) {
      }
      return 0;
    }, path.folder.path + "/busy.log"));
  }
  const auto bench = *ProbeBench::Create(path.places, path.folder.path);
  const auto run = bench->Run(kFewTrains, 0);
  ASSERT_TRUE(run.has_value()) << run.error().message();
  EXPECT_GT(run->pings_answered, 0U);
  ExpectSound(*run, *path.truth);
}

TEST(BenchNetworkTest, NamespacesAreGoneWithTheirOwner) {
  std::string at_work;
  const auto name = [](int fd) {
    return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd)).string();
  };
  {
    const auto network = BenchNetwork::Create();
    if (!network.has_value()) GTEST_SKIP() << "no network namespaces here";
    at_work = name(network->agent_namespace());
    EXPECT_THAT(at_work, HasSubstr("net:["));
    EXPECT_NE(at_work, std::filesystem::read_symlink("/proc/self/ns/net").string());
  }
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    EXPECT_NE(std::filesystem::read_symlink(entry, error).string(), at_work);
  }
}

TEST(CoreLimitsTest, OrdinaryClassIsSaidAndWhatIsCountedIsPlausible) {
  const Folder folder;
  const auto limits = MeasureCoreLimits(-1, 0, folder.path);
  ASSERT_TRUE(limits.has_value()) << limits.error().message();
  EXPECT_EQ(limits->scheduling, "SCHED_OTHER");
  EXPECT_GT(limits->wake_median, Duration(0)) << "nobody wakes before a timer is due";
  EXPECT_GE(limits->wake_p99, limits->wake_median);
  EXPECT_EQ(limits->gaps_per_second > 0, limits->gap_longest > kCoreGapMin);
}

TEST(CoreLimitsTest, CoreThatIsNotThereIsAnErrorAndNoFigure) {
  const Folder folder;
  EXPECT_FALSE(MeasureCoreLimits(1023, 0, folder.path).has_value());
}

TEST(PeersTest, MissingPeerIsSaidAndSkipped) {
  const Folder folder;
  const PeerSearch search = FindPeers(folder.path + "/nowhere", folder.path);
  // irtt and sockperf are on no machine by themselves; where somebody installed them, they are found.
  for (const char* name : {"irtt", "sockperf"}) {
    const bool found = std::ranges::any_of(search.found, [&](const PeerProgram& p) {
      return p.name == name;
    });
    const bool said = std::ranges::any_of(search.skipped, [&](const std::string& why) {
      return why.starts_with(name) && why.find("unpack-peers") != std::string::npos;
    });
    EXPECT_NE(found, said) << name;
  }
}

TEST(PeersTest, PeerThatFailsYieldsAnErrorAndNoFigure) {
  const Folder folder;
  const PeerProgram broken{PeerKind::kPing, "ping", "/bin/false", "", ""};
  const auto run = RunPeer(broken, {.places = {}, .count = 1, .folder = folder.path});
  ASSERT_FALSE(run.has_value());
  EXPECT_THAT(run.error().message(), HasSubstr("exit code 1"));
}

TEST(PeersTest, PeerThatPrintsNothingOfUseYieldsAnErrorAndNoFigure) {
  const Folder folder;
  const PeerProgram mute{PeerKind::kPing, "ping", "/bin/true", "", ""};
  const auto run = RunPeer(mute, {.places = {}, .count = 1, .folder = folder.path});
  ASSERT_FALSE(run.has_value());
  EXPECT_THAT(run.error().message(), HasSubstr("printed no round-trip time"));
}

TEST(ChildPlaceTest, RefusedRealTimeClassLeavesTheOrdinaryOneAndSaysSo) {
  const Folder folder;
  const auto child = Child::Fork("pause", [] { return pause(); }, folder.path + "/log",
                                 {.core = -1, .priority = 100});  // no such priority
  ASSERT_TRUE(child.has_value());
  EXPECT_EQ(SchedulingOf(child->pid()), "SCHED_OTHER");
}

}  // namespace
}  // namespace earshot
