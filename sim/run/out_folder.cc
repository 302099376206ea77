#include "sim/run/out_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>

#include <filesystem>
#include <system_error>

#include "core/os/files.h"

namespace earshot {
namespace {

namespace fs = std::filesystem;

// The first file of a run and the mark of an earlier one.
constexpr const char* kResolvedFile = "resolved.textproto";

Error OfFiles(const std::error_code& error, const std::string& what) {
  return Error(ErrorCode::kUnavailable, fmt::format("{}: {}", what, error.message()));
}

Result<UniqueFd> MakeAndLock(const std::string& out) {
  std::error_code error;
  fs::create_directories(out, error);
  if (error) return tl::unexpected<Error>(OfFiles(error, "create " + out));
  UniqueFd folder(open(out.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return tl::unexpected<Error>(ErrnoError(errno, "open " + out));
  if (flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
    return Fail(ErrorCode::kUnavailable,
                fmt::format("another run is writing to {}; wait for it or name another folder", out));
  }
  return folder;
}

Status ClearEarlierRun(const std::string& out) {
  std::error_code error;
  const bool earlier = fs::exists(fs::path(out) / kResolvedFile, error);
  if (!earlier && !fs::is_empty(out, error)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is not empty and holds no earlier run; name another folder", out));
  }
  for (const char* name : {"work", "bundles", "events.jsonl", "truth.jsonl", "report.json",
                           "report.pb", kResolvedFile}) {
    fs::remove_all(fs::path(out) / name, error);
    if (error) return tl::unexpected<Error>(OfFiles(error, "remove the earlier run in " + out));
  }
  return {};
}

}  // namespace

Result<OutFolder> LockOutFolder(const std::string& given) {
  std::error_code error;
  std::string out = fs::absolute(given, error).lexically_normal().string();
  if (error) return tl::unexpected<Error>(OfFiles(error, given));
  EARSHOT_ASSIGN_OR_RETURN(UniqueFd lock, MakeAndLock(out));
  return OutFolder{std::move(out), std::move(lock)};
}

Result<OutFolder> PrepareOutFolder(const std::string& given, const std::string& resolved_text) {
  EARSHOT_ASSIGN_OR_RETURN(OutFolder folder, LockOutFolder(given));
  EARSHOT_RETURN_IF_ERROR(ClearEarlierRun(folder.path));
  EARSHOT_RETURN_IF_ERROR(WriteFileAtomically(folder.path + "/" + kResolvedFile, resolved_text));
  return folder;
}

}  // namespace earshot
