#include "core/crypto/siphash.h"

#include <openssl/evp.h>

#include <utility>

namespace earshot {
namespace {

constexpr std::size_t kKeyBytes = 16;

EVP_MAC* SipHash() {
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
  EARSHOT_CHECK(mac != nullptr);
  return mac;
}

}  // namespace

void SipHashKey::ContextDeleter::operator()(evp_mac_ctx_st* context) const {
  EVP_MAC_CTX_free(context);
}

SipHashKey::SipHashKey(Secret32 key)
    : key_(std::move(key)), context_(EVP_MAC_CTX_new(SipHash())) {
  EARSHOT_CHECK(context_ != nullptr);
}

// The key is given anew for every tag: OpenSSL 3.0 does not rewind a context without one.
SipHashTag SipHashKey::Tag(std::initializer_list<ByteSpan> parts) const {
  EARSHOT_CHECK(EVP_MAC_init(context_.get(), key_.Expose().data(), kKeyBytes, nullptr) == 1);
  for (const ByteSpan part : parts) {
    EARSHOT_CHECK(EVP_MAC_update(context_.get(), part.data(), part.size()) == 1);
  }
  SipHashTag tag{};
  std::size_t size = 0;
  EARSHOT_CHECK(EVP_MAC_final(context_.get(), tag.data(), &size, tag.size()) == 1);
  EARSHOT_CHECK(size == tag.size());
  return tag;
}

}  // namespace earshot
