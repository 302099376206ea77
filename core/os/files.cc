#include "core/os/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace earshot {
namespace {

tl::unexpected<Error> FailWithErrno(std::string_view action, const std::string& path) {
  return tl::unexpected<Error>(ErrnoError(errno, fmt::format("{} {}", action, path)));
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) close(fd_);
}

Error ErrnoError(int errno_value, std::string_view action) {
  const ErrorCode code = errno_value == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable;
  return Error(code, fmt::format("{}: {}", action, std::strerror(errno_value)));
}

Result<std::string> ReadFile(const std::string& path, std::size_t bytes_max) {
  // Not blocking: opening a pipe by mistake must not hang.
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file.valid() || fstat(file.get(), &status) != 0) return FailWithErrno("open", path);
  if (!S_ISREG(status.st_mode)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{} is not a regular file", path));
  }
  std::string contents;
  char buffer[16384];
  ssize_t got = 0;
  while ((got = read(file.get(), buffer, sizeof buffer)) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailWithErrno("read", path);
    contents.append(buffer, static_cast<std::size_t>(got));
    if (contents.size() > bytes_max) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("{} has more than {} bytes, the limit", path, bytes_max));
    }
  }
  return contents;
}

Status WriteFileAtomically(const std::string& path, std::string_view contents,
                           Durability durability) {
  const bool synced = durability == Durability::kSynced;
  const std::string fresh = path + ".new";
  {
    const UniqueFd file(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.valid()) return FailWithErrno("create", fresh);
    if (!WriteAll(file.get(), contents) || (synced && fsync(file.get()) != 0)) {
      return FailWithErrno("write", fresh);
    }
  }
  if (rename(fresh.c_str(), path.c_str()) != 0) return FailWithErrno("replace", path);
  if (!synced) return {};
  const std::string folder = FolderOf(path);
  const UniqueFd directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || fsync(directory.get()) != 0) return FailWithErrno("sync", folder);
  return {};
}

std::string ResolveBeside(const std::string& file, const std::string& path) {
  const std::size_t slash = file.rfind('/');
  if (path.empty() || path.front() == '/' || slash == std::string::npos) return path;
  return file.substr(0, slash + 1) + path;
}

}  // namespace earshot
