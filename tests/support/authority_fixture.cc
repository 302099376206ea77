#include "tests/support/authority_fixture.h"

#include <cmath>

#include "core/crypto/sha256.h"
#include "core/crypto/signed_blob.h"
#include "earshot/v1/wire.pb.h"

namespace earshot {
namespace {

constexpr std::uint64_t kDay = 86'400;

Bytes Sign(BlobContext context, const Ed25519PrivateKey& key,
           const google::protobuf::Message& message) {
  const std::string tbs = message.SerializeAsString();
  return SignBlob(context, key, AsBytes(tbs));
}

std::string Text(const Bytes32& bytes) { return ToString(bytes); }

}  // namespace

WallInstant FixtureWall() {
  return WallInstant::FromNanoseconds(static_cast<std::int64_t>(kFixtureEpochSeconds) *
                                      1'000'000'000);
}

AuthorityFixture::AuthorityFixture(std::uint64_t seed, WallInstant epoch)
    : random_(seed, 77),
      epoch_s_(static_cast<std::uint64_t>(epoch.nanoseconds() / 1'000'000'000)), root_(Ed25519PrivateKey::Generate(random_)),
      maker_(Ed25519PrivateKey::Generate(random_)),
      verdict_key_(Ed25519PrivateKey::Generate(random_)) {}

Bytes AuthorityFixture::Delegate(int role, const std::string& subject, const Ed25519PublicKey& key,
                                 const Bytes32* position_record_sha256) const {
  v1::Delegation delegation;
  delegation.set_role(static_cast<v1::Role>(role));
  delegation.set_subject(subject);
  delegation.set_public_key(Text(key.bytes()));
  if (position_record_sha256 != nullptr) {
    delegation.set_position_record_sha256(Text(*position_record_sha256));
  }
  delegation.set_not_before_s(epoch_s_ - kDay);
  delegation.set_not_after_s(epoch_s_ + kDay);
  return Sign(BlobContext::kDelegation, root_, delegation);
}

FixtureLandmark& AuthorityFixture::AddLandmark(const FixturePlace& place,
                                               const Endpoint& endpoint) {
  auto landmark = std::make_unique<FixtureLandmark>(FixtureLandmark{
      LandmarkKeys{LandmarkId(place.id), Ed25519PrivateKey::Generate(random_),
                   X25519KeyPair::Generate(random_)},
      endpoint, place, {}, {}});
  State(*landmark);
  landmarks_.push_back(std::move(landmark));
  return *landmarks_.back();
}

void AuthorityFixture::MoveLandmark(const std::string& id, double latitude_deg,
                                    double longitude_deg) {
  for (const auto& landmark : landmarks_) {
    if (landmark->place.id != id) continue;
    landmark->place.latitude_deg = latitude_deg;
    landmark->place.longitude_deg = longitude_deg;
    State(*landmark);
  }
}

void AuthorityFixture::State(FixtureLandmark& landmark) const {
  v1::PositionRecord record;
  record.set_landmark_id(landmark.place.id);
  record.set_city(landmark.place.id);
  record.set_latitude_e7(std::llround(landmark.place.latitude_deg * 1e7));
  record.set_longitude_e7(std::llround(landmark.place.longitude_deg * 1e7));
  record.set_uncertainty_m(100);
  record.set_trust_domain(landmark.place.domain);
  landmark.position_record = record.SerializeAsString();
  const Bytes32 hash = Sha256(AsBytes(landmark.position_record));
  landmark.delegation =
      Delegate(v1::ROLE_LANDMARK, landmark.place.id, landmark.keys.signing.public_key(), &hash);
}

Bytes AuthorityFixture::LandmarkList(std::uint64_t version) const {
  v1::LandmarkList list;
  list.set_version(version);
  list.set_epoch_s(epoch_s_);
  list.set_expires_s(epoch_s_ + kDay);
  for (const auto& landmark : landmarks_) {
    v1::LandmarkEntry* entry = list.add_landmarks();
    entry->set_landmark_id(landmark->place.id);
    entry->set_endpoint(landmark->endpoint.ToText());
    entry->set_sealing_key(Text(landmark->keys.sealing.public_key()));
    entry->mutable_delegation()->ParseFromArray(landmark->delegation.data(),
                                                static_cast<int>(landmark->delegation.size()));
  }
  return Sign(BlobContext::kLandmarkList, root_, list);
}

Bytes AuthorityFixture::RevocationList(std::uint64_t version,
                                       const std::vector<Bytes32>& revoked) const {
  v1::RevocationList list;
  list.set_version(version);
  list.set_epoch_s(epoch_s_);
  for (const Bytes32& key : revoked) {
    v1::RevokedKey* entry = list.add_revoked();
    entry->set_key_id(Text(key));
    entry->set_since_s(epoch_s_ - kDay);
    entry->set_why("withdrawn");
  }
  return Sign(BlobContext::kRevocationList, root_, list);
}

Bytes AuthorityFixture::Endorse(const Ed25519PublicKey& device, const std::string& model,
                                const Bytes32& firmware, bool sealed) const {
  v1::Endorsement endorsement;
  endorsement.set_device_key(Text(device.bytes()));
  endorsement.set_maker("Example Silicon");
  endorsement.set_model(model);
  endorsement.add_firmware_sha256(Text(firmware));
  endorsement.set_session_keys(sealed ? v1::Endorsement::SESSION_KEYS_SEALED
                                      : v1::Endorsement::SESSION_KEYS_HOST);
  endorsement.set_not_before_s(epoch_s_ - kDay);
  endorsement.set_not_after_s(epoch_s_ + kDay);
  return Sign(BlobContext::kEndorsement, maker_, endorsement);
}

Bytes AuthorityFixture::MakerDelegation() const {
  return Delegate(v1::ROLE_MAKER, "Example Silicon", maker_.public_key(), nullptr);
}

Bytes AuthorityFixture::VerdictDelegation() const {
  return Delegate(v1::ROLE_VERDICT, "verdict", verdict_key_.public_key(), nullptr);
}

}  // namespace earshot
