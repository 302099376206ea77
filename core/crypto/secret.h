// core/crypto/secret.h: bytes that must not be copied, printed or left behind.
#ifndef EARSHOT_CORE_CRYPTO_SECRET_H_
#define EARSHOT_CORE_CRYPTO_SECRET_H_

#include "core/base/bytes.h"
#include "core/base/random.h"

namespace earshot {

// Overwrites `bytes` with zeros in a way that the compiler may not drop.
void Cleanse(MutableByteSpan bytes);

// Equality in a time that depends on the lengths alone: for tags, cookies and shared secrets.
bool ConstantTimeEqual(ByteSpan a, ByteSpan b);

// A 32-byte secret: a seed, a shared secret, a derived key. Move-only; the bytes are wiped when the
// object dies or is moved from. Neither comparable nor printable, so that it cannot reach a log by
// accident. A moved-from secret holds zeros.
class Secret32 {
 public:
  // Takes the bytes over and wipes the caller's copy.
  explicit Secret32(Bytes32&& bytes);
  static Secret32 Draw(Random& random);
  // Copies exactly 32 bytes, which stay the caller's to wipe. kInvalidArgument for another length.
  static Result<Secret32> CopyFrom(ByteSpan bytes);

  Secret32(Secret32&& other) noexcept;
  Secret32& operator=(Secret32&& other) noexcept;
  Secret32(const Secret32&) = delete;
  Secret32& operator=(const Secret32&) = delete;
  ~Secret32();

  // A view, not a copy: valid while this object lives and is not moved from.
  ByteSpan Expose() const { return bytes_; }

 private:
  Bytes32 bytes_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_CRYPTO_SECRET_H_
