#include "core/crypto/key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace earshot {
namespace {

using internal::EvpKeyOwner;

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using BioOwner = std::unique_ptr<BIO, BioDeleter>;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> FailWithErrno(std::string_view action, const std::string& path) {
  const int number = errno;
  const ErrorCode code = number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable;
  return Fail(code, fmt::format("{} {}: {}", action, path, std::strerror(number)));
}

bool WriteAll(int fd, ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

// What PEM_write put into `bio`; the view dies with it.
ByteSpan Contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  EARSHOT_CHECK(size >= 0);
  return {reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
}

Status WriteNewFile(const std::string& path, mode_t mode, ByteSpan contents) {
  const FileDescriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (file.get() < 0) {
    if (errno == EEXIST) {
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("{} exists and a key file is never overwritten; "
                              "remove it or choose another name", path));
    }
    return FailWithErrno("create key file", path);
  }
  if (!WriteAll(file.get(), contents) || fsync(file.get()) != 0) {
    auto failure = FailWithErrno("write key file", path);
    unlink(path.c_str());
    return failure;
  }
  return {};
}

Status WritePrivate(const std::string& path, EVP_PKEY* key) {
  // In OpenSSL's secure-memory flavour, which is wiped when it is freed.
  const BioOwner bio(BIO_new(BIO_s_secmem()));
  EARSHOT_CHECK(bio != nullptr);
  EARSHOT_CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr,
                                              nullptr) == 1);
  return WriteNewFile(path, S_IRUSR | S_IWUSR, Contents(bio.get()));
}

enum class Privacy { kOwnerOnly, kAnyone };

// The file's bytes, which the caller wipes if they are private.
Result<Bytes> ReadSmallFile(const std::string& path, Privacy privacy) {
  // Not blocking: opening a pipe by mistake must not hang.
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) {
    return FailWithErrno("open key file", path);
  }
  if (!S_ISREG(status.st_mode)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{} is not a regular file", path));
  }
  if (privacy == Privacy::kOwnerOnly && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("private key {} is open to group or others (mode {:04o}); "
                            "run chmod 600 {}", path, status.st_mode & 07777U, path));
  }
  Bytes contents(kKeyFileBytesMax + 1);
  std::size_t size = 0;
  ssize_t got = 0;
  while (size < contents.size() &&
         (got = read(file.get(), contents.data() + size, contents.size() - size)) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailWithErrno("read key file", path);
    size += static_cast<std::size_t>(got);
  }
  if (size > kKeyFileBytesMax) {
    Cleanse(contents);
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} has more than {} bytes, too many for a key", path,
                            kKeyFileBytesMax));
  }
  contents.resize(size);
  return contents;
}

// Instead of OpenSSL's own callback, which would ask on the terminal.
int RefusePassword(char*, int, int, void*) { return -1; }

BioOwner ViewAsBio(const Bytes& contents) {
  BioOwner bio(BIO_new_mem_buf(contents.data(), static_cast<int>(contents.size())));
  EARSHOT_CHECK(bio != nullptr);
  return bio;
}

// The raw private key of an OpenSSL key type (EVP_PKEY_ED25519 ...), called `name` in errors.
Result<Secret32> ReadPrivate(const std::string& path, int type, std::string_view name) {
  EARSHOT_ASSIGN_OR_RETURN(Bytes contents, ReadSmallFile(path, Privacy::kOwnerOnly));
  const EvpKeyOwner key(
      PEM_read_bio_PrivateKey(ViewAsBio(contents).get(), nullptr, &RefusePassword, nullptr));
  Cleanse(contents);
  Bytes32 raw{};
  std::size_t size = raw.size();
  if (key == nullptr || EVP_PKEY_get_base_id(key.get()) != type ||
      EVP_PKEY_get_raw_private_key(key.get(), raw.data(), &size) != 1 || size != raw.size()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is not an unencrypted {} private key in PEM", path, name));
  }
  return Secret32(std::move(raw));
}

EvpKeyOwner RawPrivate(int type, const Secret32& raw) {
  EvpKeyOwner key(EVP_PKEY_new_raw_private_key(type, nullptr, raw.Expose().data(),
                                               raw.Expose().size()));
  EARSHOT_CHECK(key != nullptr);
  return key;
}

}  // namespace

Status WritePrivateKeyFile(const std::string& path, const Ed25519PrivateKey& key) {
  return WritePrivate(path, RawPrivate(EVP_PKEY_ED25519, key.seed()).get());
}

Status WritePrivateKeyFile(const std::string& path, const X25519KeyPair& key) {
  return WritePrivate(path, RawPrivate(EVP_PKEY_X25519, key.private_key()).get());
}

Result<Ed25519PrivateKey> ReadEd25519PrivateKeyFile(const std::string& path) {
  EARSHOT_ASSIGN_OR_RETURN(Secret32 seed, ReadPrivate(path, EVP_PKEY_ED25519, "Ed25519"));
  return Ed25519PrivateKey::FromSeed(std::move(seed));
}

Result<X25519KeyPair> ReadX25519PrivateKeyFile(const std::string& path) {
  EARSHOT_ASSIGN_OR_RETURN(Secret32 scalar, ReadPrivate(path, EVP_PKEY_X25519, "X25519"));
  return X25519KeyPair::FromPrivate(std::move(scalar));
}

Status WritePublicKeyFile(const std::string& path, const Ed25519PublicKey& key) {
  const EvpKeyOwner raw(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.bytes().data(),
                                                    key.bytes().size()));
  const BioOwner bio(BIO_new(BIO_s_mem()));
  EARSHOT_CHECK(raw != nullptr && bio != nullptr);
  EARSHOT_CHECK(PEM_write_bio_PUBKEY(bio.get(), raw.get()) == 1);
  return WriteNewFile(path, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, Contents(bio.get()));
}

Result<Ed25519PublicKey> ReadEd25519PublicKeyFile(const std::string& path) {
  EARSHOT_ASSIGN_OR_RETURN(const Bytes contents, ReadSmallFile(path, Privacy::kAnyone));
  const EvpKeyOwner key(
      PEM_read_bio_PUBKEY(ViewAsBio(contents).get(), nullptr, &RefusePassword, nullptr));
  Bytes32 raw{};
  std::size_t size = raw.size();
  if (key == nullptr || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_public_key(key.get(), raw.data(), &size) != 1 || size != raw.size()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is not an Ed25519 public key in PEM", path));
  }
  Result<Ed25519PublicKey> parsed = Ed25519PublicKey::Parse(raw);
  if (!parsed.has_value()) return Fail(std::move(parsed).error(), path);
  return parsed;
}

}  // namespace earshot
