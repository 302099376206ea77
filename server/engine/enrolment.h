// server/engine/enrolment.h: what a verifier knows of its devices and landmarks, from signed records.
#ifndef EARSHOT_SERVER_ENGINE_ENROLMENT_H_
#define EARSHOT_SERVER_ENGINE_ENROLMENT_H_

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/ed25519.h"
#include "core/domain/declaration.h"
#include "core/domain/ids.h"
#include "core/domain/observation.h"
#include "core/domain/policy.h"
#include "core/domain/system_claims.h"
#include "core/protocol/authority.h"

namespace earshot {

// Serialised SignedBlobs, verbatim: they go into every evidence bundle.
struct EnrolmentBlobs {
  Bytes endorsement;
  Bytes maker_delegation;
  Bytes declaration;
};

struct EnrolledDevice {
  std::string name;  // "C-0042", from the declaration
  Declaration declaration;
  std::optional<Endorsement> endorsement;  // always set; the appraisal takes an optional
  EnrolmentBlobs blobs;
  KeyId maker_key;  // signed the endorsement
  std::optional<LandmarkId> reference_for;  // a reference agent of ours beside this landmark
  // Taken out of service, by whoever keeps the registry: from here on it is not asked in rounds, and
  // gets no verdict.
  std::optional<WallInstant> retired_from;

  bool RetiredAt(WallInstant now) const { return retired_from.has_value() && now >= *retired_from; }
  const DeviceId& id() const { return declaration.device; }
};

// Verifies the three blobs and that they speak of one device. kUnauthenticated, kExpired (the
// maker's key was not in force), kInvalidArgument; the message names the blob.
Result<EnrolledDevice> OpenEnrolment(EnrolmentBlobs blobs, const Ed25519PublicKey& root);

// A policy signed by the root.
Result<Policy> OpenPolicy(ByteSpan blob, const Ed25519PublicKey& root);

// The landmarks of `list` whose position is stated by one of `position_records` (serialised, as
// hashed into the delegation); sorted by id. Records of others are ignored; a landmark without a
// record is left out, because a bound around an unknown place bounds nothing. kInvalidArgument: a
// record that is hashed into a delegation and makes no sense.
Result<std::vector<Landmark>> OpenPositions(const LandmarkListContent& list,
                                            std::span<const std::string> position_records);

// Enrolled devices. Enrolment is for good: the same device id with other material is refused.
class Registry {
 public:
  // kInvalidArgument: the device or its name is enrolled already.
  Status Add(EnrolledDevice device);

  // Null when there is none.
  const EnrolledDevice* Find(const DeviceId& id) const;
  const EnrolledDevice* FindByName(const std::string& name) const;
  // By name.
  const std::map<std::string, EnrolledDevice>& devices() const { return devices_; }

 private:
  std::map<std::string, EnrolledDevice> devices_;
  std::map<DeviceId, std::string> names_;
};

}  // namespace earshot

#endif  // EARSHOT_SERVER_ENGINE_ENROLMENT_H_
