#include "core/crypto/secret.h"

#include <openssl/crypto.h>

namespace earshot {

void Cleanse(MutableByteSpan bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

bool ConstantTimeEqual(ByteSpan a, ByteSpan b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Secret32::Secret32(Bytes32&& bytes) : bytes_(bytes) { Cleanse(bytes); }

Secret32 Secret32::Draw(Random& random) {
  Bytes32 bytes{};
  random.Fill(bytes);
  return Secret32(std::move(bytes));
}

Result<Secret32> Secret32::CopyFrom(ByteSpan bytes) {
  EARSHOT_ASSIGN_OR_RETURN(Bytes32 copy, ToBytes32(bytes));
  return Secret32(std::move(copy));
}

Secret32::Secret32(Secret32&& other) noexcept : bytes_(other.bytes_) { Cleanse(other.bytes_); }

Secret32& Secret32::operator=(Secret32&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    Cleanse(other.bytes_);
  }
  return *this;
}

Secret32::~Secret32() { Cleanse(bytes_); }

}  // namespace earshot
