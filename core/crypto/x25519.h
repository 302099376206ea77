// core/crypto/x25519.h: X25519 key agreement (RFC 7748).
#ifndef EARSHOT_CORE_CRYPTO_X25519_H_
#define EARSHOT_CORE_CRYPTO_X25519_H_

#include "core/base/bytes.h"
#include "core/base/random.h"
#include "core/crypto/evp_key.h"
#include "core/crypto/secret.h"

namespace earshot {

// A key pair: a landmark's listed key, or one share of a handshake. Move-only; wiped when it dies.
// Const use is thread-safe. A moved-from pair may only be assigned to or destroyed.
class X25519KeyPair {
 public:
  static X25519KeyPair FromPrivate(Secret32 private_key);
  static X25519KeyPair Generate(Random& random);

  const Bytes32& public_key() const { return public_key_; }

  // The shared secret with the holder of `peer_public_key`. About 33 us. kInvalidArgument when the
  // result is all zero: the peer sent a point of small order, and the secret would be public
  // (RFC 7748, 6.1). The result is not uniform: feed it to HkdfExtract before use.
  Result<Secret32> Agree(const Bytes32& peer_public_key) const;

  // The private scalar, for writing a key file.
  const Secret32& private_key() const { return private_key_; }

 private:
  X25519KeyPair(Secret32 private_key, internal::EvpKeyOwner key, const Bytes32& public_key);

  Secret32 private_key_;
  internal::EvpKeyOwner key_;
  Bytes32 public_key_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_CRYPTO_X25519_H_
