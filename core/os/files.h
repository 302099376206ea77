// core/os/files.h: small files, read whole and replaced whole; descriptors that close themselves.
#ifndef EARSHOT_CORE_OS_FILES_H_
#define EARSHOT_CORE_OS_FILES_H_

#include <string>
#include <string_view>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace earshot {

// Owns a file descriptor. Move-only; closes it when it dies.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd();

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// An Error with the text of `errno_value`: kNotFound for ENOENT, kUnavailable for the rest.
Error ErrnoError(int errno_value, std::string_view action);

// Larger files are refused unread.
inline constexpr std::size_t kFileBytesMax = std::size_t{64} << 20U;

// The whole of a regular file. kNotFound; kUnavailable when it cannot be read; kInvalidArgument
// when it is not a regular file or has more than `bytes_max`.
Result<std::string> ReadFile(const std::string& path, std::size_t bytes_max = kFileBytesMax);

enum class Durability : std::uint8_t {
  kSynced,      // also after a power cut; costs two syncs of the disk
  kAtomicOnly,  // for what can be made again
};

// Replaces `path` in one step: readers see the old bytes or the new ones. Writes path + ".new"
// beside it and renames. Mode 0644.
Status WriteFileAtomically(const std::string& path, std::string_view contents,
                           Durability durability = Durability::kSynced);

// `path` as seen from the folder of `file`: unchanged when absolute or empty. So a configuration can
// be moved together with the files it names.
std::string ResolveBeside(const std::string& file, const std::string& path);

}  // namespace earshot

#endif  // EARSHOT_CORE_OS_FILES_H_
