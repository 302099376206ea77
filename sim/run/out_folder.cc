#include "sim/run/out_folder.h"

#include <fmt/format.h>

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

Status ClearEarlierRun(const std::string& out) {
  std::error_code error;
  fs::create_directories(out, error);
  if (error) return tl::unexpected<Error>(OfFiles(error, "create " + out));
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

Result<std::string> PrepareOutFolder(const std::string& given, const ResolvedScenario& resolved) {
  std::error_code error;
  std::string out = fs::absolute(given, error).lexically_normal().string();
  if (error) return tl::unexpected<Error>(OfFiles(error, given));
  EARSHOT_RETURN_IF_ERROR(ClearEarlierRun(out));
  EARSHOT_RETURN_IF_ERROR(WriteFileAtomically(out + "/" + kResolvedFile, ResolvedText(resolved)));
  return out;
}

}  // namespace earshot
