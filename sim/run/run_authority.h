// sim/run/run_authority.h: root, maker and verdict keys of one run, and what they sign.
#ifndef EARSHOT_SIM_RUN_RUN_AUTHORITY_H_
#define EARSHOT_SIM_RUN_RUN_AUTHORITY_H_

#include <span>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/datagram.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/ed25519.h"
#include "core/domain/declaration.h"
#include "core/domain/policy.h"
#include "core/domain/system_claims.h"
#include "core/protocol/landmark_keys.h"
#include "sim/scenario/scenario.h"

namespace earshot {

// A landmark's keys and the root's word for them.
struct LandmarkMaterial {
  LandmarkKeys keys;
  Bytes position_record;  // serialised PositionRecord
  Bytes delegation_tbs;   // what the root signed
};

// Where agents find a landmark.
struct ListedEndpoint {
  const LandmarkMaterial* landmark = nullptr;
  Endpoint endpoint;
};

// Everything is in force from an hour before `now`, for clocks that disagree, to kRunValidity after
// it. All results are serialised SignedBlobs unless said otherwise.
inline constexpr Duration kRunValidity = std::chrono::hours(24 * 6);
inline constexpr std::string_view kRunMaker = "Fabrica (fictional)";

class RunAuthority {
 public:
  RunAuthority(Random& random, WallInstant now);

  const Ed25519PrivateKey& root() const { return root_; }
  const Ed25519PrivateKey& verdict_key() const { return verdict_; }

  LandmarkMaterial MakeLandmark(const ScenarioLandmark& landmark, const ScenarioPlace& place,
                                Random& random) const;
  Bytes LandmarkDelegation(const LandmarkMaterial& landmark) const;
  Bytes MakerDelegation() const;
  Bytes VerdictDelegation() const;
  Bytes LandmarkList(std::span<const ListedEndpoint> landmarks) const;
  Bytes RevocationList(std::span<const KeyId> revoked) const;
  Bytes Endorse(const Ed25519PublicKey& device, const std::string& model,
                SessionKeys session_keys) const;
  // kInvalidArgument for a value that the record cannot hold.
  Result<Bytes> SignPolicy(const Policy& policy) const;
  Result<Bytes> Declare(const std::string& device_name, const Declaration& declaration) const;

  WallInstant from() const { return from_; }
  WallInstant until() const { return until_; }

 private:
  Bytes DelegationTbs(int role, const std::string& subject, const Ed25519PublicKey& key,
                      ByteSpan position_record) const;

  WallInstant now_;
  WallInstant from_;
  WallInstant until_;
  Ed25519PrivateKey root_;
  Ed25519PrivateKey maker_;
  Ed25519PrivateKey verdict_;
};

// The firmware that the maker vouches for on `model`, and every device of a run claims.
Bytes32 FirmwareOf(const std::string& model);

}  // namespace earshot

#endif  // EARSHOT_SIM_RUN_RUN_AUTHORITY_H_
