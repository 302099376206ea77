#include "tests/support/server_world.h"

#include <algorithm>

#include "core/crypto/signed_blob.h"
#include "core/geo/wgs84.h"
#include "core/report/records.h"
#include "earshot/v1/evidence.pb.h"

namespace earshot {
namespace {

constexpr const char* kModel = "model-x";

CountryCode Code(const char* text) { return CountryCode::Unchecked(text[0], text[1]); }

Duration FibreDelay(const Position& a, const Position& b) {
  const double seconds =
      GeodesicDistance(a, b).metres() * 1.2 / kFibreSpeed.metres_per_second();
  return std::chrono::microseconds(200) + Duration(static_cast<std::int64_t>(seconds * 1e9));
}

Bytes SignRecord(BlobContext context, const Ed25519PrivateKey& key,
                 const google::protobuf::Message& record) {
  const std::string tbs = record.SerializeAsString();
  return SignBlob(context, key, AsBytes(tbs));
}

}  // namespace

TwoCountries::TwoCountries()
    : lands_{{Code("HK"), *Position::FromDegrees(22.35, 114.13), Distance::Kilometres(30)},
             {Code("SG"), *Position::FromDegrees(1.35, 103.82), Distance::Kilometres(25)}},
      codes_{Code("HK"), Code("SG")} {}

std::vector<CountryCode> TwoCountries::TouchedBy(const ProvedRegion& region,
                                                 Distance margin) const {
  std::vector<CountryCode> touched;
  for (const Land& land : lands_) {
    if (!region.IsEmpty() && !region.Misses(land.centre, land.radius + margin)) {
      touched.push_back(land.code);
    }
  }
  return touched;
}

Distance TwoCountries::DistanceToNearest(Position from, std::span<const CountryCode> codes,
                                         Distance margin) const {
  Distance nearest = Distance::Metres(std::numeric_limits<double>::infinity());
  for (const Land& land : lands_) {
    if (std::ranges::find(codes, land.code) == codes.end()) continue;
    nearest = std::min(nearest, std::max(Distance(), GeodesicDistance(from, land.centre) -
                                                         land.radius - margin));
  }
  return nearest;
}

ServerWorld::ServerWorld(const CountryMap* outlines)
    : network(3), authority(3), outlines_(outlines == nullptr ? &map : outlines), random_(3, 8) {
  network.clock().Set({MonotonicInstant::FromNanoseconds(1'000'000'000), FixtureWall()});
  network.SetTap([this](const Endpoint& from, const Endpoint& to, ByteSpan) {
    return cut_.has_value() && (from == *cut_ || to == *cut_);
  });
  const std::vector<FixturePlace> places = {
      {"sin-1", "a", 1.35, 103.85},  {"sin-2", "b", 1.28, 103.80}, {"kul-1", "c", 3.14, 101.69},
      {"hkg-1", "d", 22.32, 114.17}, {"hkg-2", "e", 22.28, 114.16}, {"tyo-1", "f", 35.68, 139.69}};
  std::uint32_t address = 0x7f000101;
  for (const FixturePlace& place : places) {
    const Endpoint endpoint{address++, 4000};
    authority.AddLandmark(place, endpoint);
    endpoints_[place.id] = endpoint;
    const std::size_t number = transports_.size();
    transports_.push_back(&network.Attach(
        endpoint,
        [this, number, endpoint](const Endpoint& from, ByteSpan bytes, const ClockReading& now) {
          const auto lag = lags_.find(endpoint);
          const auto lag_for = lags_for_.find({endpoint, from.address});
          unread_.emplace(now.monotonic + (lag_for != lags_for_.end() ? lag_for->second
                                           : lag != lags_.end()       ? lag->second
                                                                      : Duration(0)),
                          Unread{number, from, Bytes(bytes.begin(), bytes.end()), now.wall});
          ReadSockets(now);
        }));
  }
  network.AddActor({[this]() -> std::optional<MonotonicInstant> {
                      if (unread_.empty()) return std::nullopt;
                      return unread_.begin()->first;
                    },
                    [this](const ClockReading& now) { ReadSockets(now); }});
  for (const FixturePlace& place : places) {
    const Position position = *Position::FromDegrees(place.latitude_deg, place.longitude_deg);
    places_.emplace(place.id, position);
  }
  for (const FixturePlace& place : places) {
    const std::string name = "reference-" + place.id;
    const auto key = keys_.emplace(name, authority.NewKey()).first;
    EnrolKey(name, key->second.public_key(), places_.at(place.id), LandmarkId(place.id));
    StartAgent(key->second, places_.at(place.id), Duration(0));
  }
}

void ServerWorld::ReadSockets(const ClockReading& now) {
  while (!unread_.empty() && unread_.begin()->first <= now.monotonic) {
    const Unread datagram = std::move(unread_.extract(unread_.begin()).mapped());
    if (engine == nullptr) continue;
    engine->OnDatagram(datagram.landmark, datagram.from, datagram.bytes, now, datagram.stamped);
    engine->Flush();
  }
}

void ServerWorld::EnrolKey(const std::string& name, const Ed25519PublicKey& key,
                           const Position& declared,
                           const std::optional<LandmarkId>& reference_for) {
  const Duration day = std::chrono::hours(24);
  const Declaration declaration{
      DeviceId(key.id().value()),
      "Example Buyer",
      Site{"hall of " + name, declared, Distance::Kilometres(400), FixtureWall() - day,
           FixtureWall() + day},
      LicenceTerms{LicenceTerms::Kind::kExcluded, {Code("HK")}}};
  EnrolledDevice device = *OpenEnrolment(
      {authority.Endorse(key, kModel, Bytes32{}), authority.MakerDelegation(),
       SignRecord(BlobContext::kDeclaration, authority.root(),
                  *ToRecord(NamedDeclaration{name, declaration}))},
      authority.root().public_key());
  device.reference_for = reference_for;
  if (!reference_for.has_value()) device.retired_from = retired_from;
  EARSHOT_CHECK(registry_.Add(std::move(device)).has_value());
}

DeviceId ServerWorld::Enrol(const std::string& name, const Position& declared) {
  const auto key = keys_.emplace(name, authority.NewKey()).first;
  EnrolKey(name, key->second.public_key(), declared, std::nullopt);
  return DeviceId(key->second.id().value());
}

DeviceId ServerWorld::AddDevice(const std::string& name, const Position& place, Duration extra) {
  const DeviceId device = Enrol(name, singapore());
  StartAgent(keys_.at(name), place, extra);
  return device;
}

void ServerWorld::AddCloneOf(const std::string& name, const Position& place) {
  StartAgent(keys_.at(name), place, Duration(0));
}

void ServerWorld::StartAgent(const Ed25519PrivateKey& key, const Position& place, Duration extra) {
  const Endpoint local{next_address_++, 5000};
  for (const auto& [id, endpoint] : endpoints_) {
    const Duration delay = FibreDelay(place, places_.at(id)) + extra;
    network.SetDelay(local, endpoint, delay);
    network.SetDelay(endpoint, local, delay);
  }
  agents_.push_back(std::make_unique<Agent>());
  Agent& agent = *agents_.back();
  DatagramTransport& transport = network.Attach(
      local, [&agent](const Endpoint& from, ByteSpan bytes, const ClockReading& now) {
        static_cast<void>(agent.engine->OnDatagram(0, from, bytes, now.monotonic));
      });
  agent.engine = std::make_unique<AgentEngine>(authority.root().public_key(), random_,
                                               AgentEngineOptions{});
  agent.engine->AddIdentity({&key, {kModel, {}, 1}}, agent.counter, transport);
  EARSHOT_CHECK(agent.engine->ApplyLandmarkList(authority.LandmarkList(), network.now()));
  network.AddActor({[&agent] { return agent.engine->NextWake(); },
                    [&agent](const ClockReading& now) { agent.engine->OnTimer(now.monotonic); }});
}

void ServerWorld::Begin() {
  SharedBlobs blobs{authority.LandmarkList(), {},
                    SignRecord(BlobContext::kPolicy, authority.root(), *ToRecord(policy)),
                    {}, authority.VerdictDelegation()};
  blobs.position_records = more_position_records;
  for (const auto& landmark : authority.landmarks()) {
    blobs.position_records.push_back(landmark->position_record);
  }
  Result<Verifier> verifier = Verifier::Create(
      VerifierSetup{authority.root().public_key(), std::move(blobs),
                    Ed25519PrivateKey::FromSeed(
                        *Secret32::CopyFrom(authority.verdict_key().seed().Expose())),
                    std::move(registry_), &test, outlines_},
      network.clock().Read());
  EARSHOT_CHECK(verifier.has_value());
  engine = std::make_unique<ServerEngine>(options, *std::move(verifier), random_,
                                          network.clock(), *this);
  for (std::size_t i = 0; i < transports_.size(); ++i) {
    engine->AddLandmark(authority.landmarks()[i]->keys, *transports_[i]);
  }
  engine->Start();
  network.AddActor({[this] { return engine->NextWake(); },
                    [this](const ClockReading&) { engine->OnTimer(); }});
}

void ServerWorld::Run(Duration duration) {
  if (engine == nullptr) Begin();
  network.Run(duration);
}

}  // namespace earshot
