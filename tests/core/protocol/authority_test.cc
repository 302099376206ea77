#include "core/protocol/authority.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/crypto/signed_blob.h"
#include "core/protocol/strict_parse.h"
#include "earshot/v1/wire.pb.h"
#include "tests/core/protocol/session_fixture.h"

namespace earshot::protocol_test {
namespace {

constexpr std::uint64_t kEpoch = 1'767'225'600;
constexpr std::uint64_t kWeek = 7 * 24 * 3600;

WallInstant At(std::uint64_t unix_seconds) {
  return WallInstant::FromNanoseconds(static_cast<std::int64_t>(unix_seconds) * 1'000'000'000);
}

class Authority : public testing::Test {
 protected:
  Result<LandmarkListContent> AcceptList(const ListOptions& options) {
    return trust_.AcceptLandmarkList(MakeSignedWorld(root_, keys_, options).landmark_list);
  }
  Result<RevocationListContent> AcceptRevocations(std::uint64_t version, std::uint64_t epoch_s,
                                                  const KeyId& key, std::uint64_t since_s) {
    v1::RevocationList list;
    list.set_version(version);
    list.set_epoch_s(epoch_s);
    v1::RevokedKey& revoked = *list.add_revoked();
    revoked.set_key_id(ToString(key.value()));
    revoked.set_since_s(since_s);
    return trust_.AcceptRevocationList(
        SignBlob(BlobContext::kRevocationList, root_, Serialise(list)));
  }
  v1::Endorsement EndorsementMessage() const {
    v1::Endorsement message;
    message.set_device_key(ToString(device_.public_key().bytes()));
    message.set_maker("Maker Example");
    message.set_model("GX-100");
    message.add_firmware_sha256(std::string(32, 'f'));
    message.set_session_keys(v1::Endorsement::SESSION_KEYS_SEALED);
    message.set_not_before_s(kEpoch);
    message.set_not_after_s(kEpoch + kWeek);
    return message;
  }
  DelegatedKey Maker(Role role = Role::kMaker) const {
    return {.role = role,
            .subject = "Maker Example",
            .key = maker_.public_key(),
            .position_record_sha256 = {},
            .not_before = At(kEpoch),
            .not_after = At(kEpoch + kWeek)};
  }
  Result<Endorsement> Open(const v1::Endorsement& message, const DelegatedKey& maker) const {
    return OpenEndorsement(SignBlob(BlobContext::kEndorsement, maker_, Serialise(message)), maker);
  }

  Ed25519PrivateKey root_ = SigningKeyNamed("root");
  Ed25519PrivateKey maker_ = SigningKeyNamed("maker");
  Ed25519PrivateKey device_ = SigningKeyNamed("device");
  LandmarkKeys keys_{.id = LandmarkId("sin-1"),
                     .signing = SigningKeyNamed("landmark"),
                     .sealing = SealingKeyNamed("sealing")};
  ListTrust trust_{root_.public_key()};
};

TEST_F(Authority, ListYieldsItsLandmarks) {
  const auto list = AcceptList({});
  ASSERT_TRUE(list.has_value()) << list.error().message();
  ASSERT_EQ(list->landmarks.size(), 1U);
  const ListedLandmark& landmark = list->landmarks[0];
  EXPECT_EQ(landmark.id, LandmarkId("sin-1"));
  EXPECT_EQ(landmark.endpoint, kLandmarkEndpoint);
  EXPECT_EQ(landmark.key(), keys_.signing.public_key());
  EXPECT_EQ(landmark.sealing_key, keys_.sealing.public_key());
  EXPECT_EQ(list->entries_refused, 0U);
}

TEST_F(Authority, ListThatGoesBackIsRefusedAndTheSameOneIsNot) {
  ASSERT_TRUE(AcceptList({.version = 5, .epoch_s = kEpoch + 10}).has_value());
  EXPECT_TRUE(AcceptList({.version = 5, .epoch_s = kEpoch + 10}).has_value());
  const auto older_version = AcceptList({.version = 4, .epoch_s = kEpoch + 10});
  ASSERT_FALSE(older_version.has_value());
  EXPECT_EQ(older_version.error().code(), ErrorCode::kExpired);
  EXPECT_FALSE(AcceptList({.version = 6, .epoch_s = kEpoch + 9}).has_value());
  EXPECT_TRUE(AcceptList({.version = 6, .epoch_s = kEpoch + 10}).has_value());
}

TEST_F(Authority, RefusedListChangesNothing) {
  const LandmarkKeys other{
      .id = LandmarkId("x"), .signing = SigningKeyNamed("x"), .sealing = SealingKeyNamed("x")};
  const Bytes forged =
      MakeSignedWorld(SigningKeyNamed("not the root"), other, {.version = 99}).landmark_list;
  const auto refused = trust_.AcceptLandmarkList(forged);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::kUnauthenticated);
  EXPECT_TRUE(AcceptList({.version = 1}).has_value());
}

TEST_F(Authority, ListThatExpiresBeforeItsEpochIsRefused) {
  EXPECT_FALSE(AcceptList({.expires_s = kEpoch - 1}).has_value());
  EXPECT_TRUE(AcceptList({.expires_s = kEpoch}).has_value());
}

TEST_F(Authority, EntryWithABadDelegationIsLeftOut) {
  const ListOptions bad[] = {
      {.not_before_s = kEpoch + 1},
      {.not_before_s = kEpoch - 10, .not_after_s = kEpoch - 1},
      {.not_before_s = kEpoch - 1, .not_after_s = kEpoch + kWeek},
      {.not_before_s = kEpoch, .not_after_s = kEpoch - 1},
      {.role = 2},
      {.role = 0},
      {.role = 77},
      {.subject = "hkg-1"},
      {.subject = ""},
  };
  for (const ListOptions& options : bad) {
    const auto list = AcceptList(options);
    ASSERT_TRUE(list.has_value());
    EXPECT_TRUE(list->landmarks.empty());
    EXPECT_EQ(list->entries_refused, 1U);
  }
}

TEST_F(Authority, SignatureOfOneTypeIsNoneOfAnother) {
  const SignedWorld world = MakeSignedWorld(root_, keys_);
  EXPECT_TRUE(OpenDelegation(world.delegation, root_.public_key()).has_value());
  EXPECT_FALSE(OpenDelegation(world.landmark_list, root_.public_key()).has_value());
  EXPECT_FALSE(trust_.AcceptLandmarkList(world.delegation).has_value());
  EXPECT_FALSE(trust_.AcceptRevocationList(world.landmark_list).has_value());
}

TEST_F(Authority, SignedBytesInAnotherEncodingAreRefused) {
  const auto accept = [this](Bytes tbs, ByteSpan more) {
    tbs.insert(tbs.end(), more.begin(), more.end());
    return trust_.AcceptRevocationList(SignBlob(BlobContext::kRevocationList, root_, tbs));
  };
  v1::RevocationList list;
  list.set_version(3);
  list.set_epoch_s(kEpoch);
  const Bytes tbs = Serialise(list);
  EXPECT_TRUE(accept(tbs, {}).has_value());
  EXPECT_FALSE(accept(tbs, Bytes{0x08, 0x04}).has_value()) << "a singular field twice";
  EXPECT_FALSE(accept(tbs, Bytes{0x78, 0x01}).has_value()) << "an unknown field";
  EXPECT_FALSE(accept(tbs, Bytes{0x00}).has_value()) << "trailing bytes";
  EXPECT_FALSE(accept(Bytes{0x08, 0x83, 0x00}, {}).has_value()) << "an overlong integer";
}

TEST_F(Authority, InstantBeyondTheClockIsRefused) {
  EXPECT_FALSE(AcceptList({.expires_s = ~std::uint64_t{0}}).has_value());
}

TEST_F(Authority, KeyIsRevokedFromItsInstantOn) {
  const KeyId device = device_.id();
  const auto list = AcceptRevocations(1, kEpoch, device, kEpoch + 5);
  ASSERT_TRUE(list.has_value());
  EXPECT_FALSE(list->Revoked(device, At(kEpoch + 4)));
  EXPECT_TRUE(list->Revoked(device, At(kEpoch + 5)));
  EXPECT_FALSE(list->Revoked(maker_.id(), At(kEpoch + 5)));
  ASSERT_TRUE(AcceptRevocations(2, kEpoch, device, kEpoch).has_value());
  EXPECT_FALSE(AcceptRevocations(1, kEpoch, maker_.id(), kEpoch).has_value());
}

TEST_F(Authority, EndorsementSpeaksForItsDevice) {
  const auto endorsement = Open(EndorsementMessage(), Maker());
  ASSERT_TRUE(endorsement.has_value()) << endorsement.error().message();
  EXPECT_EQ(endorsement->device.value(), device_.id().value());
  EXPECT_EQ(endorsement->model, "GX-100");
  EXPECT_EQ(endorsement->session_keys, SessionKeys::kSealed);
}

TEST_F(Authority, EndorsementWithoutARightfulMakerIsRefused) {
  EXPECT_FALSE(Open(EndorsementMessage(), Maker(Role::kVerdict)).has_value());
  DelegatedKey other_maker = Maker();
  other_maker.subject = "Other Maker";
  EXPECT_FALSE(Open(EndorsementMessage(), other_maker).has_value());
  DelegatedKey other_key = Maker();
  other_key.key = device_.public_key();
  EXPECT_FALSE(Open(EndorsementMessage(), other_key).has_value());
  DelegatedKey late = Maker();
  late.not_before = At(kEpoch + 1);
  EXPECT_FALSE(Open(EndorsementMessage(), late).has_value());
}

TEST_F(Authority, WhatIsNotSaidToBeSealedIsOnTheHost) {
  v1::Endorsement message = EndorsementMessage();
  message.set_session_keys(v1::Endorsement::SESSION_KEYS_UNSPECIFIED);
  EXPECT_EQ(Open(message, Maker())->session_keys, SessionKeys::kHost);
}

TEST_F(Authority, FindingsNameWhatSpeaksAgainstTheDevice) {
  const Endorsement endorsement = *Open(EndorsementMessage(), Maker());
  const auto revocations = AcceptRevocations(1, kEpoch, device_.id(), kEpoch + 5);
  SystemClaims claims{.model = "GX-100", .firmware_sha256 = {}, .boot_count = 1};
  claims.firmware_sha256.fill('f');
  using Findings = std::vector<CryptographicFinding>;
  const auto findings = [&](const SystemClaims* said, std::uint64_t at) {
    return EndorsementFindings(endorsement, &*revocations, said, At(at));
  };
  EXPECT_EQ(findings(&claims, kEpoch), Findings{});
  EXPECT_EQ(findings(nullptr, kEpoch), Findings{});
  EXPECT_EQ(findings(&claims, kEpoch + 5), Findings{CryptographicFinding::kKeyRevoked});
  EXPECT_EQ(findings(&claims, kEpoch - 1), Findings{CryptographicFinding::kKeyExpired});
  SystemClaims other_model = claims;
  other_model.model = "GX-200";
  EXPECT_EQ(findings(&other_model, kEpoch), Findings{CryptographicFinding::kEndorsementMismatch});
  SystemClaims other_firmware = claims;
  other_firmware.firmware_sha256[0] ^= 1U;
  EXPECT_EQ(findings(&other_firmware, kEpoch),
            Findings{CryptographicFinding::kEndorsementMismatch});
}

}  // namespace
}  // namespace earshot::protocol_test
