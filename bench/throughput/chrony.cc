#include "bench/throughput/chrony.h"

#include <fmt/format.h>
#include <poll.h>

#include <ctime>
#include <filesystem>

#include "bench/peer_programs.h"
#include "bench/throughput/load.h"
#include "core/os/datagram_batch.h"
#include "core/os/files.h"
#include "core/os/system_clock.h"
#include "core/os/udp.h"
#include "sim/live/child.h"

namespace earshot {
namespace {

namespace fs = std::filesystem;

constexpr Duration kStartPatience = std::chrono::seconds(3);

// A port that was free a moment ago.
Result<Endpoint> FreePort() {
  EARSHOT_ASSIGN_OR_RETURN(const UniqueFd fd, OpenUdpSocket({INADDR_LOOPBACK, 0}, 1 << 16));
  return LocalEndpointOf(fd.get());
}

class Chrony final : public Answerer {
 public:
  Chrony(Child child, const Endpoint& at) : child_(std::move(child)), at_(at) {
    PinProcess(child_.pid(), kAnswerCore);
    EARSHOT_CHECK(clock_getcpuclockid(child_.pid(), &clock_) == 0);
  }
  Endpoint endpoint() const override { return at_; }
  clockid_t cpu_clock() const override { return clock_; }

 private:
  Child child_;
  Endpoint at_;
  clockid_t clock_{};
};

// Whether it answers one request soon.
bool Answers(const Endpoint& at) {
  const auto fd = OpenUdpSocket({INADDR_LOOPBACK, 0}, 1 << 16);
  if (!fd.has_value()) return false;
  ReceiveBatch receiving(ReceiveBatchShape{});
  for (Duration waited{0}; waited < kStartPatience; waited += std::chrono::milliseconds(50)) {
    SendBatch request(1, kNtpBytes);
    request.Add(at, NtpRequest());
    request.SendAll(fd->get());
    pollfd waiting{fd->get(), POLLIN, 0};
    if (poll(&waiting, 1, 50) == 1 && receiving.Read(fd->get()) > 0) return true;
  }
  return false;
}

}  // namespace

std::array<std::uint8_t, kNtpBytes> NtpRequest() {
  std::array<std::uint8_t, kNtpBytes> request{};
  request[0] = 4U << 3U | 3U;
  return request;
}

bool IsNtpReply(ByteSpan datagram) {
  return datagram.size() == kNtpBytes && (datagram[0] & 7U) == 4;
}

Result<std::string> SetUpChrony(const std::string& peers) {
  const std::string program = peers + "/usr/sbin/chronyd";
  std::error_code failed;
  if (fs::exists(program, failed)) return program;
  const Status unpacked = SetUpPeers(peers);
  if (fs::exists(program, failed)) return program;  // another peer may be missing: not our affair
  if (!unpacked.has_value()) return tl::unexpected<Error>(unpacked.error());
  return Fail(ErrorCode::kUnavailable, "the chrony package holds no chronyd");
}

std::string ChronyVersion(const std::string& program, const std::string& folder) {
  const std::string log = folder + "/chrony-version.log";
  if (!RunToEnd("chronyd -v", {program, "-v"}, log, kStartPatience).has_value()) return {};
  const Result<std::string> text = ReadFile(log);
  return text.has_value() ? text->substr(0, text->find(" (+")) : std::string();
}

Result<std::unique_ptr<Answerer>> MakeChrony(const std::string& program,
                                             const std::string& folder) {
  EARSHOT_ASSIGN_OR_RETURN(const Endpoint at, FreePort());
  const std::string config = folder + "/chrony.conf";
  EARSHOT_RETURN_IF_ERROR(WriteFileAtomically(
      config,
      fmt::format("port {}\nbindaddress 127.0.0.1\nallow 127.0.0.0/8\nlocal stratum 10\ncmdport 0\n"
                  "bindcmdaddress /\npidfile {}/chronyd.pid\ndumpdir {}\n",
                  at.port, folder, folder),
      Durability::kAtomicOnly));
  const std::string log = folder + "/chrony.log";
  EARSHOT_ASSIGN_OR_RETURN(
      Child child,
      Child::Spawn("chronyd", {program, "-x", "-d", "-U", "-u", "root", "-f", config}, log));
  auto chrony = std::make_unique<Chrony>(std::move(child), at);
  if (!Answers(at)) {
    return Fail(ErrorCode::kUnavailable, "chronyd does not answer: " + LogTail(log));
  }
  return chrony;
}

}  // namespace earshot
