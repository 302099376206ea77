// sim/net/virtual_world.h: a whole scenario in virtual time: the sites, and what they share.
#ifndef EARSHOT_SIM_NET_VIRTUAL_WORLD_H_
#define EARSHOT_SIM_NET_VIRTUAL_WORLD_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/appraisal/country_map.h"
#include "core/appraisal/placement_test.h"
#include "core/base/result.h"
#include "core/report/event_log.h"
#include "sim/net/site_world.h"
#include "sim/net/virtual_network.h"
#include "sim/net/virtual_run.h"
#include "sim/run/run_material.h"
#include "sim/scenario/resolve.h"

namespace earshot {

// Every packet is real and every agent an engine: beyond so many devices, reference agents included,
// a world would need more memory than it is worth.
inline constexpr std::size_t kPacketDevicesMax = 20'000;

struct VirtualWorldOptions {
  unsigned threads = 1;  // any number gives the same events
  // Gets each event's line, in the order of the run; may be empty.
  std::function<void(std::string_view line)> on_event;
};

// When a virtual run begins by its wall clock: 1 January 2026, 00:00 UTC. The same for every run, so
// that no run depends on the day.
inline constexpr ClockReading kVirtualStart = {
    MonotonicInstant::FromNanoseconds(3'600'000'000'000),
    WallInstant::FromNanoseconds(1'767'225'600'000'000'000)};
static_assert(kVirtualStart.wall.nanoseconds() % Duration(std::chrono::hours(24)).count() == 0,
              "PathWeather takes the start of a run for midnight UTC");

// Deterministic: scenario, seed and program decide every event, whatever the number of threads.
// Every key is drawn from the seed too, so signatures made here show that checks work and prove
// nothing to a stranger. Not thread-safe; uses threads of its own within its calls.
class VirtualWorld {
 public:
  // `resolved`, `test` and `map` must outlive the world. kInvalidArgument: more devices than
  // kPacketDevicesMax, more threads than kVirtualThreadsMax or none, a run longer than its keys are
  // in force (kRunValidity), rounds that do not fit (CheckRoundOptions).
  static Result<std::unique_ptr<VirtualWorld>> Create(const ResolvedScenario& resolved,
                                                      const PlacementTest& test,
                                                      const CountryMap& map,
                                                      const VirtualWorldOptions& options);

  // Lets time pass to the end of the next round and judges it. False: there was none left, and the
  // run is over.
  bool RunRound();

  // Latest verdicts by device name, bundles included.
  std::map<std::string, DeviceVerdict> Verdicts() const;
  // Drops the bundles of all verdicts, to save memory between rounds.
  void DropBundles();
  // Hands out every bundle with its file name, and puts the name in its place.
  Status TakeBundles(const std::function<Status(const std::string& file, std::string bytes)>& take);

  // The report of all sites, with event hash and network, without what only the scenario knows.
  v1::RunReport Report() const;

  const Ed25519PublicKey& root() const { return material_.authority.root().public_key(); }
  const Bytes32& event_hash() const { return log_.hash(); }
  std::uint64_t events() const { return log_.count(); }
  std::uint32_t rounds() const { return rounds_; }
  std::size_t sites() const { return sites_.size(); }
  VirtualNetworkCounts counts() const;
  SampleTruth truth() const;
  std::span<const Landmark> landmarks() const { return sites_.front()->verifier().landmarks(); }

 private:
  VirtualWorld(const ResolvedScenario& resolved, RunMaterial material, const PlacementTest& test,
               const CountryMap& map, const VirtualWorldOptions& options);
  void ForEachSite(const std::function<void(SiteWorld&)>& work);
  void MergeEvents();

  RunMaterial material_;
  WorldPlan plan_;
  VirtualWorldOptions options_;
  EventLog log_;
  std::vector<std::unique_ptr<SiteWorld>> sites_;
  std::uint32_t rounds_ = 0;
  bool over_ = false;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_NET_VIRTUAL_WORLD_H_
