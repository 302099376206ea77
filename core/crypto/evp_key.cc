#include "core/crypto/evp_key.h"

#include <openssl/evp.h>

namespace earshot::internal {

void EvpKeyDeleter::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

}  // namespace earshot::internal
