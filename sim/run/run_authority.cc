#include "sim/run/run_authority.h"

#include <cmath>

#include "core/crypto/sha256.h"
#include "core/crypto/signed_blob.h"
#include "core/report/records.h"
#include "earshot/v1/evidence.pb.h"
#include "earshot/v1/wire.pb.h"

namespace earshot {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::uint64_t Seconds(WallInstant instant) {
  return static_cast<std::uint64_t>(instant.nanoseconds() / kSecond);
}

Bytes Serialise(const google::protobuf::MessageLite& message) {
  Bytes bytes(message.ByteSizeLong());
  EARSHOT_CHECK(message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size())));
  return bytes;
}

std::int64_t E7(double degrees) { return std::llround(degrees * 1e7); }

// Whole seconds, as signed records want them.
WallInstant OnTheSecond(WallInstant instant) {
  return WallInstant::FromNanoseconds(instant.nanoseconds() / kSecond * kSecond);
}

}  // namespace

Bytes32 FirmwareOf(const std::string& model) { return Sha256(AsBytes("firmware of " + model)); }

RunAuthority::RunAuthority(Random& random, WallInstant now)
    : now_(OnTheSecond(now)),
      from_(now_ - std::chrono::hours(1)),
      until_(now_ + kRunValidity),
      root_(Ed25519PrivateKey::Generate(random)),
      maker_(Ed25519PrivateKey::Generate(random)),
      verdict_(Ed25519PrivateKey::Generate(random)) {
  static_assert(kRunValidity + std::chrono::hours(1) <= std::chrono::hours(24 * 7),
                "a landmark's delegation lasts a week at most");
}

Bytes RunAuthority::DelegationTbs(int role, const std::string& subject,
                                  const Ed25519PublicKey& key, ByteSpan position_record) const {
  v1::Delegation delegation;
  delegation.set_role(static_cast<v1::Role>(role));
  delegation.set_subject(subject);
  delegation.set_public_key(ToString(key.bytes()));
  if (!position_record.empty()) {
    delegation.set_position_record_sha256(ToString(Sha256(position_record)));
  }
  delegation.set_not_before_s(Seconds(from_));
  delegation.set_not_after_s(Seconds(until_));
  return Serialise(delegation);
}

LandmarkMaterial RunAuthority::MakeLandmark(const ScenarioLandmark& landmark,
                                            const ScenarioPlace& place, Random& random) const {
  v1::PositionRecord record;
  record.set_landmark_id(landmark.id.value());
  record.set_city(place.city);
  record.set_latitude_e7(E7(place.position.latitude_degrees()));
  record.set_longitude_e7(E7(place.position.longitude_degrees()));
  record.set_uncertainty_m(static_cast<std::uint32_t>(std::ceil(landmark.uncertainty.metres())));
  record.set_trust_domain(landmark.domain.value());
  record.set_operator_name(landmark.operator_name);
  record.set_jurisdiction(landmark.jurisdiction.text());
  LandmarkMaterial material{{landmark.id, Ed25519PrivateKey::Generate(random),
                             X25519KeyPair::Generate(random)},
                            Serialise(record),
                            {}};
  material.delegation_tbs = DelegationTbs(v1::ROLE_LANDMARK, landmark.id.value(),
                                          material.keys.signing.public_key(), material.position_record);
  return material;
}

Bytes RunAuthority::LandmarkDelegation(const LandmarkMaterial& landmark) const {
  return SignBlob(BlobContext::kDelegation, root_, landmark.delegation_tbs);
}

Bytes RunAuthority::MakerDelegation() const {
  return SignBlob(
      BlobContext::kDelegation, root_,
      DelegationTbs(v1::ROLE_MAKER, std::string(kRunMaker), maker_.public_key(), {}));
}

Bytes RunAuthority::VerdictDelegation() const {
  return SignBlob(BlobContext::kDelegation, root_,
                  DelegationTbs(v1::ROLE_VERDICT, "verdict", verdict_.public_key(), {}));
}

Bytes RunAuthority::LandmarkList(std::span<const ListedEndpoint> landmarks) const {
  v1::LandmarkList list;
  list.set_version(1);
  list.set_epoch_s(Seconds(now_));
  list.set_expires_s(Seconds(until_));
  for (const ListedEndpoint& listed : landmarks) {
    v1::LandmarkEntry* entry = list.add_landmarks();
    entry->set_landmark_id(listed.landmark->keys.id.value());
    entry->set_endpoint(listed.endpoint.ToText());
    entry->set_sealing_key(ToString(listed.landmark->keys.sealing.public_key()));
    *entry->mutable_delegation() =
        SignBlobMessage(BlobContext::kDelegation, root_, listed.landmark->delegation_tbs);
  }
  return SignBlob(BlobContext::kLandmarkList, root_, Serialise(list));
}

Bytes RunAuthority::RevocationList(std::span<const KeyId> revoked) const {
  v1::RevocationList list;
  list.set_version(1);
  list.set_epoch_s(Seconds(now_));
  for (const KeyId& key : revoked) {
    v1::RevokedKey* entry = list.add_revoked();
    entry->set_key_id(ToString(key.value()));
    entry->set_since_s(Seconds(from_));
    entry->set_why("withdrawn by the maker");
  }
  return SignBlob(BlobContext::kRevocationList, root_, Serialise(list));
}

Bytes RunAuthority::Endorse(const Ed25519PublicKey& device, const std::string& model,
                            SessionKeys session_keys) const {
  v1::Endorsement endorsement;
  endorsement.set_device_key(ToString(device.bytes()));
  endorsement.set_maker(std::string(kRunMaker));
  endorsement.set_model(model);
  endorsement.add_firmware_sha256(ToString(FirmwareOf(model)));
  endorsement.set_session_keys(session_keys == SessionKeys::kSealed
                                   ? v1::Endorsement::SESSION_KEYS_SEALED
                                   : v1::Endorsement::SESSION_KEYS_HOST);
  endorsement.set_not_before_s(Seconds(from_));
  endorsement.set_not_after_s(Seconds(until_));
  return SignBlob(BlobContext::kEndorsement, maker_, Serialise(endorsement));
}

Result<Bytes> RunAuthority::SignPolicy(const Policy& policy) const {
  EARSHOT_ASSIGN_OR_RETURN(const v1::PolicyRecord record, ToRecord(policy));
  return SignBlob(BlobContext::kPolicy, root_, Serialise(record));
}

Result<Bytes> RunAuthority::Declare(const std::string& device_name,
                                    const Declaration& declaration) const {
  EARSHOT_ASSIGN_OR_RETURN(const v1::DeclarationRecord record,
                           ToRecord(NamedDeclaration{device_name, declaration}));
  return SignBlob(BlobContext::kDeclaration, root_, Serialise(record));
}

}  // namespace earshot
