// What core/crypto/ed25519.h, x25519.h and evp_key.h promise, modelled.
//
// A signature mixes the public key with the message: whoever has both could make it, but another key or
// another message does not fit it.
#include <algorithm>
#include <array>

#include "bench/ns3/modelled/mix.h"
#include "core/base/check.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/evp_key.h"
#include "core/crypto/operation_counts.h"
#include "core/crypto/sha256.h"
#include "core/crypto/x25519.h"

namespace earshot {
namespace {

using modelled::Mix;
using modelled::MixOf;

constexpr std::uint64_t kPublicKey = 4;
constexpr std::uint64_t kSignature = 5;

Ed25519Signature SignatureOf(const Bytes32& public_key, ByteSpan message) {
  Mix mix(kSignature);
  mix.Add(public_key);
  mix.Add(message);
  Ed25519Signature signature{};
  mix.Expand(signature);
  return signature;
}

// Multiplication of four words each, odd and modulo 2^64: commutes, which is all that an agreement
// needs here.
Bytes32 Multiply(ByteSpan a, ByteSpan b) {
  Bytes32 product{};
  for (std::size_t at = 0; at < product.size(); at += 8) {
    std::uint64_t x = 0;
    std::uint64_t y = 0;
    std::memcpy(&x, a.data() + at, 8);
    std::memcpy(&y, b.data() + at, 8);
    x = (x | 1U) * y;
    std::memcpy(product.data() + at, &x, 8);
  }
  return product;
}

constexpr Bytes32 kBasePoint = [] {
  Bytes32 point{};
  point.fill(0x9d);
  return point;
}();

}  // namespace

namespace internal {

// No key of the model owns one.
void EvpKeyDeleter::operator()(evp_pkey_st* key) const { EARSHOT_CHECK(key == nullptr); }

}  // namespace internal

Ed25519PublicKey::Ed25519PublicKey(const Bytes32& bytes, std::shared_ptr<evp_pkey_st> key)
    : bytes_(bytes), id_(Sha256(bytes)), key_(std::move(key)) {}

Result<Ed25519PublicKey> Ed25519PublicKey::Parse(ByteSpan bytes) {
  EARSHOT_ASSIGN_OR_RETURN(const Bytes32 point, ToBytes32(bytes));
  if (point == Bytes32{}) {
    return Fail(ErrorCode::kInvalidArgument,
                "Ed25519 public key is a point of small order; generate a new key");
  }
  return Ed25519PublicKey(point, nullptr);
}

bool Ed25519PublicKey::Verify(ByteSpan message, ByteSpan signature) const {
  if (signature.size() != kEd25519SignatureBytes) return false;
  internal::CountVerify();
  return std::ranges::equal(SignatureOf(bytes_, message), signature);
}

Ed25519PrivateKey::Ed25519PrivateKey(Secret32 seed, internal::EvpKeyOwner key,
                                     Ed25519PublicKey public_key)
    : seed_(std::move(seed)), key_(std::move(key)), public_key_(std::move(public_key)) {}

Ed25519PrivateKey Ed25519PrivateKey::FromSeed(Secret32 seed) {
  Result<Ed25519PublicKey> public_key =
      Ed25519PublicKey::Parse(MixOf(kPublicKey, {seed.Expose()}));
  EARSHOT_CHECK(public_key.has_value());
  return Ed25519PrivateKey(std::move(seed), nullptr, *std::move(public_key));
}

Ed25519PrivateKey Ed25519PrivateKey::Generate(Random& random) {
  return FromSeed(Secret32::Draw(random));
}

Ed25519Signature Ed25519PrivateKey::Sign(ByteSpan message) const {
  internal::CountSign();
  return SignatureOf(public_key_.bytes(), message);
}

X25519KeyPair::X25519KeyPair(Secret32 private_key, internal::EvpKeyOwner key,
                             const Bytes32& public_key)
    : private_key_(std::move(private_key)), key_(std::move(key)), public_key_(public_key) {}

X25519KeyPair X25519KeyPair::FromPrivate(Secret32 private_key) {
  const Bytes32 public_key = Multiply(private_key.Expose(), kBasePoint);
  return X25519KeyPair(std::move(private_key), nullptr, public_key);
}

X25519KeyPair X25519KeyPair::Generate(Random& random) {
  return FromPrivate(Secret32::Draw(random));
}

Result<Secret32> X25519KeyPair::Agree(const Bytes32& peer_public_key) const {
  internal::CountKeyAgreement();
  Bytes32 shared = Multiply(private_key_.Expose(), peer_public_key);
  if (shared == Bytes32{}) {
    return Fail(ErrorCode::kInvalidArgument, "X25519 share of the peer is a point of small order");
  }
  return Secret32(std::move(shared));
}

}  // namespace earshot
