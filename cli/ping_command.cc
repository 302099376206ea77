#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "cli/commands.h"
#include "cli/ping_reply.h"
#include "cli/run_text.h"
#include "core/base/quantity_text.h"
#include "core/os/files.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

constexpr std::size_t kReplyBytesMax = std::size_t{1} << 20U;
// Longer than a server takes to give a device up.
constexpr int kReplyTimeoutSeconds = 60;

Result<UniqueFd> Connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: longer than a socket's path may be ({} bytes)", path,
                            sizeof(address.sun_path) - 1));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return tl::unexpected<Error>(ErrnoError(errno, "open a socket"));
  const timeval patience{kReplyTimeoutSeconds, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return tl::unexpected<Error>(
        ErrnoError(errno, fmt::format("{}: no server answers there", path)));
  }
  return fd;
}

// Sends one line and returns the line that comes back.
Result<std::string> Ask(const std::string& path, std::string request) {
  EARSHOT_ASSIGN_OR_RETURN(const UniqueFd fd, Connect(path));
  request += '\n';
  if (send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return tl::unexpected<Error>(ErrnoError(errno, path));
  }
  std::string reply;
  std::array<char, 4096> buffer{};
  while (reply.find('\n') == std::string::npos) {
    const ssize_t size = recv(fd.get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) {
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("{}: the server {}", path,
                              size == 0 ? "closed the connection without an answer"
                                        : fmt::format("gave no answer within {} s",
                                                      kReplyTimeoutSeconds)));
    }
    reply.append(buffer.data(), static_cast<std::size_t>(size));
    if (reply.size() > kReplyBytesMax) {
      return Fail(ErrorCode::kResourceLimit, path + ": an answer of more than 1 MiB");
    }
  }
  return reply.substr(0, reply.find('\n'));
}

Result<v1::PingReport> AskForPing(const PingCommand& command) {
  // The server reads words: a name with a blank would be two.
  if (command.device.find_first_of(" \t\r\n") != std::string::npos) {
    return Fail(ErrorCode::kInvalidArgument, "a device name holds no blanks");
  }
  std::string line = fmt::format("ping {} {}", command.device, command.count);
  if (!command.interval.empty()) {
    const Result<Duration> interval = ParseDuration(command.interval);
    if (!interval.has_value()) return Fail(interval.error(), "-i");
    line += fmt::format(" {}", interval->count());
  }
  EARSHOT_ASSIGN_OR_RETURN(const std::string reply, Ask(command.server, line));
  return ReadPingReply(reply);
}

}  // namespace

ExitCode Ping(const PingCommand& command, const Console& console) {
  const auto report = AskForPing(command);
  if (!report) return Complain(console, report.error());
  const ExitCode shown =
      Show(console, command.json, *report, [&] { return PingText(*report, console); });
  if (shown != ExitCode::kRan) return shown;
  if (report->appraisal().flagged()) return ExitCode::kFlagged;
  return report->appraisal().verdict() == VerdictName(Verdict::kIndeterminate)
             ? ExitCode::kInconclusive
             : ExitCode::kRan;
}

}  // namespace earshot
