#include "core/protocol/authority.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "core/crypto/sha256.h"
#include "core/crypto/signed_blob.h"
#include "core/protocol/strict_parse.h"
#include "earshot/v1/wire.pb.h"

namespace earshot {
namespace {

constexpr std::size_t kSubjectBytesMax = 128;
constexpr int kEndorsedFirmwareMax = 64;

Result<WallInstant> FromSeconds(std::uint64_t seconds) {
  constexpr std::uint64_t kMax =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / 1'000'000'000U;
  if (seconds > kMax) {
    return Fail(ErrorCode::kInvalidArgument, "instant is beyond the year 2262");
  }
  return WallInstant::FromNanoseconds(static_cast<std::int64_t>(seconds) * 1'000'000'000);
}

template <typename Message>
Result<Message> ParseTbs(const Bytes& tbs, const char* what) {
  Message message;
  if (!ParseStrictly(tbs, message)) {
    return Fail(ErrorCode::kInvalidArgument,
                std::string("signed bytes are not a ").append(what).append(" in its one encoding"));
  }
  return message;
}

Result<DelegatedKey> DelegatedKeyFrom(const v1::Delegation& delegation) {
  if (delegation.role() < v1::ROLE_LANDMARK || delegation.role() > v1::ROLE_LOG) {
    return Fail(ErrorCode::kInvalidArgument, "delegation has an unknown role");
  }
  if (delegation.subject().empty() || delegation.subject().size() > kSubjectBytesMax) {
    return Fail(ErrorCode::kInvalidArgument, "delegation needs a subject of 1 to 128 bytes");
  }
  EARSHOT_ASSIGN_OR_RETURN(Ed25519PublicKey key,
                           Ed25519PublicKey::Parse(AsBytes(delegation.public_key())));
  EARSHOT_ASSIGN_OR_RETURN(const WallInstant not_before, FromSeconds(delegation.not_before_s()));
  EARSHOT_ASSIGN_OR_RETURN(const WallInstant not_after, FromSeconds(delegation.not_after_s()));
  if (not_after < not_before) {
    return Fail(ErrorCode::kInvalidArgument, "delegation ends before it begins");
  }
  DelegatedKey out{.role = static_cast<Role>(delegation.role()),
                   .subject = delegation.subject(),
                   .key = std::move(key),
                   .position_record_sha256 = {},
                   .not_before = not_before,
                   .not_after = not_after};
  const bool is_landmark = out.role == Role::kLandmark;
  if (is_landmark && not_after - not_before > kLandmarkDelegationMax) {
    return Fail(ErrorCode::kInvalidArgument, "landmark delegation is longer than 7 days");
  }
  if (is_landmark || !delegation.position_record_sha256().empty()) {
    EARSHOT_ASSIGN_OR_RETURN(out.position_record_sha256,
                             ToBytes32(AsBytes(delegation.position_record_sha256())));
  }
  return out;
}

// An entry of a verified list, or nothing when it does not stand.
std::optional<ListedLandmark> ListedLandmarkFrom(const v1::LandmarkEntry& entry,
                                                 const Ed25519PublicKey& root, WallInstant epoch) {
  const Result<Bytes> tbs = OpenBlob(BlobContext::kDelegation, entry.delegation(), root);
  if (!tbs.has_value()) return std::nullopt;
  const Result<v1::Delegation> message = ParseTbs<v1::Delegation>(*tbs, "Delegation");
  if (!message.has_value()) return std::nullopt;
  Result<DelegatedKey> delegation = DelegatedKeyFrom(*message);
  const Result<Endpoint> endpoint = Endpoint::Parse(entry.endpoint());
  const Result<Bytes32> sealing_key = ToBytes32(AsBytes(entry.sealing_key()));
  if (!delegation.has_value() || !endpoint.has_value() || !sealing_key.has_value() ||
      delegation->role != Role::kLandmark || delegation->subject != entry.landmark_id() ||
      !delegation->InForceAt(epoch)) {
    return std::nullopt;
  }
  return ListedLandmark{.id = LandmarkId(entry.landmark_id()),
                        .endpoint = *endpoint,
                        .delegation = *std::move(delegation),
                        .sealing_key = *sealing_key};
}

bool IsListed(const std::vector<ListedLandmark>& landmarks, const LandmarkId& id) {
  return std::ranges::any_of(landmarks, [&id](const auto& landmark) { return landmark.id == id; });
}

}  // namespace

Result<DelegatedKey> OpenDelegation(ByteSpan blob, const Ed25519PublicKey& root) {
  EARSHOT_ASSIGN_OR_RETURN(const Bytes tbs, OpenBlob(BlobContext::kDelegation, blob, root));
  EARSHOT_ASSIGN_OR_RETURN(const v1::Delegation message,
                           ParseTbs<v1::Delegation>(tbs, "Delegation"));
  return DelegatedKeyFrom(message);
}

bool RevocationListContent::Revoked(const KeyId& key, WallInstant at) const {
  return std::ranges::any_of(
      revoked, [&](const Entry& entry) { return entry.key == key && entry.since <= at; });
}

void ListTrust::RefuseLandmarkListsBelow(const HighestList& highest) {
  landmark_list_.version = std::max(landmark_list_.version, highest.version);
  landmark_list_.epoch = std::max(landmark_list_.epoch, highest.epoch);
}

Status ListTrust::Raise(HighestList& highest, std::uint64_t version, WallInstant epoch) {
  if (version < highest.version || epoch < highest.epoch) {
    const bool by_epoch = version >= highest.version;
    return Fail(ErrorCode::kExpired,
                "list version " + std::to_string(version) +
                    (by_epoch ? " has an earlier epoch than" : " is older than") + " version " +
                    std::to_string(highest.version) +
                    ", which was accepted before; use that one, or have a newer one signed");
  }
  highest = {.version = version, .epoch = epoch};
  return {};
}

Result<LandmarkListContent> ListTrust::AcceptLandmarkList(ByteSpan blob) {
  EARSHOT_ASSIGN_OR_RETURN(const Bytes tbs, OpenBlob(BlobContext::kLandmarkList, blob, root_));
  EARSHOT_ASSIGN_OR_RETURN(const v1::LandmarkList list,
                           ParseTbs<v1::LandmarkList>(tbs, "LandmarkList"));
  if (static_cast<std::size_t>(list.landmarks_size()) > kListedLandmarksMax) {
    return Fail(ErrorCode::kResourceLimit, "list has more than 512 landmarks");
  }
  LandmarkListContent content;
  content.version = list.version();
  EARSHOT_ASSIGN_OR_RETURN(content.epoch, FromSeconds(list.epoch_s()));
  EARSHOT_ASSIGN_OR_RETURN(content.expires, FromSeconds(list.expires_s()));
  if (content.expires < content.epoch) {
    return Fail(ErrorCode::kExpired, "list expires before its epoch");
  }
  EARSHOT_RETURN_IF_ERROR(Raise(landmark_list_, content.version, content.epoch));
  for (const v1::LandmarkEntry& entry : list.landmarks()) {
    std::optional<ListedLandmark> landmark = ListedLandmarkFrom(entry, root_, content.epoch);
    if (landmark.has_value() && !IsListed(content.landmarks, landmark->id)) {
      content.landmarks.push_back(*std::move(landmark));
    } else {
      ++content.entries_refused;
    }
  }
  return content;
}

Result<RevocationListContent> ListTrust::AcceptRevocationList(ByteSpan blob) {
  EARSHOT_ASSIGN_OR_RETURN(const Bytes tbs, OpenBlob(BlobContext::kRevocationList, blob, root_));
  EARSHOT_ASSIGN_OR_RETURN(const v1::RevocationList list,
                           ParseTbs<v1::RevocationList>(tbs, "RevocationList"));
  if (static_cast<std::size_t>(list.revoked_size()) > kRevokedKeysMax) {
    return Fail(ErrorCode::kResourceLimit, "list revokes more than 1024 keys");
  }
  RevocationListContent content;
  content.version = list.version();
  EARSHOT_ASSIGN_OR_RETURN(content.epoch, FromSeconds(list.epoch_s()));
  for (const v1::RevokedKey& entry : list.revoked()) {
    EARSHOT_ASSIGN_OR_RETURN(const Bytes32 key_id, ToBytes32(AsBytes(entry.key_id())));
    EARSHOT_ASSIGN_OR_RETURN(const WallInstant since, FromSeconds(entry.since_s()));
    content.revoked.push_back({.key = KeyId(key_id), .since = since, .why = entry.why()});
  }
  EARSHOT_RETURN_IF_ERROR(Raise(revocation_list_, content.version, content.epoch));
  return content;
}

Result<Endorsement> OpenEndorsement(ByteSpan blob, const DelegatedKey& maker) {
  if (maker.role != Role::kMaker) {
    return Fail(ErrorCode::kUnauthenticated,
                "key of " + maker.subject + " is not delegated to endorse devices");
  }
  EARSHOT_ASSIGN_OR_RETURN(const Bytes tbs, OpenBlob(BlobContext::kEndorsement, blob, maker.key));
  EARSHOT_ASSIGN_OR_RETURN(const v1::Endorsement message,
                           ParseTbs<v1::Endorsement>(tbs, "Endorsement"));
  if (message.maker() != maker.subject) {
    return Fail(ErrorCode::kUnauthenticated, "endorsement names another maker than its signer");
  }
  if (message.firmware_sha256_size() > kEndorsedFirmwareMax) {
    return Fail(ErrorCode::kResourceLimit, "endorsement lists more than 64 firmware hashes");
  }
  EARSHOT_ASSIGN_OR_RETURN(const Ed25519PublicKey device,
                           Ed25519PublicKey::Parse(AsBytes(message.device_key())));
  Endorsement out;
  out.device = DeviceId(device.id().value());
  out.maker = message.maker();
  out.model = message.model();
  for (const std::string& firmware : message.firmware_sha256()) {
    EARSHOT_ASSIGN_OR_RETURN(const Bytes32 digest, ToBytes32(AsBytes(firmware)));
    out.firmware_sha256.push_back(digest);
  }
  // Whatever is not said to be sealed is on the host: the cautious reading.
  out.session_keys = message.session_keys() == v1::Endorsement::SESSION_KEYS_SEALED
                         ? SessionKeys::kSealed
                         : SessionKeys::kHost;
  EARSHOT_ASSIGN_OR_RETURN(out.not_before, FromSeconds(message.not_before_s()));
  EARSHOT_ASSIGN_OR_RETURN(out.not_after, FromSeconds(message.not_after_s()));
  if (!maker.InForceAt(out.not_before)) {
    return Fail(ErrorCode::kExpired, "maker's key was not in force when it endorsed");
  }
  return out;
}

std::vector<CryptographicFinding> EndorsementFindings(const Endorsement& endorsement,
                                                      const RevocationListContent* revocations,
                                                      const SystemClaims* claims, WallInstant at) {
  std::vector<CryptographicFinding> findings;
  if (revocations != nullptr && revocations->Revoked(KeyId(endorsement.device.value()), at)) {
    findings.push_back(CryptographicFinding::kKeyRevoked);
  }
  if (at < endorsement.not_before || at > endorsement.not_after) {
    findings.push_back(CryptographicFinding::kKeyExpired);
  }
  if (claims != nullptr &&
      (claims->model != endorsement.model ||
       std::ranges::find(endorsement.firmware_sha256, claims->firmware_sha256) ==
           endorsement.firmware_sha256.end())) {
    findings.push_back(CryptographicFinding::kEndorsementMismatch);
  }
  return findings;
}

}  // namespace earshot
