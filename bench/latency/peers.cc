#include "bench/latency/peers.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <optional>
#include <thread>

#include "bench/latency/network.h"
#include "core/os/files.h"
#include "core/os/udp.h"
#include "sim/live/child.h"

namespace earshot {
namespace {

constexpr std::size_t kOutputBytesMax = std::size_t{16} << 20U;
constexpr Duration kServerReadyWithin = std::chrono::seconds(3);
constexpr Duration kVersionWithin = std::chrono::seconds(3);
constexpr std::uint16_t kIrttBytes = 128;     // above irtt's own headers
constexpr std::uint16_t kSockperfBytes = 64;  // as our PING

struct Known {
  PeerKind kind;
  const char* name;
  const char* version_flag;
};
constexpr std::array kKnown = {Known{PeerKind::kPing, "ping", "-V"},
                               Known{PeerKind::kFping, "fping", "-v"},
                               Known{PeerKind::kIrtt, "irtt", "version"},
                               Known{PeerKind::kSockperf, "sockperf", "--version"}};

// How a child ended; none when it still ran at the end of `limit`, and was killed.
std::optional<ChildExit> WaitFor(Child& child, Duration limit) {
  pollfd ended{child.pid_fd(), POLLIN, 0};
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
  if (poll(&ended, 1, static_cast<int>(ms)) != 1) return std::nullopt;
  return child.Poll();
}

// Runs a program to its end and returns what it printed, on both streams.
Result<std::string> Output(const std::string& name, const std::vector<std::string>& argv,
                           const std::string& log, const ChildPlace& place, Duration limit,
                           std::string* scheduling = nullptr) {
  std::remove(log.c_str());
  EARSHOT_ASSIGN_OR_RETURN(Child child, Child::Spawn(name, argv, log, place));
  if (scheduling != nullptr) {
    // Read once it runs as itself; a program of a second is not over after a tenth of one.
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    *scheduling = SchedulingOf(child.pid());
  }
  const std::optional<ChildExit> exit = WaitFor(child, limit);
  if (!exit.has_value()) {
    return Fail(ErrorCode::kUnavailable, fmt::format("{} did not end within {} s", name,
                                                     limit / std::chrono::seconds(1)));
  }
  EARSHOT_ASSIGN_OR_RETURN(std::string output, ReadFile(log, kOutputBytesMax));
  if (exit->clean()) return output;
  const std::string tail = LogTail(log);
  const std::size_t line = tail.rfind('\n');
  return Fail(ErrorCode::kUnavailable,
              fmt::format("{} ended with {}: {}", name, exit->text(),
                          line == std::string::npos ? tail : tail.substr(line + 1)));
}

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

std::optional<std::string> FindProgram(const std::string& unpacked, const std::string& name,
                                       bool* from_unpacked) {
  for (const char* folder : {"/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"}) {
    const std::string path = unpacked + folder + name;
    *from_unpacked = true;
    if (!unpacked.empty() && access(path.c_str(), X_OK) == 0) return path;
  }
  for (const char* folder : {"/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"}) {
    *from_unpacked = false;
    if (access((folder + name).c_str(), X_OK) == 0) return folder + name;
  }
  return std::nullopt;
}

// A port of the agent's address that was free a moment ago.
Result<std::uint16_t> PickPort(const ProbePlaces& places) {
  const InNamespace inside(places.agent_namespace);
  EARSHOT_ASSIGN_OR_RETURN(const UniqueFd probe,
                           OpenUdpSocket(Endpoint{places.agent_address, 0}, 1 << 16));
  EARSHOT_ASSIGN_OR_RETURN(const Endpoint bound, LocalEndpointOf(probe.get()));
  return bound.port;
}

// Until the child has bound the port, by what the kernel lists for its network.
Status WaitForPort(Child& server, std::uint16_t port) {
  const std::string wanted = fmt::format(":{:04X} ", port);
  for (Duration waited{0}; waited < kServerReadyWithin; waited += std::chrono::milliseconds(10)) {
    if (server.Poll().has_value()) break;
    std::FILE* const sockets = std::fopen(fmt::format("/proc/{}/net/udp", server.pid()).c_str(), "r");
    std::array<char, 256> line{};
    bool bound = false;
    while (sockets != nullptr && std::fgets(line.data(), line.size(), sockets) != nullptr) {
      bound = bound || std::string_view(line.data()).find(wanted) < 30;
    }
    if (sockets != nullptr) std::fclose(sockets);
    if (bound) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return Fail(ErrorCode::kUnavailable, fmt::format("{} did not start: {}", server.name(),
                                                   LogTail(server.log_file())));
}

// One run of a program: where each side stands and what may be said to it.
class Runner {
 public:
  Runner(const PeerProgram& peer, const PeerRunOptions& options)
      : peer_(peer), options_(options), target_(Address(options.places.agent_address)) {}

  Result<PeerRun> Run() {
    switch (peer_.kind) {
      case PeerKind::kPing:
        return Ping();
      case PeerKind::kFping:
        return Fping();
      case PeerKind::kIrtt:
        return Irtt();
      case PeerKind::kSockperf:
        return Sockperf();
    }
    return Fail(ErrorCode::kUnsupported, peer_.name);
  }

 private:
  static std::string Address(std::uint32_t address) {
    const std::string text = Endpoint{address, 0}.ToText();
    return text.substr(0, text.find(':'));
  }
  double Seconds() const { return ToSeconds(options_.interval) * options_.count; }
  Duration Limit() const {
    return options_.interval * options_.count + std::chrono::seconds(12);
  }
  std::string File(const char* suffix) const {
    return fmt::format("{}/{}{}", options_.folder, peer_.name, suffix);
  }
  ChildPlace Place(int network, int core) const {
    return {network, core, options_.priority, peer_.library_path};
  }

  Result<std::string> Client(std::vector<std::string> argv, PeerRun& run) {
    argv.insert(argv.begin(), peer_.path);
    return Output(peer_.name, argv, File(".out"),
                  Place(options_.places.landmark_namespace, options_.places.landmark_core),
                  Limit(), &run.scheduling);
  }
  Result<Child> Server(std::vector<std::string> argv, std::uint16_t port, PeerRun& run) {
    argv.insert(argv.begin(), peer_.path);
    EARSHOT_ASSIGN_OR_RETURN(
        Child server,
        Child::Spawn(peer_.name + " server", argv, File(".server"),
                     Place(options_.places.agent_namespace, options_.places.agent_core)));
    EARSHOT_RETURN_IF_ERROR(WaitForPort(server, port));
    run.server_scheduling = SchedulingOf(server.pid());
    return server;
  }

  Result<PeerRun> Ping() {
    PeerRun run;
    run.frames = FrameKind::kIcmpEcho;
    EARSHOT_ASSIGN_OR_RETURN(
        const std::string output,
        Client({"-n", "-i", fmt::format("{:.3f}", ToSeconds(options_.interval)), "-c",
                std::to_string(options_.count), target_}, run));
    EARSHOT_ASSIGN_OR_RETURN(run.samples, ReadPing(output));
    return run;
  }
  Result<PeerRun> Fping() {
    PeerRun run;
    run.frames = FrameKind::kIcmpEcho;
    // Its timeout is the period unless it is told otherwise: shorter than the path here.
    const auto ms = options_.interval / std::chrono::milliseconds(1);
    EARSHOT_ASSIGN_OR_RETURN(const std::string output,
                             Client({"-c", std::to_string(options_.count), "-p",
                                     std::to_string(ms), "-t", "500", target_}, run));
    EARSHOT_ASSIGN_OR_RETURN(run.samples, ReadFping(output));
    return run;
  }
  Result<PeerRun> Irtt() {
    PeerRun run;
    run.payload_bytes = kIrttBytes;
    EARSHOT_ASSIGN_OR_RETURN(const std::uint16_t port, PickPort(options_.places));
    const std::string at = fmt::format("{}:{}", target_, port);
    EARSHOT_ASSIGN_OR_RETURN(const Child server,
                             Server({"server", "-b", at, "-i", "1ms"}, port, run));
    const std::string file = File(".json");
    EARSHOT_RETURN_IF_ERROR(
        Client({"client", "-i", fmt::format("{}us", options_.interval / std::chrono::microseconds(1)),
                "-d", fmt::format("{:.3f}s", Seconds()), "-l", std::to_string(kIrttBytes), "-Q",
                "-o", file, at}, run));
    EARSHOT_ASSIGN_OR_RETURN(const std::string json, ReadFile(file, kOutputBytesMax));
    EARSHOT_ASSIGN_OR_RETURN(run.samples, ReadIrtt(json));
    return run;
  }
  Result<PeerRun> Sockperf() {
    PeerRun run;
    run.payload_bytes = kSockperfBytes;
    EARSHOT_ASSIGN_OR_RETURN(const std::uint16_t port, PickPort(options_.places));
    EARSHOT_ASSIGN_OR_RETURN(
        const Child server, Server({"server", "-i", target_, "-p", std::to_string(port)}, port, run));
    const std::string file = File(".csv");
    // Whole seconds, and one of its warm-up; --mps paces what would otherwise be back to back.
    EARSHOT_RETURN_IF_ERROR(
        Client({"ping-pong", "-i", target_, "-p", std::to_string(port), "-t",
                std::to_string(1 + std::max(1L, std::lround(Seconds()))), "-m",
                std::to_string(kSockperfBytes), "--mps",
                std::to_string(std::chrono::seconds(1) / options_.interval), "--full-log", file},
               run));
    EARSHOT_ASSIGN_OR_RETURN(const std::string log, ReadFile(file, kOutputBytesMax));
    EARSHOT_ASSIGN_OR_RETURN(run.samples, ReadSockperf(log));
    return run;
  }

  const PeerProgram& peer_;
  const PeerRunOptions& options_;
  std::string target_;
};

}  // namespace

PeerSearch FindPeers(const std::string& unpacked, const std::string& folder) {
  PeerSearch search;
  for (const Known& known : kKnown) {
    bool from_unpacked = false;
    const auto path = FindProgram(unpacked, known.name, &from_unpacked);
    if (!path.has_value()) {
      search.skipped.push_back(fmt::format(
          "{} is not here and was skipped; tools/unpack-peers fetches it without installing",
          known.name));
      continue;
    }
    PeerProgram program{known.kind, known.name, *path, "", ""};
    if (from_unpacked) {
      program.library_path =
          fmt::format("{0}/usr/lib/x86_64-linux-gnu:{0}/lib/x86_64-linux-gnu", unpacked);
    }
    const auto said = Output(program.name, {program.path, known.version_flag},
                             folder + "/" + program.name + ".version",
                             {.library_path = program.library_path}, kVersionWithin);
    if (!said.has_value()) {
      search.skipped.push_back(said.error().message() + "; it was skipped");
      continue;
    }
    program.version = FirstLine(*said);
    if (program.version.starts_with(program.path)) {
      program.version = program.name + program.version.substr(program.path.size());
    }
    search.found.push_back(std::move(program));
  }
  return search;
}

Result<PeerRun> RunPeer(const PeerProgram& peer, const PeerRunOptions& options) {
  return Runner(peer, options).Run();
}

}  // namespace earshot
