// core/crypto/key_file.h: keys on disk, as PEM (PKCS#8 private, SubjectPublicKeyInfo public).
//
// The files are those that `openssl pkey` and other tools read and write. Private keys are not
// encrypted: the file mode guards them.
#ifndef EARSHOT_CORE_CRYPTO_KEY_FILE_H_
#define EARSHOT_CORE_CRYPTO_KEY_FILE_H_

#include <string>

#include "core/base/result.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/x25519.h"

namespace earshot {

// Larger files are refused unread; a PEM of one of these keys has some 120 bytes.
inline constexpr std::size_t kKeyFileBytesMax = 4096;

// Writes a new file of mode 0600 and syncs it. kUnavailable when the file exists (a key is never
// overwritten) or cannot be written; kNotFound when its folder is missing. A file written in part
// is removed.
Status WritePrivateKeyFile(const std::string& path, const Ed25519PrivateKey& key);
Status WritePrivateKeyFile(const std::string& path, const X25519KeyPair& key);

// Reads what the writers above, or openssl, wrote. kNotFound; kUnavailable when it cannot be read;
// kInvalidArgument when it is not a regular file, too large, readable or writable by group or
// others, or not an unencrypted private key of this kind.
Result<Ed25519PrivateKey> ReadEd25519PrivateKeyFile(const std::string& path);
Result<X25519KeyPair> ReadX25519PrivateKeyFile(const std::string& path);

// Public keys: mode 0644, any mode accepted when read; errors as above. The X25519 ones travel
// inside signed lists and need no files.
Status WritePublicKeyFile(const std::string& path, const Ed25519PublicKey& key);
Result<Ed25519PublicKey> ReadEd25519PublicKeyFile(const std::string& path);

}  // namespace earshot

#endif  // EARSHOT_CORE_CRYPTO_KEY_FILE_H_
