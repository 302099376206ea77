// The one user of OpenSSL's block-level digest interface, deprecated in 3.0 in favour of EVP.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "core/crypto/sha256.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <new>
#include <type_traits>

namespace earshot {
namespace {

SHA256_CTX* Context(std::byte* storage) {
  return std::launder(reinterpret_cast<SHA256_CTX*>(storage));
}

}  // namespace

static_assert(std::is_trivially_copyable_v<SHA256_CTX>, "a state is copied as bytes");
static_assert(SHA256_CBLOCK == kSha256BlockBytes);
static_assert(SHA256_DIGEST_LENGTH == std::tuple_size_v<Bytes32>);

// These calls fail only for a null argument.
Sha256State::Sha256State() {
  static_assert(sizeof(SHA256_CTX) == kStateBytes && alignof(SHA256_CTX) <= 8);
  SHA256_Init(new (storage_.data()) SHA256_CTX);
}

void Sha256State::Update(ByteSpan bytes) {
  SHA256_Update(Context(storage_.data()), bytes.data(), bytes.size());
}

Bytes32 Sha256State::Finish() {
  SHA256_CTX* const context = Context(storage_.data());
  EARSHOT_CHECK(context->md_len == SHA256_DIGEST_LENGTH);  // Zero once wiped.
  Bytes32 digest{};
  SHA256_Final(digest.data(), context);
  return digest;
}

void Sha256State::Wipe() { OPENSSL_cleanse(storage_.data(), storage_.size()); }

Bytes32 Sha256(std::span<const ByteSpan> parts) {
  Sha256State state;
  for (const ByteSpan part : parts) state.Update(part);
  return state.Finish();
}

}  // namespace earshot
