// tests/support/authority_fixture.h: a root, its landmarks and its devices, signed and ready.
#ifndef EARSHOT_TESTS_SUPPORT_AUTHORITY_FIXTURE_H_
#define EARSHOT_TESTS_SUPPORT_AUTHORITY_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/datagram.h"
#include "core/base/time.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/seeded_random.h"
#include "core/crypto/x25519.h"
#include "core/protocol/landmark_keys.h"

namespace earshot {

// 2026-01-01: the epoch unless a test needs the real one.
inline constexpr std::uint64_t kFixtureEpochSeconds = 1'767'225'600;
WallInstant FixtureWall();

struct FixturePlace {
  std::string id;
  std::string domain;
  double latitude_deg = 0;
  double longitude_deg = 0;
};

struct FixtureLandmark {
  LandmarkKeys keys;
  Endpoint endpoint;
  FixturePlace place;
  std::string position_record;  // serialised
  Bytes delegation;             // SignedBlob
};

// Everything is drawn from one seed and in force for a day around `epoch`. Blobs are serialised SignedBlobs.
class AuthorityFixture {
 public:
  explicit AuthorityFixture(std::uint64_t seed = 1, WallInstant epoch = FixtureWall());

  FixtureLandmark& AddLandmark(const FixturePlace& place, const Endpoint& endpoint);
  // From now on the delegation of landmark `id`, under the same key, states another place.
  void MoveLandmark(const std::string& id, double latitude_deg, double longitude_deg);
  // The list of all landmarks added so far.
  Bytes LandmarkList(std::uint64_t version = 1) const;
  Bytes RevocationList(std::uint64_t version, const std::vector<Bytes32>& revoked) const;

  Ed25519PrivateKey NewKey() { return Ed25519PrivateKey::Generate(random_); }
  Bytes Endorse(const Ed25519PublicKey& device, const std::string& model,
                const Bytes32& firmware, bool sealed = true) const;
  Bytes MakerDelegation() const;
  Bytes VerdictDelegation() const;

  const Ed25519PrivateKey& root() const { return root_; }
  const Ed25519PrivateKey& maker() const { return maker_; }
  const Ed25519PrivateKey& verdict_key() const { return verdict_key_; }
  SeededRandom& random() { return random_; }
  std::vector<std::unique_ptr<FixtureLandmark>>& landmarks() { return landmarks_; }

 private:
  void State(FixtureLandmark& landmark) const;
  Bytes Delegate(int role, const std::string& subject, const Ed25519PublicKey& key,
                 const Bytes32* position_record_sha256) const;

  SeededRandom random_;
  std::uint64_t epoch_s_;
  Ed25519PrivateKey root_;
  Ed25519PrivateKey maker_;
  Ed25519PrivateKey verdict_key_;
  std::vector<std::unique_ptr<FixtureLandmark>> landmarks_;
};

}  // namespace earshot

#endif  // EARSHOT_TESTS_SUPPORT_AUTHORITY_FIXTURE_H_
