// core/protocol/authority.h: what the root and the makers have signed, verified and turned into
// plain types.
//
// Verify first, parse afterwards: `tbs` is not looked at before its signature stands. Unknown
// fields, trailing bytes and oversized blobs are refused. Versions only go up: whoever replays an
// old list cannot bring a withdrawn key back.
#ifndef EARSHOT_CORE_PROTOCOL_AUTHORITY_H_
#define EARSHOT_CORE_PROTOCOL_AUTHORITY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/datagram.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/ed25519.h"
#include "core/domain/ids.h"
#include "core/domain/observation.h"
#include "core/domain/system_claims.h"

namespace earshot {

// What a delegated key may sign. The values are those of the wire.
enum class Role : std::uint8_t { kLandmark = 1, kVerdict = 2, kMaker = 3, kLog = 4 };

// A key that the root lets act in one role for a while.
struct DelegatedKey {
  Role role = Role::kLandmark;
  std::string subject;  // landmark id, maker name, "verdict"
  Ed25519PublicKey key;
  Bytes32 position_record_sha256{};  // landmarks only; zero otherwise
  WallInstant not_before;
  WallInstant not_after;

  bool InForceAt(WallInstant at) const { return not_before <= at && at <= not_after; }
};

// A landmark as an agent needs it to open a session, and a verifier to judge a receipt.
struct ListedLandmark {
  LandmarkId id;
  Endpoint endpoint;
  DelegatedKey delegation;
  Bytes32 sealing_key{};  // X25519

  const Ed25519PublicKey& key() const { return delegation.key; }
};

// The longest a landmark's key may serve.
inline constexpr Duration kLandmarkDelegationMax = std::chrono::hours(24 * 7);
inline constexpr std::size_t kListedLandmarksMax = 512;
inline constexpr std::size_t kRevokedKeysMax = 1024;

// A Delegation in force in no particular role: the caller checks role, subject and time.
// kUnauthenticated: not signed by `root`; kInvalidArgument: signed, and not a Delegation.
Result<DelegatedKey> OpenDelegation(ByteSpan blob, const Ed25519PublicKey& root);

struct LandmarkListContent {
  std::uint64_t version = 0;
  WallInstant epoch;    // delegations were judged at this instant, not at the reader's clock
  WallInstant expires;  // for readers that do have a clock
  std::vector<ListedLandmark> landmarks;  // entries that stand, in the list's order
  std::uint32_t entries_refused = 0;      // left out: bad delegation, role, subject, time, key
};

struct RevocationListContent {
  struct Entry {
    KeyId key;
    WallInstant since;
    std::string why;
  };
  std::uint64_t version = 0;
  WallInstant epoch;
  std::vector<Entry> revoked;

  // Whether `key` was withdrawn at or before `at`.
  bool Revoked(const KeyId& key, WallInstant at) const;
};

// The newest list of one kind that one party has accepted.
struct HighestList {
  std::uint64_t version = 0;
  WallInstant epoch;
};

// The lists one party has accepted so far. An older version or an earlier epoch than the highest
// accepted is refused (kExpired); a refused list changes nothing. The same list may come again.
class ListTrust {
 public:
  explicit ListTrust(Ed25519PublicKey root) : root_(std::move(root)) {}

  Result<LandmarkListContent> AcceptLandmarkList(ByteSpan blob);
  Result<RevocationListContent> AcceptRevocationList(ByteSpan blob);

  const Ed25519PublicKey& root() const { return root_; }
  const HighestList& highest_landmark_list() const { return landmark_list_; }
  // Begins where an earlier life of this party ended: older landmark lists are refused from here on.
  void RefuseLandmarkListsBelow(const HighestList& highest);

 private:
  static Status Raise(HighestList& highest, std::uint64_t version, WallInstant epoch);

  Ed25519PublicKey root_;
  HighestList landmark_list_;
  HighestList revocation_list_;
};

// A maker's Endorsement, signed by `maker_key`, which must act in the role kMaker and be in force
// when the endorsement begins. Errors as OpenDelegation; kExpired when the maker's key was not in
// force.
Result<Endorsement> OpenEndorsement(ByteSpan blob, const DelegatedKey& maker);

// What the device's own signed material says against it at `at`, beside the endorsement: key
// revoked, endorsement not in force, model or firmware that the maker does not vouch for. `claims`
// null: no EVIDENCE, nothing to compare.
std::vector<CryptographicFinding> EndorsementFindings(const Endorsement& endorsement,
                                                      const RevocationListContent* revocations,
                                                      const SystemClaims* claims, WallInstant at);

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_AUTHORITY_H_
