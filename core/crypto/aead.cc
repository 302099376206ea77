#include "core/crypto/aead.h"

#include <openssl/evp.h>

#include <memory>

namespace earshot {
namespace {

struct CipherContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, CipherContextDeleter>;

enum class Direction : int { kOpen = 0, kSeal = 1 };

// A context that is keyed and has taken in the associated data. None of these steps depends on
// whether the input is authentic, so a failure is OpenSSL's.
CipherContext Begin(Direction direction, const Secret32& key, const AeadNonce& nonce,
                    ByteSpan associated_data) {
  EARSHOT_CHECK(associated_data.size() <= kAeadPlaintextBytesMax);
  CipherContext context(EVP_CIPHER_CTX_new());
  EARSHOT_CHECK(context != nullptr);
  EARSHOT_CHECK(EVP_CipherInit_ex(context.get(), EVP_chacha20_poly1305(), nullptr,
                                  key.Expose().data(), nonce.data(),
                                  static_cast<int>(direction)) == 1);
  int written = 0;
  if (!associated_data.empty()) {
    EARSHOT_CHECK(EVP_CipherUpdate(context.get(), nullptr, &written, associated_data.data(),
                                   static_cast<int>(associated_data.size())) == 1);
  }
  return context;
}

// Runs `in` through the stream cipher; `out` has room for as many bytes.
void Transform(EVP_CIPHER_CTX* context, ByteSpan in, std::uint8_t* out) {
  if (in.empty()) return;
  int written = 0;
  EARSHOT_CHECK(EVP_CipherUpdate(context, out, &written, in.data(),
                                 static_cast<int>(in.size())) == 1);
}

}  // namespace

Bytes AeadSeal(const Secret32& key, const AeadNonce& nonce, ByteSpan associated_data,
               ByteSpan plaintext) {
  EARSHOT_CHECK(plaintext.size() <= kAeadPlaintextBytesMax);
  const CipherContext context = Begin(Direction::kSeal, key, nonce, associated_data);
  Bytes sealed(plaintext.size() + kAeadTagBytes);
  Transform(context.get(), plaintext, sealed.data());
  int written = 0;
  std::uint8_t* const tag = sealed.data() + plaintext.size();
  EARSHOT_CHECK(EVP_CipherFinal_ex(context.get(), tag, &written) == 1);
  EARSHOT_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kAeadTagBytes, tag) == 1);
  return sealed;
}

Result<Bytes> AeadOpen(const Secret32& key, const AeadNonce& nonce, ByteSpan associated_data,
                       ByteSpan sealed) {
  if (sealed.size() < kAeadTagBytes || sealed.size() > kAeadPlaintextBytesMax + kAeadTagBytes ||
      associated_data.size() > kAeadPlaintextBytesMax) {
    return Fail(ErrorCode::kUnauthenticated, "sealed message has an impossible length");
  }
  const ByteSpan ciphertext = sealed.first(sealed.size() - kAeadTagBytes);
  std::array<std::uint8_t, kAeadTagBytes> tag{};
  std::copy_n(sealed.data() + ciphertext.size(), kAeadTagBytes, tag.data());

  const CipherContext context = Begin(Direction::kOpen, key, nonce, associated_data);
  EARSHOT_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kAeadTagBytes,
                                    tag.data()) == 1);
  Bytes plaintext(ciphertext.size());
  Transform(context.get(), ciphertext, plaintext.data());
  std::uint8_t nothing = 0;
  int written = 0;
  if (EVP_CipherFinal_ex(context.get(), &nothing, &written) != 1) {
    Cleanse(plaintext);
    return Fail(ErrorCode::kUnauthenticated, "sealed message does not authenticate");
  }
  return plaintext;
}

}  // namespace earshot
