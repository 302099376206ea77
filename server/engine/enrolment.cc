#include "server/engine/enrolment.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/crypto/sha256.h"
#include "core/crypto/signed_blob.h"
#include "core/protocol/strict_parse.h"
#include "core/report/records.h"
#include "earshot/v1/evidence.pb.h"
#include "earshot/v1/wire.pb.h"

namespace earshot {
namespace {

template <typename Record>
Result<Record> OpenRecord(BlobContext context, ByteSpan blob, const Ed25519PublicKey& root) {
  Result<Bytes> tbs = OpenBlob(context, blob, root);
  if (!tbs.has_value()) return Fail(std::move(tbs).error(), BlobContextText(context));
  Record record;
  if (!ParseStrictly(*tbs, record)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: signed, and not such a record", BlobContextText(context)));
  }
  return record;
}

Result<Landmark> ToLandmark(const v1::PositionRecord& record, const LandmarkId& id) {
  const auto position =
      Position::FromDegrees(static_cast<double>(record.latitude_e7()) * 1e-7,
                            static_cast<double>(record.longitude_e7()) * 1e-7);
  if (record.landmark_id() != id.value() || !position.has_value() ||
      record.trust_domain().empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("position record of {}: names another landmark, no place on Earth or "
                            "no trust domain", id.value()));
  }
  return Landmark{id, record.city(), *position, Distance::Metres(record.uncertainty_m()),
                  TrustDomain(record.trust_domain())};
}

}  // namespace

Result<EnrolledDevice> OpenEnrolment(EnrolmentBlobs blobs, const Ed25519PublicKey& root) {
  Result<DelegatedKey> maker = OpenDelegation(blobs.maker_delegation, root);
  if (!maker.has_value()) return Fail(std::move(maker).error(), "maker delegation");
  Result<Endorsement> endorsement = OpenEndorsement(blobs.endorsement, *maker);
  if (!endorsement.has_value()) return Fail(std::move(endorsement).error(), "endorsement");
  EARSHOT_ASSIGN_OR_RETURN(
      const auto record,
      OpenRecord<v1::DeclarationRecord>(BlobContext::kDeclaration, blobs.declaration, root));
  Result<NamedDeclaration> declared = FromRecord(record);
  if (!declared.has_value()) return Fail(std::move(declared).error(), "declaration");
  if (declared->declaration.device != endorsement->device) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("declaration of {} and endorsement speak of different devices",
                            declared->device_name));
  }
  return EnrolledDevice{declared->device_name, std::move(declared->declaration),
                        *std::move(endorsement), std::move(blobs), maker->key.id(), std::nullopt,
                        std::nullopt};
}

Result<Policy> OpenPolicy(ByteSpan blob, const Ed25519PublicKey& root) {
  EARSHOT_ASSIGN_OR_RETURN(const auto record,
                           OpenRecord<v1::PolicyRecord>(BlobContext::kPolicy, blob, root));
  return FromRecord(record);
}

Result<std::vector<Landmark>> OpenPositions(const LandmarkListContent& list,
                                            std::span<const std::string> position_records) {
  std::map<Bytes32, const std::string*> by_hash;
  for (const std::string& record : position_records) by_hash[Sha256(AsBytes(record))] = &record;
  std::vector<Landmark> landmarks;
  for (const ListedLandmark& listed : list.landmarks) {
    const auto found = by_hash.find(listed.delegation.position_record_sha256);
    if (found == by_hash.end()) continue;
    v1::PositionRecord record;
    if (!ParseStrictly(AsBytes(*found->second), record)) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("position record of {} does not parse", listed.id.value()));
    }
    EARSHOT_ASSIGN_OR_RETURN(Landmark landmark, ToLandmark(record, listed.id));
    landmarks.push_back(std::move(landmark));
  }
  std::ranges::sort(landmarks, {}, &Landmark::id);
  return landmarks;
}

Status Registry::Add(EnrolledDevice device) {
  if (names_.contains(device.id()) || devices_.contains(device.name)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("device {}: its key or its name is enrolled already", device.name));
  }
  names_.emplace(device.id(), device.name);
  std::string name = device.name;
  devices_.emplace(std::move(name), std::move(device));
  return {};
}

const EnrolledDevice* Registry::Find(const DeviceId& id) const {
  const auto name = names_.find(id);
  return name == names_.end() ? nullptr : &devices_.at(name->second);
}

const EnrolledDevice* Registry::FindByName(const std::string& name) const {
  const auto device = devices_.find(name);
  return device == devices_.end() ? nullptr : &device->second;
}

}  // namespace earshot
