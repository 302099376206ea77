#include "core/crypto/signed_blob.h"

#include <gtest/gtest.h>

#include <set>

#include "core/crypto/operation_counts.h"
#include "core/crypto/seeded_random.h"
#include "earshot/v1/wire.pb.h"
#include "tests/core/crypto/hex.h"

namespace earshot {
namespace {

constexpr auto kContext = BlobContext::kEvidence;

class SignedBlobTest : public testing::Test {
 protected:
  ErrorCode Refusal(ByteSpan blob) const {
    const auto opened = OpenBlob(kContext, blob, key_.public_key());
    EXPECT_FALSE(opened.has_value());
    return opened.has_value() ? ErrorCode::kNotFound : opened.error().code();
  }

  SeededRandom random_{1};
  Ed25519PrivateKey key_ = Ed25519PrivateKey::Generate(random_);
  Bytes tbs_ = Hex("0801120474657874");
  Bytes blob_ = SignBlob(kContext, key_, tbs_);
};

Bytes Serialised(const v1::SignedBlob& blob) {
  const std::string text = blob.SerializeAsString();
  return Bytes(text.begin(), text.end());
}

TEST_F(SignedBlobTest, SignedBytesComeBackVerbatim) {
  const auto opened = OpenBlob(kContext, blob_, key_.public_key());
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(*opened, tbs_);
  EXPECT_EQ(ClaimedSigner(blob_).value(), key_.id());
}

TEST_F(SignedBlobTest, SignatureCoversContextZeroByteAndBytes) {
  v1::SignedBlob blob;
  ASSERT_TRUE(blob.ParseFromArray(blob_.data(), static_cast<int>(blob_.size())));
  Bytes input;
  for (const char c : std::string_view("EWP1 evidence v1\0", 17)) {
    input.push_back(static_cast<std::uint8_t>(c));
  }
  input.insert(input.end(), tbs_.begin(), tbs_.end());
  EXPECT_TRUE(key_.public_key().Verify(input, AsBytes(blob.signature())));
}

TEST_F(SignedBlobTest, NestedMessageOpensLikeItsBytes) {
  const v1::SignedBlob blob = SignBlobMessage(kContext, key_, tbs_);
  EXPECT_EQ(Serialised(blob), blob_);
  EXPECT_EQ(OpenBlob(kContext, blob, key_.public_key()).value(), tbs_);
  EXPECT_FALSE(OpenBlob(BlobContext::kReceipt, blob, key_.public_key()).has_value());
}

TEST_F(SignedBlobTest, EmptyBytesCanBeSignedAndOpened) {
  const Bytes blob = SignBlob(kContext, key_, {});
  EXPECT_TRUE(OpenBlob(kContext, blob, key_.public_key()).value().empty());
}

TEST_F(SignedBlobTest, AnyBitFlippedIsRefused) {
  for (std::size_t bit = 0; bit < blob_.size() * 8; ++bit) {
    EXPECT_FALSE(
        OpenBlob(kContext, WithBitFlipped(blob_, bit), key_.public_key()).has_value()) << bit;
  }
}

TEST_F(SignedBlobTest, TruncatedOrExtendedAnywhereIsRefused) {
  for (std::size_t size = 0; size < blob_.size(); ++size) {
    EXPECT_FALSE(
        OpenBlob(kContext, ByteSpan(blob_).first(size), key_.public_key()).has_value()) << size;
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    Bytes longer = blob_;
    longer.push_back(static_cast<std::uint8_t>(byte));
    EXPECT_FALSE(OpenBlob(kContext, longer, key_.public_key()).has_value()) << byte;
  }
}

TEST_F(SignedBlobTest, EveryOtherContextIsRefused) {
  std::set<std::string_view> texts;
  for (int value = 0; value <= static_cast<int>(BlobContext::kDeclaration); ++value) {
    const auto context = static_cast<BlobContext>(value);
    texts.insert(BlobContextText(context));
    EXPECT_EQ(OpenBlob(context, blob_, key_.public_key()).has_value(), context == kContext);
  }
  EXPECT_EQ(texts.size(), 10U);
}

TEST_F(SignedBlobTest, AnotherKeyIsRefusedBeforeItsSignatureIsLookedAt) {
  const Ed25519PrivateKey other = Ed25519PrivateKey::Generate(random_);
  const auto before = CurrentOperationCounts();
  EXPECT_EQ(OpenBlob(kContext, blob_, other.public_key()).error().code(),
            ErrorCode::kUnauthenticated);
  EXPECT_EQ(CurrentOperationCounts().verify, before.verify);
}

TEST_F(SignedBlobTest, AnotherKeysSignatureUnderThisKeysNameIsRefused) {
  const Ed25519PrivateKey other = Ed25519PrivateKey::Generate(random_);
  v1::SignedBlob forged = SignBlobMessage(kContext, other, tbs_);
  forged.set_key_id(ToString(key_.id().value()));
  EXPECT_EQ(Refusal(Serialised(forged)), ErrorCode::kUnauthenticated);
}

TEST_F(SignedBlobTest, AnotherAlgorithmIsUnsupported) {
  for (const std::uint32_t alg : {0U, 2U, UINT32_MAX}) {
    v1::SignedBlob blob = SignBlobMessage(kContext, key_, tbs_);
    blob.set_alg(alg);
    EXPECT_EQ(Refusal(Serialised(blob)), ErrorCode::kUnsupported);
  }
}

TEST_F(SignedBlobTest, UnknownFieldIsRefusedInBytesAndInMessage) {
  Bytes extended = blob_;
  extended.insert(extended.end(), {0x28, 0x01});  // field 5, varint 1
  EXPECT_EQ(Refusal(extended), ErrorCode::kInvalidArgument);
  v1::SignedBlob blob;
  ASSERT_TRUE(blob.ParseFromArray(extended.data(), static_cast<int>(extended.size())));
  EXPECT_EQ(OpenBlob(kContext, blob, key_.public_key()).error().code(),
            ErrorCode::kInvalidArgument);
}

// All of these parse to the same message; each would be a second hash of one signed object.
TEST_F(SignedBlobTest, OtherEncodingsOfTheSameBlobAreRefused) {
  Bytes repeated = {0x08, 0x01};
  repeated.insert(repeated.end(), blob_.begin(), blob_.end());
  Bytes overlong = blob_;
  overlong[1] = 0x81;  // alg 1 as the two bytes 81 00
  overlong.insert(overlong.begin() + 2, 0x00);
  Bytes reordered(blob_.begin() + 2, blob_.end());
  reordered.insert(reordered.end(), {0x08, 0x01});
  for (const Bytes& blob : {repeated, overlong, reordered}) {
    v1::SignedBlob parsed;
    ASSERT_TRUE(parsed.ParseFromArray(blob.data(), static_cast<int>(blob.size())));
    EXPECT_TRUE(OpenBlob(kContext, parsed, key_.public_key()).has_value());
    EXPECT_EQ(Refusal(blob), ErrorCode::kInvalidArgument);
    EXPECT_FALSE(ClaimedSigner(blob).has_value());
  }
}

TEST_F(SignedBlobTest, BlobAtTheLimitOpensAndLargerOnesAreRefused) {
  const Bytes limit = SignBlob(kContext, key_, Bytes(kSignedBlobTbsBytesMax));
  EXPECT_LE(limit.size(), kSignedBlobBytesMax);
  EXPECT_TRUE(OpenBlob(kContext, limit, key_.public_key()).has_value());
  // Noise is refused for its size, so before it is parsed.
  EXPECT_EQ(OpenBlob(kContext, Bytes(kSignedBlobBytesMax), key_.public_key()).error().message(),
            "bytes are not a SignedBlob");
  EXPECT_EQ(OpenBlob(kContext, Bytes(kSignedBlobBytesMax + 1), key_.public_key()).error().message(),
            "signed blob is larger than 1 MiB");
  v1::SignedBlob large = SignBlobMessage(kContext, key_, {});
  large.set_tbs(std::string(kSignedBlobTbsBytesMax + 1, 'x'));
  EXPECT_EQ(OpenBlob(kContext, large, key_.public_key()).error().code(),
            ErrorCode::kInvalidArgument);
}

TEST_F(SignedBlobTest, SignerOfNoiseIsRefused) {
  EXPECT_FALSE(ClaimedSigner(Hex("ffffffff")).has_value());
  v1::SignedBlob blob = SignBlobMessage(kContext, key_, tbs_);
  blob.set_key_id("short");
  EXPECT_EQ(ClaimedSigner(Serialised(blob)).error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace earshot
