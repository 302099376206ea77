#include "sim/run/run_material.h"

#include <utility>

namespace earshot {
namespace {

constexpr Distance kReferenceRadius = Distance::Kilometres(1);

Declaration DeclarationOf(const ResolvedScenario& resolved, const ResolvedDevice& device,
                          const DeviceId& id, WallInstant start, WallInstant from,
                          WallInstant until) {
  Declaration declaration;
  declaration.device = id;
  if (device.reference_for.has_value()) {
    const Position position = resolved.ActualPosition(device);
    declaration.owner = "reference agent";
    declaration.site = {device.id, position, kReferenceRadius, from, until};
    for (const ScenarioPlace& place : resolved.scenario.places) {
      if (place.position != position) continue;
      declaration.licence = {LicenceTerms::Kind::kAllowed, {place.country}};
    }
    return declaration;
  }
  const ScenarioFleet& fleet = resolved.scenario.fleets[device.fleet];
  const ScenarioPlace& place = *resolved.scenario.FindPlace(fleet.declared_place);
  declaration.owner = fleet.owner;
  // Answers are due from the declared `from`.
  const WallInstant due = fleet.life.installed > Duration(0) ? start + fleet.life.installed : from;
  declaration.site = {place.city, place.position, fleet.declared_radius, due, until};
  declaration.licence = fleet.licence;
  return declaration;
}

Result<DeviceMaterial> DrawDevice(const ResolvedScenario& resolved, const ResolvedDevice& device,
                                  const RunAuthority& authority, WallInstant start,
                                  Random& random) {
  DeviceMaterial material{Ed25519PrivateKey::Generate(random), {}};
  const bool on_host = !device.reference_for.has_value() &&
                       resolved.scenario.fleets[device.fleet].session_keys_on_host;
  material.blobs.maker_delegation = authority.MakerDelegation();
  material.blobs.endorsement =
      authority.Endorse(material.key.public_key(), ModelOf(resolved, device),
                        on_host ? SessionKeys::kHost : SessionKeys::kSealed);
  Result<Bytes> declaration = authority.Declare(
      device.id,
      DeclarationOf(resolved, device, material.id(), start, authority.from(), authority.until()));
  if (!declaration.has_value()) {
    return Fail(std::move(declaration).error(), "device " + device.id);
  }
  material.blobs.declaration = *std::move(declaration);
  return material;
}

}  // namespace

std::string ModelOf(const ResolvedScenario& resolved, const ResolvedDevice& device) {
  if (device.reference_for.has_value()) return "reference agent";
  return resolved.scenario.fleets[device.fleet].model;
}

std::uint32_t RoundsWithin(const Scenario& scenario) {
  const Duration room = scenario.duration - scenario.rounds.first_after;
  return static_cast<std::uint32_t>(room / scenario.rounds.length);
}

Result<RunMaterial> RunMaterial::Draw(const ResolvedScenario& resolved, Random& random,
                                      WallInstant now) {
  RunMaterial material{RunAuthority(random, now), {}, {}, {}, {}};
  EARSHOT_ASSIGN_OR_RETURN(material.policy,
                           material.authority.SignPolicy(resolved.scenario.policy));
  for (const ScenarioLandmark& landmark : resolved.scenario.landmarks) {
    material.landmarks.push_back(material.authority.MakeLandmark(
        landmark, *resolved.scenario.FindPlace(landmark.place), random));
  }
  std::vector<KeyId> revoked;
  for (const ResolvedDevice& device : resolved.devices) {
    EARSHOT_ASSIGN_OR_RETURN(DeviceMaterial drawn,
                             DrawDevice(resolved, device, material.authority, now, random));
    const bool withdrawn =
        !device.reference_for.has_value() &&
        resolved.scenario.fleets[device.fleet].behaviour == Behaviour::kRevokedKey;
    if (withdrawn) revoked.push_back(drawn.key.id());
    material.devices.push_back(std::move(drawn));
  }
  material.revocations = material.authority.RevocationList(revoked);
  return material;
}

}  // namespace earshot
