#include "core/crypto/ed25519.h"

#include <openssl/evp.h>

#include <algorithm>
#include <string_view>

#include "core/crypto/operation_counts.h"
#include "core/crypto/sha256.h"

namespace earshot {
namespace {

struct DigestContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, DigestContextDeleter>;

// Every encoding, canonical or not, of the eight points whose order divides 8, without the sign
// bit.
constexpr std::array<std::string_view, 7> kSmallOrderPoints = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};

bool HasSmallOrder(Bytes32 point) {
  point[31] &= 0x7f;
  return std::find(kSmallOrderPoints.begin(), kSmallOrderPoints.end(), HexEncode(point)) !=
         kSmallOrderPoints.end();
}

}  // namespace

Ed25519PublicKey::Ed25519PublicKey(const Bytes32& bytes, std::shared_ptr<evp_pkey_st> key)
    : bytes_(bytes), id_(Sha256(bytes)), key_(std::move(key)) {}

Result<Ed25519PublicKey> Ed25519PublicKey::Parse(ByteSpan bytes) {
  EARSHOT_ASSIGN_OR_RETURN(const Bytes32 point, ToBytes32(bytes));
  if (HasSmallOrder(point)) {
    return Fail(ErrorCode::kInvalidArgument,
                "Ed25519 public key is a point of small order; generate a new key");
  }
  internal::EvpKeyOwner key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, point.data(), point.size()));
  // OpenSSL takes any 32 bytes; bytes that are no point of the curve verify nothing.
  EARSHOT_CHECK(key != nullptr);
  return Ed25519PublicKey(point, std::shared_ptr<evp_pkey_st>(std::move(key)));
}

bool Ed25519PublicKey::Verify(ByteSpan message, ByteSpan signature) const {
  if (signature.size() != kEd25519SignatureBytes) return false;
  internal::CountVerify();
  const DigestContext context(EVP_MD_CTX_new());
  EARSHOT_CHECK(context != nullptr);
  EARSHOT_CHECK(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

Ed25519PrivateKey::Ed25519PrivateKey(Secret32 seed, internal::EvpKeyOwner key,
                                     Ed25519PublicKey public_key)
    : seed_(std::move(seed)), key_(std::move(key)), public_key_(std::move(public_key)) {}

Ed25519PrivateKey Ed25519PrivateKey::FromSeed(Secret32 seed) {
  const ByteSpan raw = seed.Expose();
  internal::EvpKeyOwner key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw.data(), raw.size()));
  EARSHOT_CHECK(key != nullptr);
  Bytes32 point{};
  std::size_t size = point.size();
  EARSHOT_CHECK(EVP_PKEY_get_raw_public_key(key.get(), point.data(), &size) == 1);
  // A clamped scalar times the base point is never of small order.
  Result<Ed25519PublicKey> public_key = Ed25519PublicKey::Parse(point);
  EARSHOT_CHECK(public_key.has_value());
  return Ed25519PrivateKey(std::move(seed), std::move(key), *std::move(public_key));
}

Ed25519PrivateKey Ed25519PrivateKey::Generate(Random& random) {
  return FromSeed(Secret32::Draw(random));
}

Ed25519Signature Ed25519PrivateKey::Sign(ByteSpan message) const {
  internal::CountSign();
  const DigestContext context(EVP_MD_CTX_new());
  EARSHOT_CHECK(context != nullptr);
  EARSHOT_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
  Ed25519Signature signature{};
  std::size_t size = signature.size();
  EARSHOT_CHECK(EVP_DigestSign(context.get(), signature.data(), &size, message.data(),
                               message.size()) == 1);
  EARSHOT_CHECK(size == signature.size());
  return signature;
}

}  // namespace earshot
