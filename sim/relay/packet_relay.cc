#include "sim/relay/packet_relay.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "core/os/process.h"
#include "core/os/system_clock.h"
#include "sim/relay/receive_stamp.h"
#include "sim/relay/relay.h"
#include "sim/relay/release_clock.h"

namespace earshot {
namespace {

constexpr std::size_t kFrameBytesMax = 2048;  // above an MTU of 1500; longer frames are dropped
constexpr int kReceiveBufferBytes = 4 << 20;
constexpr int kBatchMax = 32;
constexpr Duration kIdleWait = std::chrono::milliseconds(50);
constexpr Duration kSpinBurst = std::chrono::milliseconds(20);

Result<UniqueFd> OpenInterface(const std::string& name) {
  UniqueFd fd(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return tl::unexpected(ErrnoError(errno, "open a packet socket"));
  const unsigned index = if_nametoindex(name.c_str());
  if (index == 0) return tl::unexpected(ErrnoError(errno, "find interface " + name));
  const int on = 1;
  setsockopt(fd.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kReceiveBufferBytes, sizeof kReceiveBufferBytes);
  RequestReceiveStamps(fd.get());
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(index);
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return tl::unexpected(ErrnoError(errno, "watch interface " + name));
  }
  return fd;
}

}  // namespace

Result<std::unique_ptr<SharedTruth>> SharedTruth::Create() {
  void* const memory = mmap(nullptr, sizeof(Memory), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    return tl::unexpected(ErrnoError(errno, "take memory for the relay's log"));
  }
  // Fresh pages are zero, which is a valid empty log; writing it would touch every page.
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "it is shared by processes");
  return std::unique_ptr<SharedTruth>(new SharedTruth(static_cast<Memory*>(memory)));
}

SharedTruth::~SharedTruth() { munmap(memory_, sizeof(Memory)); }

void SharedTruth::Append(const PacketTruth& record) {
  const std::uint64_t number = memory_->written.load(std::memory_order_relaxed);
  memory_->records[number % kRecords] = record;
  memory_->written.store(number + 1, std::memory_order_release);
}

std::uint64_t SharedTruth::written() const {
  return memory_->written.load(std::memory_order_acquire);
}

std::vector<PacketTruth> SharedTruth::Since(std::uint64_t from) const {
  const std::uint64_t end = written();
  const std::uint64_t begin = std::max(from, end > kRecords ? end - kRecords : 0);
  std::vector<PacketTruth> found;
  for (std::uint64_t i = begin; i < end; ++i) found.push_back(memory_->records[i % kRecords]);
  return found;
}

PacketRelay::PacketRelay(const PacketRelayOptions& options, SharedTruth* truth, Side landmark,
                         Side agent)
    : core_({options.conditions}, options.seed),
      truth_(truth),
      sides_{std::move(landmark), std::move(agent)} {}

Result<std::unique_ptr<PacketRelay>> PacketRelay::Open(const PacketRelayOptions& options,
                                                       SharedTruth* truth) {
  EARSHOT_ASSIGN_OR_RETURN(UniqueFd landmark, OpenInterface(options.landmark_side));
  EARSHOT_ASSIGN_OR_RETURN(UniqueFd agent, OpenInterface(options.agent_side));
  return std::unique_ptr<PacketRelay>(
      new PacketRelay(options, truth, Side{std::move(landmark), RelayDirection::kToAgent},
                      Side{std::move(agent), RelayDirection::kToLandmark}));
}

// True when something was read, kept or not.
bool PacketRelay::ReceiveOne(const Side& side) {
  SystemClock clock;
  std::array<std::uint8_t, kFrameBytesMax> bytes;
  alignas(cmsghdr) std::array<char, 128> control;
  iovec part{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t size = recvmsg(side.socket.get(), &message, MSG_DONTWAIT);
  if (size < 0) return errno == EINTR;
  const ClockReading now = clock.Read();
  if ((message.msg_flags & MSG_TRUNC) != 0) return true;
  core_.Accept(0, side.direction, ByteSpan(bytes).first(static_cast<std::size_t>(size)),
               OnRawClock(KernelStamp(&message), now), now.monotonic);
  return true;
}

void PacketRelay::ReceiveAll() {
  for (const Side& side : sides_) {
    for (int i = 0; i < kBatchMax && ReceiveOne(side); ++i) {
    }
  }
}

void PacketRelay::ReleaseDue() {
  SystemClock clock;
  while (const auto packet = core_.PopDue(clock.Now())) {
    const bool to_landmark = packet->direction == RelayDirection::kToLandmark;
    const Side& out = sides_[to_landmark ? 0 : 1];
    const ClockReading leaving = clock.Read();
    const ssize_t sent = send(out.socket.get(), packet->datagram.data(), packet->datagram.size(),
                              MSG_DONTWAIT);
    if (sent < 0) continue;  // lost, as in a full queue
    const Duration held = leaving.monotonic - packet->arrived;
    truth_->Append({leaving.wall - held, leaving.wall, held, packet->target, packet->direction,
                    packet->copy, SummariseFrame(packet->datagram)});
  }
}

void PacketRelay::Wait(Duration at_most) {
  std::array<pollfd, 2> watched{pollfd{sides_[0].socket.get(), POLLIN, 0},
                                pollfd{sides_[1].socket.get(), POLLIN, 0}};
  const timespec limit{at_most.count() / 1'000'000'000, at_most.count() % 1'000'000'000};
  ppoll(watched.data(), watched.size(), &limit, nullptr);
}

void PacketRelay::Run() {
  UsePreciseTimers();
  SystemClock clock;
  SpinBudget budget(kRelaySpinShareMax, kSpinBurst);
  while (!stopping_) {
    ReleaseDue();
    const auto next = core_.next_release();
    const MonotonicInstant now = clock.Now();
    const Duration ahead = next.has_value() ? *next - now : kIdleWait + kRelaySpin;
    const bool watch = ahead <= kRelaySpin && budget.Allows();
    if (!watch && ahead > Duration(0)) Wait(ahead > kRelaySpin ? ahead - kRelaySpin : ahead);
    ReceiveAll();
    const Duration passed = clock.Now() - now;
    if (watch) {
      budget.Spend(passed);
    } else {
      budget.Earn(passed);
    }
  }
}

}  // namespace earshot
