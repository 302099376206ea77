#include "core/crypto/hkdf.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <memory>

namespace earshot {
namespace {

// OpenSSL's parameters carry no const for input.
OSSL_PARAM OctetsParam(const char* name, ByteSpan bytes) {
  static std::uint8_t empty = 0;
  void* data = bytes.empty() ? &empty : const_cast<std::uint8_t*>(bytes.data());
  return OSSL_PARAM_construct_octet_string(name, data, bytes.size());
}

struct KdfContextDeleter {
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

// One step of HKDF. Failure means a broken OpenSSL, not bad input.
void Derive(int mode, ByteSpan key, OSSL_PARAM salt_or_info, MutableByteSpan out) {
  static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  EARSHOT_CHECK(kdf != nullptr);
  const std::unique_ptr<EVP_KDF_CTX, KdfContextDeleter> context(EVP_KDF_CTX_new(kdf));
  EARSHOT_CHECK(context != nullptr);
  char digest[] = "SHA256";
  const std::array<OSSL_PARAM, 5> params = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
      OctetsParam(OSSL_KDF_PARAM_KEY, key), salt_or_info, OSSL_PARAM_construct_end()};
  EARSHOT_CHECK(EVP_KDF_derive(context.get(), out.data(), out.size(), params.data()) == 1);
}

}  // namespace

Secret32 HkdfExtract(ByteSpan salt, ByteSpan input_key_material) {
  Bytes32 out{};
  Derive(EVP_KDF_HKDF_MODE_EXTRACT_ONLY, input_key_material,
         OctetsParam(OSSL_KDF_PARAM_SALT, salt), out);
  return Secret32(std::move(out));
}

void HkdfExpand(const Secret32& pseudorandom_key, ByteSpan info, MutableByteSpan out) {
  EARSHOT_CHECK(!out.empty() && out.size() <= kHkdfOutputBytesMax);
  Derive(EVP_KDF_HKDF_MODE_EXPAND_ONLY, pseudorandom_key.Expose(),
         OctetsParam(OSSL_KDF_PARAM_INFO, info), out);
}

Secret32 HkdfExpand32(const Secret32& pseudorandom_key, ByteSpan info) {
  Bytes32 out{};
  HkdfExpand(pseudorandom_key, info, out);
  return Secret32(std::move(out));
}

}  // namespace earshot
