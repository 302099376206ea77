// core/crypto/evp_key.h: ownership of OpenSSL's key object. Private to core/crypto's key types.
#ifndef EARSHOT_CORE_CRYPTO_EVP_KEY_H_
#define EARSHOT_CORE_CRYPTO_EVP_KEY_H_

#include <memory>

struct evp_pkey_st;

namespace earshot::internal {

struct EvpKeyDeleter {
  void operator()(evp_pkey_st* key) const;
};
// OpenSSL wipes private parts when it frees them.
using EvpKeyOwner = std::unique_ptr<evp_pkey_st, EvpKeyDeleter>;

}  // namespace earshot::internal

#endif  // EARSHOT_CORE_CRYPTO_EVP_KEY_H_
