// tests/support/server_world.h: a whole server, its reference agents and devices on a fake network
// in which light has its speed.
#ifndef EARSHOT_TESTS_SUPPORT_SERVER_WORLD_H_
#define EARSHOT_TESTS_SUPPORT_SERVER_WORLD_H_

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/engine/agent_engine.h"
#include "core/appraisal/country_map.h"
#include "core/appraisal/nearest_landmark_test.h"
#include "server/engine/server_engine.h"
#include "tests/support/authority_fixture.h"
#include "tests/support/fake_network.h"
#include "tests/support/landmark_world.h"

namespace earshot {

inline bool HasReason(const Judgement& judgement, ReasonCode code) {
  return std::ranges::any_of(judgement.reasons,
                             [&](const Reason& reason) { return reason.code == code; });
}

// Two countries, each a disc: SG around Singapore, HK around Hong Kong.
class TwoCountries final : public CountryMap {
 public:
  TwoCountries();
  std::span<const CountryCode> Countries() const override { return codes_; }
  std::vector<CountryCode> TouchedBy(const ProvedRegion& region, Distance margin) const override;
  bool Encloses(std::span<const CountryCode>, const ProvedRegion&, Distance) const override {
    return false;
  }
  Distance DistanceToNearest(Position from, std::span<const CountryCode> codes,
                             Distance margin) const override;

 private:
  struct Land {
    CountryCode code;
    Position centre;
    Distance radius;
  };
  std::vector<Land> lands_;
  std::vector<CountryCode> codes_;
};

// Landmarks sin-1, sin-2, kul-1, hkg-1, hkg-2, tyo-1 of domains of their own, each with a reference
// agent. Devices are declared in Singapore with a licence that excludes HK.
class ServerWorld final : public ServerObserver {
 public:
  // Judges by `outlines`, which must outlive the world; by `map` when there are none.
  explicit ServerWorld(const CountryMap* outlines = nullptr);

  Position singapore() const { return *Position::FromDegrees(1.30, 103.85); }
  Position hong_kong() const { return *Position::FromDegrees(22.30, 114.17); }

  // A device declared in Singapore whose agent stands at `place` and answers `extra` later, each way.
  DeviceId AddDevice(const std::string& name, const Position& place, Duration extra = Duration(0));
  // Declared and endorsed, but no agent answers.
  DeviceId Enrol(const std::string& name, const Position& declared);
  // Another agent with the key and a copy of the counter of `name`.
  void AddCloneOf(const std::string& name, const Position& place);
  // From now on a datagram waits for so long in the socket of landmark `id`: the kernel has stamped
  // it, and nobody reads it. Order is kept.
  void Overload(const std::string& id, Duration lag) { lags_[endpoints_.at(id)] = lag; }
  // The same for what comes from `address` alone, as by a load that is timed to it.
  void OverloadFor(const std::string& id, std::uint32_t address, Duration lag) {
    lags_for_[{endpoints_.at(id), address}] = lag;
  }
  // Nothing passes to or from `endpoint`.
  void Cut(const Endpoint& endpoint) { cut_ = endpoint; }
  Endpoint landmark_endpoint(const std::string& id) const { return endpoints_.at(id); }
  // The device's own key.
  const Ed25519PrivateKey& key(const std::string& name) const { return keys_.at(name); }
  std::size_t landmark_count() const { return endpoints_.size(); }
  // Of the agent that is added next.
  std::uint32_t next_agent_address() const { return next_address_; }

  // Makes and starts the engine; no more devices after that.
  void Begin();
  // Begins if need be and lets time pass.
  void Run(Duration duration);

  void OnSessionOpened(const LandmarkId&, const DeviceId&, SessionId, std::uint64_t) override {}
  void OnReceipt(const LandmarkId& landmark, const CheckedReceipt& receipt) override {
    for (const Sample& sample : receipt.observation.samples) ++taints[landmark][sample.taint];
  }
  void OnRoundClosed(RoundNumber, std::vector<DeviceVerdict> verdicts) override {
    rounds.push_back(std::move(verdicts));
  }

  ServerEngineOptions options;  // before Begin
  Policy policy;                // before Begin
  FakeNetwork network;
  AuthorityFixture authority;
  // Position records that the verifier is given beside those of the landmarks; before Begin.
  std::vector<std::string> more_position_records;
  std::optional<WallInstant> retired_from;  // of the devices that are enrolled from here on
  NearestLandmarkTest test;
  TwoCountries map;
  std::unique_ptr<ServerEngine> engine;
  std::vector<std::vector<DeviceVerdict>> rounds;
  // Of all samples of all devices, by landmark.
  std::map<LandmarkId, std::map<Taint, std::uint32_t>> taints;

 private:
  // A datagram in a landmark's socket.
  struct Unread {
    std::size_t landmark = 0;
    Endpoint from;
    Bytes bytes;
    WallInstant stamped;
  };
  struct Agent {
    MemoryCounter counter;
    std::unique_ptr<AgentEngine> engine;
  };
  void EnrolKey(const std::string& name, const Ed25519PublicKey& key, const Position& declared,
                const std::optional<LandmarkId>& reference_for);
  void StartAgent(const Ed25519PrivateKey& key, const Position& place, Duration extra);
  void ReadSockets(const ClockReading& now);

  const CountryMap* outlines_;
  SeededRandom random_;
  std::map<std::string, Endpoint> endpoints_;
  std::map<std::string, Position> places_;
  std::vector<DatagramTransport*> transports_;
  Registry registry_;
  std::map<std::string, Ed25519PrivateKey> keys_;
  std::vector<std::unique_ptr<Agent>> agents_;
  std::uint32_t next_address_ = 0x7f010001;
  std::optional<Endpoint> cut_;
  std::map<Endpoint, Duration> lags_;
  std::map<std::pair<Endpoint, std::uint32_t>, Duration> lags_for_;
  std::multimap<MonotonicInstant, Unread> unread_;
};

}  // namespace earshot

#endif  // EARSHOT_TESTS_SUPPORT_SERVER_WORLD_H_
