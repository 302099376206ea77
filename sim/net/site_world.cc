#include "sim/net/site_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/scenario/weather.h"

namespace earshot {
namespace {

constexpr std::uint32_t kLandmarkBase = 0x7f010000;  // 127.1.0.0
constexpr std::uint32_t kAgentBase = 0x7f400000;     // 127.64.0.0
constexpr std::uint16_t kPort = 4000;
static_assert(kScenarioLandmarksMax < 0x10000 && 2 * kScenarioDevicesMax < 0x400000);

// In force for good: a virtual run ends before its delegations do.
constexpr Duration kEndOfTime = kRunValidity;

Result<Registry> EnrolDevices(const WorldPlan& plan, const std::vector<std::size_t>& devices) {
  Registry registry;
  for (const std::size_t index : devices) {
    EARSHOT_ASSIGN_OR_RETURN(EnrolledDevice enrolled,
                             OpenEnrolment(plan.material.devices[index].blobs,
                                           plan.material.authority.root().public_key()));
    const ResolvedDevice& device = plan.resolved.devices[index];
    enrolled.reference_for = device.reference_for;
    if (!device.reference_for.has_value()) {
      const LifeMoments& life = plan.resolved.scenario.fleets[device.fleet].life;
      if (life.retired.has_value()) enrolled.retired_from = plan.start.wall + *life.retired;
    }
    EARSHOT_RETURN_IF_ERROR(registry.Add(std::move(enrolled)));
  }
  return registry;
}

Bytes SignedList(const WorldPlan& plan) {
  std::vector<ListedEndpoint> listed;
  for (std::size_t i = 0; i < plan.material.landmarks.size(); ++i) {
    listed.push_back({&plan.material.landmarks[i], VirtualLandmarkEndpoint(i)});
  }
  return plan.material.authority.LandmarkList(listed);
}

PathWeather WeatherOfDevice(const Scenario& scenario, const ResolvedDevice& device, bool clone,
                            std::size_t landmark) {
  if (device.reference_for.has_value()) {
    const auto beside = std::ranges::find(scenario.landmarks, *device.reference_for,
                                          &ScenarioLandmark::id);
    return ReferenceWeatherOf(
        scenario, static_cast<std::size_t>(beside - scenario.landmarks.begin()), landmark);
  }
  const ScenarioFleet& fleet = scenario.fleets[device.fleet];
  return clone ? CloneWeatherOf(scenario, fleet, landmark) : WeatherOf(scenario, fleet, landmark);
}

}  // namespace

Endpoint VirtualLandmarkEndpoint(std::size_t index) {
  return {kLandmarkBase + static_cast<std::uint32_t>(index), kPort};
}

Endpoint VirtualAgentEndpoint(std::size_t index) {
  return {kAgentBase + static_cast<std::uint32_t>(index), kPort};
}

Endpoint VirtualCloneEndpoint(std::size_t index, std::size_t devices) {
  return VirtualAgentEndpoint(devices + index);
}

SiteWorld::SiteWorld(const WorldPlan& plan, std::string name)
    : name_(std::move(name)),
      network_(plan.start),
      random_(PhiloxKey::For(plan.resolved.scenario.seed, name_, "server")),
      tally_(network_.clock(), [this](const EventRecord& event) { events_.push_back(event); }),
      number_(network_.AddHost(*this)) {}

SiteWorld::~SiteWorld() = default;

Result<std::unique_ptr<SiteWorld>> SiteWorld::Create(const WorldPlan& plan, std::string name,
                                                     const std::vector<std::size_t>& devices) {
  std::unique_ptr<SiteWorld> world(new SiteWorld(plan, std::move(name)));
  const Bytes landmark_list = SignedList(plan);
  EARSHOT_RETURN_IF_ERROR(world->AddServer(plan, devices, landmark_list));
  EARSHOT_RETURN_IF_ERROR(world->AddAgents(plan, devices, landmark_list));
  return world;
}

Status SiteWorld::AddServer(const WorldPlan& plan, const std::vector<std::size_t>& devices,
                            const Bytes& landmark_list) {
  const RunAuthority& authority = plan.material.authority;
  SharedBlobs blobs;
  blobs.landmark_list = landmark_list;
  for (const LandmarkMaterial& landmark : plan.material.landmarks) {
    blobs.position_records.push_back(ToString(landmark.position_record));
  }
  blobs.policy = plan.material.policy;
  blobs.revocation_list = plan.material.revocations;
  blobs.verdict_delegation = authority.VerdictDelegation();
  EARSHOT_ASSIGN_OR_RETURN(Registry registry, EnrolDevices(plan, devices));
  EARSHOT_ASSIGN_OR_RETURN(Secret32 verdict_seed,
                           Secret32::CopyFrom(authority.verdict_key().seed().Expose()));
  EARSHOT_ASSIGN_OR_RETURN(
      Verifier verifier,
      Verifier::Create({authority.root().public_key(), std::move(blobs),
                        Ed25519PrivateKey::FromSeed(std::move(verdict_seed)), std::move(registry),
                        &plan.test, &plan.map},
                       plan.start));
  const ScenarioRounds& rounds = plan.resolved.scenario.rounds;
  ServerEngineOptions options;
  options.rounds = {rounds.first_after, rounds.length, RoundsWithin(plan.resolved.scenario),
                    rounds.trains, rounds.landmarks_per_device};
  EARSHOT_RETURN_IF_ERROR(CheckRoundOptions(options.rounds));
  options.judged_apart = true;
  server_ = std::make_unique<ServerEngine>(options, std::move(verifier), random_,
                                           network_.clock(), *this);
  for (std::size_t i = 0; i < plan.material.landmarks.size(); ++i) AddLandmark(plan, i);
  server_->Start();
  network_.Rearm(number_);
  return {};
}

void SiteWorld::AddLandmark(const WorldPlan& plan, std::size_t number) {
  const ScenarioLandmark& landmark = plan.resolved.scenario.landmarks[number];
  DatagramTransport& socket = network_.Attach(number_, VirtualLandmarkEndpoint(number));
  LyingLandmark::Lies lies{landmark.shortens_rtt_by, landmark.lengthens_rtt_by,
                           landmark.runs_slow_by, landmark.wall_steps_back_by,
                           plan.start.monotonic + landmark.untrue.from, std::nullopt};
  if (landmark.untrue.until.has_value()) {
    lies.until = plan.start.monotonic + *landmark.untrue.until;
  }
  const bool untrue = landmark.lies() || landmark.wall_steps_back_by > Duration(0);
  liars_.push_back(untrue ? std::make_unique<LyingLandmark>(socket, lies) : nullptr);
  std::optional<MonotonicInstant> deaf_from;
  if (landmark.hears_nothing_from.has_value()) {
    deaf_from = plan.start.monotonic + *landmark.hears_nothing_from;
  }
  deaf_.push_back(deaf_from.has_value() || landmark.drops > 0
                      ? std::make_unique<DeafLandmark>(
                            deaf_from, landmark.drops,
                            std::make_unique<PhiloxRandom>(
                                PhiloxKey::For(plan.resolved.scenario.seed,
                                               name_ + " " + landmark.id.value(), "drops")))
                      : nullptr);
  server_->AddLandmark(plan.material.landmarks[number].keys, untrue ? *liars_.back() : socket);
}

Status SiteWorld::AddAgents(const WorldPlan& plan, const std::vector<std::size_t>& devices,
                            const Bytes& landmark_list) {
  for (const std::size_t index : devices) {
    const ResolvedDevice& device = plan.resolved.devices[index];
    const ScenarioFleet* const fleet =
        device.reference_for.has_value() ? nullptr : &plan.resolved.scenario.fleets[device.fleet];
    if (fleet != nullptr && fleet->behaviour == Behaviour::kSilent) continue;
    EARSHOT_RETURN_IF_ERROR(AddAgent(plan, index, false, landmark_list));
    if (fleet == nullptr || fleet->behaviour != Behaviour::kClonedKey) continue;
    EARSHOT_RETURN_IF_ERROR(AddAgent(plan, index, true, landmark_list));
  }
  return {};
}

Status SiteWorld::AddAgent(const WorldPlan& plan, std::size_t index, bool clone,
                           const Bytes& landmark_list) {
  const Scenario& scenario = plan.resolved.scenario;
  const ResolvedDevice& device = plan.resolved.devices[index];
  const std::string model = ModelOf(plan.resolved, device);
  AgentHostOptions options;
  options.name = clone ? device.id + " clone" : device.id;
  options.seed = scenario.seed;
  options.endpoint = clone ? VirtualCloneEndpoint(index, plan.resolved.devices.size())
                           : VirtualAgentEndpoint(index);
  options.device_key = &plan.material.devices[index].key;
  options.claims = {model, FirmwareOf(model), kRunBootCount};
  if (!device.reference_for.has_value()) {
    const ScenarioFleet& fleet = scenario.fleets[device.fleet];
    if (fleet.behaviour == Behaviour::kReplaysAndForges) options.forgery = Forgery::kForgesAndReplays;
    if (fleet.behaviour == Behaviour::kAnswersEarly) options.forgery = Forgery::kAnswersEarly;
    options.strangers_ping = fleet.strangers_ping;
    if (fleet.behaviour == Behaviour::kGoesSilent) {
      options.silent_from = plan.start.monotonic + fleet.silent_from;
    }
    if (fleet.life.installed > Duration(0)) {
      options.answers_from = plan.start.monotonic + fleet.life.installed;
    }
    if (fleet.life.retired.has_value()) {
      const MonotonicInstant retired = plan.start.monotonic + *fleet.life.retired;
      options.silent_from = std::min(options.silent_from.value_or(retired), retired);
    }
  }
  agents_.push_back(
      std::make_unique<AgentHost>(network_, options, plan.material.authority.root().public_key()));
  ConnectDevice(plan, index, clone);
  EARSHOT_RETURN_IF_ERROR(agents_.back()->Begin(landmark_list, plan.start.monotonic));
  network_.Rearm(agents_.back()->number());
  return {};
}

void SiteWorld::ConnectDevice(const WorldPlan& plan, std::size_t device, bool clone) {
  const Scenario& scenario = plan.resolved.scenario;
  const ResolvedDevice& resolved = plan.resolved.devices[device];
  const std::string id = clone ? resolved.id + " clone" : resolved.id;
  const Endpoint agent = clone
                             ? VirtualCloneEndpoint(device, plan.resolved.devices.size())
                             : VirtualAgentEndpoint(device);
  for (std::size_t l = 0; l < scenario.landmarks.size(); ++l) {
    if (!resolved.reference_for.has_value()) {
      const auto& unanswered = scenario.fleets[resolved.fleet].unanswered_landmarks;
      if (std::ranges::find(unanswered, scenario.landmarks[l].id) != unanswered.end()) continue;
    }
    const ResolvedPath& path = plan.resolved.paths[device * scenario.landmarks.size() + l];
    // Round trips that are not split already: of a clone, and before a move.
    const bool moves = path.before > Duration(0);
    const Duration other = clone ? path.clone : path.before;
    const PathConditions conditions{clone || moves ? other / 2 : path.forward,
                                    clone || moves ? other - other / 2 : path.backward,
                                    scenario.network.jitter,
                                    scenario.network.loss,
                                    scenario.network.duplicate,
                                    scenario.network.reorder,
                                    scenario.network.corrupt};
    const LandmarkId& landmark = scenario.landmarks[l].id;
    network_.Connect(agent, VirtualLandmarkEndpoint(l), conditions,
                     PhiloxKey::For(scenario.seed, id + " " + landmark.value(), "path"),
                     WeatherOfDevice(scenario, resolved, clone, l), RouteKey(scenario.seed, id));
    if (moves) {
      network_.Reroute(agent, VirtualLandmarkEndpoint(l),
                       plan.start.monotonic + scenario.fleets[resolved.fleet].moves_at,
                       path.forward, path.backward);
    }
    if (scenario.landmarks[l].lies()) continue;
    // Where two hold a key, the quicker one may have answered; one that moves answers from both places.
    Rtt undisturbed = path.rtt();
    for (const Duration also : {path.clone, path.before}) {
      if (also > Duration(0)) undisturbed = std::min(undisturbed, Rtt::FromDuration(also));
    }
    undisturbed_[{plan.material.devices[device].id(), landmark}] = undisturbed;
  }
}

void SiteWorld::OnDatagram(std::uint32_t socket, const Endpoint& from, ByteSpan datagram,
                           const ClockReading& now) {
  if (DeafLandmark* const deaf = deaf_[socket].get();
      deaf != nullptr && !deaf->Hears(now.monotonic)) {
    server_->OnDropped(socket, deaf->dropped());
    return;
  }
  const LyingLandmark* const liar = liars_[socket].get();
  const ClockReading arrival = liar == nullptr ? now : liar->ArrivalOf(datagram, from, now);
  // The wall clock of this world is the kernel's: its stamp is the moment of arrival.
  server_->OnDatagram(socket, from, datagram, arrival, arrival.wall);
  server_->Flush();
}

void SiteWorld::OnReceipt(const LandmarkId& landmark, const CheckedReceipt& receipt) {
  const auto path = undisturbed_.find({receipt.device, landmark});
  const Rtt undisturbed = path == undisturbed_.end() ? Rtt() : path->second;  // of a liar: anything
  for (const Sample& sample : receipt.observation.samples) {
    ++truth_.samples;
    truth_.tainted += sample.taint == Taint::kNone ? 0U : 1U;
    truth_.below += sample.rtt < undisturbed ? 1U : 0U;
  }
  tally_.OnReceipt(landmark, receipt);
}

void SiteWorld::OnTimer(const ClockReading&) {
  server_->OnTimer();
  server_->Flush();
  if (server_->awaits_judgement()) network_.Halt();
}

bool SiteWorld::RunRound() {
  if (server_->finished()) return false;
  network_.Rearm(number_);
  return !network_.RunUntil(network_.clock().Now() + kEndOfTime);
}

}  // namespace earshot
