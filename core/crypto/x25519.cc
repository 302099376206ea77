#include "core/crypto/x25519.h"

#include <openssl/evp.h>

#include <memory>

#include "core/crypto/operation_counts.h"

namespace earshot {
namespace {

struct KeyContextDeleter {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};

}  // namespace

X25519KeyPair::X25519KeyPair(Secret32 private_key, internal::EvpKeyOwner key,
                             const Bytes32& public_key)
    : private_key_(std::move(private_key)), key_(std::move(key)), public_key_(public_key) {}

X25519KeyPair X25519KeyPair::FromPrivate(Secret32 private_key) {
  const ByteSpan raw = private_key.Expose();
  internal::EvpKeyOwner key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, raw.data(), raw.size()));
  EARSHOT_CHECK(key != nullptr);
  Bytes32 public_key{};
  std::size_t size = public_key.size();
  EARSHOT_CHECK(EVP_PKEY_get_raw_public_key(key.get(), public_key.data(), &size) == 1);
  return X25519KeyPair(std::move(private_key), std::move(key), public_key);
}

X25519KeyPair X25519KeyPair::Generate(Random& random) {
  return FromPrivate(Secret32::Draw(random));
}

Result<Secret32> X25519KeyPair::Agree(const Bytes32& peer_public_key) const {
  internal::CountKeyAgreement();
  const internal::EvpKeyOwner peer(EVP_PKEY_new_raw_public_key(
      EVP_PKEY_X25519, nullptr, peer_public_key.data(), peer_public_key.size()));
  EARSHOT_CHECK(peer != nullptr);
  const std::unique_ptr<EVP_PKEY_CTX, KeyContextDeleter> context(
      EVP_PKEY_CTX_new(key_.get(), nullptr));
  EARSHOT_CHECK(context != nullptr && EVP_PKEY_derive_init(context.get()) == 1);
  EARSHOT_CHECK(EVP_PKEY_derive_set_peer_ex(context.get(), peer.get(), 0) == 1);
  Bytes32 shared{};
  std::size_t size = shared.size();
  // OpenSSL itself fails on an all-zero result; a build that does not must not slip through.
  const bool derived = EVP_PKEY_derive(context.get(), shared.data(), &size) == 1;
  if (!derived || ConstantTimeEqual(shared, Bytes32{})) {
    return Fail(ErrorCode::kInvalidArgument, "X25519 share of the peer is a point of small order");
  }
  return Secret32(std::move(shared));
}

}  // namespace earshot
