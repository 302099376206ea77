// sim/net/site_world.h: everything that is declared at one site, and the landmarks as it meets them.
//
// A virtual world is cut by declared site: devices of different sites never exchange a packet, and a
// landmark keeps nothing across devices that an answer depends on. So each site gets landmark
// engines of its own under the landmarks' keys, and time of its own; what the landmarks learned of
// themselves is pooled between rounds (LandmarkNews). The reference agents are one more site.
#ifndef EARSHOT_SIM_NET_SITE_WORLD_H_
#define EARSHOT_SIM_NET_SITE_WORLD_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/appraisal/country_map.h"
#include "core/appraisal/placement_test.h"
#include "core/base/result.h"
#include "core/report/event_log.h"
#include "server/engine/run_tally.h"
#include "server/engine/server_engine.h"
#include "sim/adversary/deaf_landmark.h"
#include "sim/adversary/lying_landmark.h"
#include "sim/net/agent_host.h"
#include "sim/net/virtual_network.h"
#include "sim/run/run_material.h"
#include "sim/scenario/resolve.h"

namespace earshot {

// What all sites of a world share. References must outlive the sites; safe from any thread.
struct WorldPlan {
  const ResolvedScenario& resolved;
  const RunMaterial& material;
  const PlacementTest& test;
  const CountryMap& map;
  ClockReading start;
};

// Measured round-trip times against what the paths really took.
struct SampleTruth {
  std::uint64_t samples = 0;
  std::uint64_t tainted = 0;
  std::uint64_t below = 0;  // shorter than the undisturbed path: must be 0 where nobody lies

  friend bool operator==(const SampleTruth&, const SampleTruth&) = default;
};

// Confined to one thread at a time.
class SiteWorld final : public VirtualHost, public ServerObserver {
 public:
  // `devices`: indices into ResolvedScenario::devices. Errors as Verifier::Create and enrolment.
  static Result<std::unique_ptr<SiteWorld>> Create(const WorldPlan& plan, std::string name,
                                                   const std::vector<std::size_t>& devices);
  ~SiteWorld() override;

  // Lets time pass to the end of the next round. False: there is none.
  bool RunRound();
  // After RunRound: what this site knows of the landmarks, then the judgement by all sites' news.
  LandmarkNews News() const { return server_->News(); }
  void JudgeRound(const LandmarkNews& news) { server_->JudgeRound(news); }
  // The last events of the run.
  void Finish(std::string_view why) { tally_.Finish(*server_, why); }

  // Events since the last call, in the order in which they happened.
  std::vector<EventRecord> TakeEvents() { return std::exchange(events_, {}); }

  const RunTally& tally() const { return tally_; }
  RunTally& tally() { return tally_; }
  const Verifier& verifier() const { return server_->verifier(); }
  const VirtualNetworkCounts& counts() const { return network_.counts(); }
  const SampleTruth& truth() const { return truth_; }

 private:
  explicit SiteWorld(const WorldPlan& plan, std::string name);
  Status AddServer(const WorldPlan& plan, const std::vector<std::size_t>& devices,
                   const Bytes& landmark_list);
  Status AddAgents(const WorldPlan& plan, const std::vector<std::size_t>& devices,
                   const Bytes& landmark_list);
  void AddLandmark(const WorldPlan& plan, std::size_t landmark);
  Status AddAgent(const WorldPlan& plan, std::size_t device, bool clone,
                  const Bytes& landmark_list);
  void ConnectDevice(const WorldPlan& plan, std::size_t device, bool clone);

  void OnDatagram(std::uint32_t socket, const Endpoint& from, ByteSpan datagram,
                  const ClockReading& now) override;
  void OnTimer(const ClockReading& now) override;
  std::optional<MonotonicInstant> NextWake() const override { return server_->NextWake(); }

  void OnSessionOpened(const LandmarkId& landmark, const DeviceId& device, SessionId session,
                       std::uint64_t counter) override {
    tally_.OnSessionOpened(landmark, device, session, counter);
  }
  void OnReceipt(const LandmarkId& landmark, const CheckedReceipt& receipt) override;
  void OnRoundClosed(RoundNumber round, std::vector<DeviceVerdict> verdicts) override {
    tally_.OnRoundClosed(round, std::move(verdicts));
  }

  std::string name_;
  VirtualNetwork network_;
  PhiloxRandom random_;
  std::vector<EventRecord> events_;
  RunTally tally_;
  std::uint32_t number_;
  std::unique_ptr<ServerEngine> server_;
  std::vector<std::unique_ptr<LyingLandmark>> liars_;  // by landmark; null: honest
  std::vector<std::unique_ptr<DeafLandmark>> deaf_;    // by landmark; null: hears everything
  std::vector<std::unique_ptr<AgentHost>> agents_;
  std::map<std::pair<DeviceId, LandmarkId>, Rtt> undisturbed_;
  SampleTruth truth_;
};

// Where landmark and device `index` are found in a virtual world. Nothing is ever bound to these.
Endpoint VirtualLandmarkEndpoint(std::size_t index);
Endpoint VirtualAgentEndpoint(std::size_t index);
// Where the second holder of its key is found, in a world of so many devices.
Endpoint VirtualCloneEndpoint(std::size_t index, std::size_t devices);

}  // namespace earshot

#endif  // EARSHOT_SIM_NET_SITE_WORLD_H_
