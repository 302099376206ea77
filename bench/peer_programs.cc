#include "bench/peer_programs.h"

#include <fmt/format.h>
#include <poll.h>

#include <filesystem>

#include "sim/live/child.h"

namespace earshot {
namespace {

constexpr char kUnpackPeers[] = "tools/unpack-peers";
constexpr Duration kDownloadPatience = std::chrono::minutes(3);

}  // namespace

Status RunToEnd(const std::string& name, const std::vector<std::string>& argv,
                const std::string& log, Duration patience) {
  EARSHOT_ASSIGN_OR_RETURN(Child child, Child::Spawn(name, argv, log));
  pollfd ended{child.pid_fd(), POLLIN, 0};
  poll(&ended, 1, static_cast<int>(patience / std::chrono::milliseconds(1)));
  const auto& exit = child.Poll();
  if (exit.has_value() && exit->clean()) return {};
  return Fail(ErrorCode::kUnavailable,
              fmt::format("{}: {}; {}", name, exit.has_value() ? exit->text() : "took too long",
                          LogTail(log)));
}

Status SetUpPeers(const std::string& peers) {
  std::error_code failed;
  if (!std::filesystem::exists(kUnpackPeers, failed)) {
    return Fail(ErrorCode::kUnavailable,
                fmt::format("no {} here; run it in the source tree", kUnpackPeers));
  }
  std::filesystem::create_directories(peers, failed);
  return RunToEnd(kUnpackPeers, {kUnpackPeers, peers}, peers + "/unpack.log", kDownloadPatience);
}

}  // namespace earshot
