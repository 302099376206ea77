#include "agent/io/file_session_counter.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <charconv>
#include <limits>

namespace earshot {
namespace {

constexpr std::size_t kCounterFileBytesMax = 32;

Result<std::uint64_t> ReadCounter(const std::string& path) {
  Result<std::string> text = ReadFile(path, kCounterFileBytesMax);
  if (!text.has_value()) {
    if (text.error().code() == ErrorCode::kNotFound) return 0;
    return tl::unexpected<Error>(std::move(text).error());
  }
  while (!text->empty() && text->back() == '\n') text->pop_back();
  std::uint64_t value = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || stop != end) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("counter file {} holds no number; restore it, with a number at least "
                            "as high as the last one used", path));
  }
  return value;
}

}  // namespace

Result<std::unique_ptr<FileSessionCounter>> FileSessionCounter::Open(const std::string& path) {
  // The counter file itself is replaced at every write, so the lock has a file of its own.
  const std::string lock_path = path + ".lock";
  UniqueFd lock(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.valid()) return tl::unexpected<Error>(ErrnoError(errno, "open " + lock_path));
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return Fail(ErrorCode::kUnavailable,
                fmt::format("counter file {} is in use by another process; one device key must not "
                            "answer from two", path));
  }
  EARSHOT_ASSIGN_OR_RETURN(const std::uint64_t reserved, ReadCounter(path));
  return std::unique_ptr<FileSessionCounter>(
      new FileSessionCounter(path, std::move(lock), reserved));
}

Result<std::uint64_t> FileSessionCounter::Next() {
  if (used_ == reserved_) {
    if (reserved_ > std::numeric_limits<std::uint64_t>::max() - kSessionCounterBlock) {
      return Fail(ErrorCode::kResourceLimit, fmt::format("counter file {} is used up", path_));
    }
    const std::uint64_t next = reserved_ + kSessionCounterBlock;
    EARSHOT_RETURN_IF_ERROR(WriteFileAtomically(path_, fmt::format("{}\n", next)));
    reserved_ = next;
  }
  return ++used_;
}

}  // namespace earshot
