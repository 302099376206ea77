#include "cli/machine.h"

#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <optional>
#include <thread>
#include <vector>

#include "core/latency/resolve.h"
#include "core/os/process.h"
#include "core/os/system_clock.h"
#include "core/os/udp.h"
#include "server/io/landmark_socket.h"

namespace earshot {
namespace {

constexpr std::uint32_t kTrains = 200;
constexpr std::uint32_t kTrainLength = 5;
constexpr Duration kTrainGap = std::chrono::microseconds(200);
constexpr Duration kPauseBetweenTrains = std::chrono::milliseconds(3);
constexpr Duration kAnswerWithin = std::chrono::milliseconds(20);
constexpr Duration kSpin = std::chrono::milliseconds(2);
constexpr std::size_t kPingBytes = 64;
constexpr int kReceiveBuffer = 1 << 20;

// Sends every datagram back to where it came from until told to stop: asleep between trains, awake
// for kSpin after each ping.
void Answer(int fd, const std::atomic<bool>* stop, std::string* scheduling) {
  UsePreciseTimers();
  *scheduling = RequestScheduling(40).value_or("SCHED_OTHER");
  SystemClock clock;
  std::array<std::uint8_t, kDatagramBytesMax> buffer{};
  MonotonicInstant awake_until;
  while (!stop->load(std::memory_order_relaxed)) {
    sockaddr_in from{};
    socklen_t from_size = sizeof(from);
    const ssize_t size = recvfrom(fd, buffer.data(), buffer.size(), MSG_DONTWAIT,
                                  reinterpret_cast<sockaddr*>(&from), &from_size);
    if (size > 0) {
      sendto(fd, buffer.data(), static_cast<std::size_t>(size), 0,
             reinterpret_cast<const sockaddr*>(&from), from_size);
      awake_until = clock.Now() + kSpin;
    } else if (clock.Now() >= awake_until) {
      pollfd waiting{fd, POLLIN, 0};
      poll(&waiting, 1, 50);
    }
  }
}

// One ping on its way.
struct Flight {
  ProbeStamps stamps;
  bool answered = false;
};

// Sends one train and waits for its answers.
std::vector<Sample> OneTrain(LandmarkSocket& socket, const Endpoint& to, SystemClock& clock) {
  std::array<Flight, kTrainLength> flights{};
  std::array<std::uint8_t, kPingBytes> ping{};
  std::size_t answered = 0;
  const auto collect = [&] {
    socket.CollectTransmitStamps([&](const TransmitStamp& stamp) {
      Flight& flight = flights[stamp.probe_key - 1];
      flight.stamps.kernel_transmit = stamp.at;
      flight.stamps.transmit_not_after = stamp.not_after;
    });
    socket.Receive([&](const ReceivedDatagram& datagram) {
      if (datagram.bytes.size() != kPingBytes || datagram.bytes[0] >= kTrainLength) return;
      Flight& flight = flights[datagram.bytes[0]];
      flight.stamps.after_receive = datagram.after_receive;
      flight.stamps.kernel_receive = datagram.kernel_receive;
      answered += flight.answered ? 0 : 1;
      flight.answered = true;
    });
  };
  const MonotonicInstant begin = clock.Now();
  for (std::uint32_t i = 0; i < kTrainLength; ++i) {
    while (clock.Now() < begin + kTrainGap * i) collect();
    ping[0] = static_cast<std::uint8_t>(i);
    flights[i].stamps.before_send = socket.Send(to, ping, i + 1);
  }
  while (answered < kTrainLength && clock.Now() < begin + kAnswerWithin) collect();
  std::vector<Sample> samples;
  for (std::uint32_t i = 0; i < kTrainLength; ++i) {
    if (flights[i].answered) samples.push_back(ResolveSample(i + 1, flights[i].stamps));
  }
  return samples;
}

Rtt AtShare(std::vector<Rtt>& rtts, double share) {
  std::ranges::sort(rtts);
  return rtts[static_cast<std::size_t>(share * static_cast<double>(rtts.size() - 1))];
}

}  // namespace

Result<LoopbackTrains> MeasureLoopbackTrains() {
  SystemClock clock;
  const Endpoint anywhere{INADDR_LOOPBACK, 0};
  EARSHOT_ASSIGN_OR_RETURN(const auto socket, LandmarkSocket::Bind(anywhere, &clock, {}));
  EARSHOT_ASSIGN_OR_RETURN(const UniqueFd far, OpenUdpSocket(anywhere, kReceiveBuffer));
  EARSHOT_ASSIGN_OR_RETURN(const Endpoint to, LocalEndpointOf(far.get()));

  LoopbackTrains found;
  std::atomic<bool> stop = false;
  std::thread answering(Answer, far.get(), &stop, &found.scheduling);
  std::vector<Rtt> least;
  std::vector<Rtt> first;
  std::vector<Sample> all;
  for (std::uint32_t i = 0; i < kTrains; ++i) {
    const std::vector<Sample> samples = OneTrain(*socket, to, clock);
    if (!samples.empty()) {
      first.push_back(samples.front().rtt);
      least.push_back(std::ranges::min(samples, {}, &Sample::rtt).rtt);
    }
    all.insert(all.end(), samples.begin(), samples.end());
    for (const Sample& sample : samples) {
      found.kernel_transmit_stamps |= sample.stamps == StampKind::kKernelBoth;
      found.kernel_receive_stamps |= sample.stamps != StampKind::kUserSpace;
    }
    std::this_thread::sleep_for(kPauseBetweenTrains);
  }
  stop = true;
  answering.join();
  if (least.empty()) return Fail(ErrorCode::kUnavailable, "no ping over loopback was answered");
  found.taint = SummariseTaint(all);
  found.trains = static_cast<std::uint32_t>(least.size());
  found.least = AtShare(least, 0);
  found.median = AtShare(least, 0.5);
  found.p99 = AtShare(least, 0.99);
  found.first_ping_median = AtShare(first, 0.5);
  return found;
}

Duration MeasureTimerLateness() {
  constexpr int kSleeps = 200;
  constexpr Duration kSleep = std::chrono::milliseconds(1);
  SystemClock clock;
  std::vector<Duration> late;
  for (int i = 0; i < kSleeps; ++i) {
    const MonotonicInstant before = clock.Now();
    std::this_thread::sleep_for(kSleep);
    late.push_back(clock.Now() - before - kSleep);
  }
  std::ranges::nth_element(late, late.begin() + kSleeps / 2);
  return late[kSleeps / 2];
}

bool NetworkNamespacesWork() {
  const pid_t child = fork();
  if (child == 0) _exit(unshare(CLONE_NEWNET) == 0 ? 0 : 1);
  if (child < 0) return false;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

unsigned UsableCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return std::thread::hardware_concurrency();
  return static_cast<unsigned>(CPU_COUNT(&set));
}

}  // namespace earshot
