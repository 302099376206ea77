#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "cli/commands.h"
#include "cli/run_text.h"
#include "core/base/quantity_text.h"
#include "core/os/files.h"
#include "core/report/json.h"
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

// The error that a server reports in place of an answer; none when it reports none.
std::optional<Error> ErrorIn(const std::string& reply) {
  google::protobuf::Struct document;
  if (!FromJson(reply, &document)) return std::nullopt;
  const auto error = document.fields().find("error");
  if (error == document.fields().end()) return std::nullopt;
  const auto& fields = error->second.struct_value().fields();
  const auto text = [&](const char* name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second.string_value();
  };
  // Of the server's codes, these two are the asker's mistakes.
  const std::string code = text("code");
  const bool mistake = code == ErrorCodeName(ErrorCode::kNotFound) ||
                       code == ErrorCodeName(ErrorCode::kInvalidArgument);
  return Error(mistake ? ErrorCode::kNotFound : ErrorCode::kUnavailable, text("message"));
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
  if (auto error = ErrorIn(reply)) return tl::unexpected<Error>(*std::move(error));
  v1::PingReport report;
  if (auto read = FromJson(reply, &report); !read) {
    return Fail(ErrorCode::kUnavailable, "the server's answer cannot be read: " + read.error().message());
  }
  return report;
}

}  // namespace

ExitCode Ping(const PingCommand& command, const Console& console) {
  const auto report = AskForPing(command);
  if (!report) return Complain(console, report.error());
  if (command.json) {
    const auto json = ToJson(*report);
    if (!json) return Complain(console, json.error());
    console.out << *json;
  } else {
    console.out << PingText(*report, console);
  }
  if (report->appraisal().flagged()) return ExitCode::kFlagged;
  return report->appraisal().verdict() == VerdictName(Verdict::kIndeterminate)
             ? ExitCode::kInconclusive
             : ExitCode::kRan;
}

}  // namespace earshot
