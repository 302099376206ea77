#include "bench/throughput/load.h"

#include <poll.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "core/os/system_clock.h"
#include "core/os/udp.h"

namespace earshot {
namespace {

constexpr std::size_t kSendTogether = 64;
constexpr Duration kSilence = std::chrono::milliseconds(100);

Duration CpuOf(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + Duration(now.tv_nsec);
}

cpu_set_t Only(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<unsigned>(core), &set);
  return set;
}

}  // namespace

void PinThisThread(int core) { PinProcess(0, core); }

// A core that this machine lacks is no error: the caller stays where it is.
void PinProcess(pid_t pid, int core) {
  const cpu_set_t set = Only(core);
  static_cast<void>(sched_setaffinity(pid, sizeof set, &set));
}

double LoadResult::per_core_second() const {
  return static_cast<double>(answers) / std::max(ToSeconds(cpu), 1e-9);
}

// Requests on their way to one sendmmsg call. Points into the requests; nothing is copied.
struct LoadSocket::Sending {
  explicit Sending(const Endpoint& to) : target(ToSockaddr(to)) {
    for (std::size_t i = 0; i < kSendTogether; ++i) {
      msghdr& header = messages[i].msg_hdr;
      header.msg_name = &target;
      header.msg_namelen = sizeof target;
      header.msg_iov = &payloads[i];
      header.msg_iovlen = 1;
      header.msg_control = controls[i].data();
      header.msg_controllen = controls[i].size();
      cmsghdr* const control = CMSG_FIRSTHDR(&header);
      control->cmsg_level = IPPROTO_IP;
      control->cmsg_type = IP_PKTINFO;
      control->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
    }
  }

  bool full() const { return size == kSendTogether; }
  void Add(const LoadRequest& request) {
    // sendmmsg takes pointers to mutable bytes and does not write through them.
    payloads[size] = {const_cast<std::uint8_t*>(request.bytes.data()), request.bytes.size()};
    in_pktinfo info{};
    info.ipi_spec_dst.s_addr = htonl(request.source.address);
    std::memcpy(CMSG_DATA(CMSG_FIRSTHDR(&messages[size].msg_hdr)), &info, sizeof info);
    ++size;
  }
  // What the kernel refuses is lost.
  void Send(int fd) {
    for (std::size_t at = 0; at < size;) {
      const int sent = sendmmsg(fd, messages.data() + at, static_cast<unsigned>(size - at),
                                MSG_DONTWAIT | MSG_NOSIGNAL);
      at += sent > 0 ? static_cast<std::size_t>(sent) : 1;
    }
    size = 0;
  }

  sockaddr_in target;
  std::size_t size = 0;
  std::array<iovec, kSendTogether> payloads{};
  alignas(cmsghdr) std::array<std::array<char, CMSG_SPACE(sizeof(in_pktinfo))>,
                              kSendTogether> controls{};
  std::array<mmsghdr, kSendTogether> messages{};
};

LoadSocket::LoadSocket(UniqueFd fd, std::uint16_t port) : fd_(std::move(fd)), port_(port) {}

Result<LoadSocket> LoadSocket::Open() {
  UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP));
  if (!fd.valid()) return tl::unexpected<Error>(ErrnoError(errno, "open a UDP socket"));
  // Bound to no address, so that it may send from any; bound to the device, so that nobody outside
  // reaches it.
  constexpr char kDevice[] = "lo";
  if (setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, kDevice, sizeof kDevice) != 0) {
    return tl::unexpected<Error>(ErrnoError(errno, "bind a socket to the loopback device"));
  }
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  sockaddr_in address = ToSockaddr(Endpoint{INADDR_ANY, 0});
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return tl::unexpected<Error>(ErrnoError(errno, "bind the load's socket"));
  }
  EARSHOT_ASSIGN_OR_RETURN(const Endpoint bound, LocalEndpointOf(fd.get()));
  return LoadSocket(std::move(fd), bound.port);
}

void LoadSocket::Send(const LoadRequest& request, const Endpoint& to) {
  Sending sending(to);
  sending.Add(request);
  sending.Send(fd_.get());
}

LoadResult LoadSocket::Run(const std::vector<LoadRequest>& requests, const LoadOptions& options) {
  SystemClock clock;
  Sending sending(options.to);
  ReceiveBatch receiving({.datagrams = kSendTogether});
  const auto add = [&](const LoadRequest& request) {
    if (sending.full()) sending.Send(fd_.get());
    sending.Add(request);
  };
  LoadResult result;
  std::size_t next = 0;
  std::size_t junk = 0;
  const MonotonicInstant begin = clock.Now();
  const Duration cpu_begin = CpuOf(options.cpu_clock);
  MonotonicInstant progress = begin;
  while (result.answers + result.lost < requests.size()) {
    while (next < requests.size() && next - result.answers - result.lost < options.window) {
      add(requests[next++]);
      for (std::size_t i = 0; i < options.junk_per_request; ++i) {
        add(options.junk[junk++ % options.junk.size()]);
      }
    }
    sending.Send(fd_.get());
    const std::size_t got = receiving.Read(fd_.get());
    for (std::size_t i = 0; i < got; ++i) {
      if (options.is_answer(receiving.bytes(i))) ++result.answers;
    }
    if (got > 0) {
      progress = clock.Now();
    } else if (clock.Now() - progress > kSilence) {
      result.lost = next - std::min<std::uint64_t>(next, result.answers);
      progress = clock.Now();
    } else {
      pollfd waiting{fd_.get(), POLLIN, 0};
      poll(&waiting, 1, 1);
    }
  }
  result.wall = progress - begin;
  result.cpu = CpuOf(options.cpu_clock) - cpu_begin;
  return result;
}

}  // namespace earshot
