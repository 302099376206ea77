// core/crypto/ed25519.h: Ed25519 signatures (RFC 8032) and the identifiers of their keys.
#ifndef EARSHOT_CORE_CRYPTO_ED25519_H_
#define EARSHOT_CORE_CRYPTO_ED25519_H_

#include <array>
#include <memory>

#include "core/base/bytes.h"
#include "core/base/random.h"
#include "core/base/strong_id.h"
#include "core/crypto/evp_key.h"
#include "core/crypto/secret.h"

namespace earshot {

inline constexpr std::size_t kEd25519SignatureBytes = 64;
using Ed25519Signature = std::array<std::uint8_t, kEd25519SignatureBytes>;

// SHA-256 of a public key's 32 bytes: how keys, and with them devices and landmarks, are named.
using KeyId = StrongId<struct KeyIdTag, Bytes32>;

// A parsed public key. Copies share the parsed form and are cheap. Thread-safe.
class Ed25519PublicKey {
 public:
  // kInvalidArgument for another length than 32 and for the points of small order: under those a
  // signature can be made that fits any message, so they name nobody.
  static Result<Ed25519PublicKey> Parse(ByteSpan bytes);

  const Bytes32& bytes() const { return bytes_; }
  const KeyId& id() const { return id_; }

  // Whether `signature` is this key's over `message`. False for any length but 64. About 70 us:
  // never in the timed path, never before the sender's address is validated.
  bool Verify(ByteSpan message, ByteSpan signature) const;

  friend bool operator==(const Ed25519PublicKey& a, const Ed25519PublicKey& b) {
    return a.bytes_ == b.bytes_;
  }

 private:
  Ed25519PublicKey(const Bytes32& bytes, std::shared_ptr<evp_pkey_st> key);

  Bytes32 bytes_;
  KeyId id_;
  std::shared_ptr<evp_pkey_st> key_;
};

// A private key. Move-only; wiped when it dies. Const use is thread-safe. A moved-from key may only
// be assigned to or destroyed.
class Ed25519PrivateKey {
 public:
  // From the 32-byte seed that RFC 8032 calls the private key.
  static Ed25519PrivateKey FromSeed(Secret32 seed);
  static Ed25519PrivateKey Generate(Random& random);

  const Ed25519PublicKey& public_key() const { return public_key_; }
  const KeyId& id() const { return public_key_.id(); }

  // Deterministic: the same message gets the same signature. About 30 us.
  Ed25519Signature Sign(ByteSpan message) const;

  // The seed, for writing a key file.
  const Secret32& seed() const { return seed_; }

 private:
  Ed25519PrivateKey(Secret32 seed, internal::EvpKeyOwner key, Ed25519PublicKey public_key);

  Secret32 seed_;
  internal::EvpKeyOwner key_;
  Ed25519PublicKey public_key_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_CRYPTO_ED25519_H_
