#include "bench/latency/network.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include "core/base/check.h"
#include "core/os/udp.h"

namespace earshot {
namespace {

constexpr const char* kOuterEnd = "es0";
constexpr std::uint32_t kNetmask = 0xffffff00;

// Builds one RTM_NEWLINK request; attributes may nest.
class LinkRequest {
 public:
  LinkRequest() {
    auto* header = At<nlmsghdr>(0);
    header->nlmsg_type = RTM_NEWLINK;
    header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    size_ = NLMSG_LENGTH(0);
    Append(ifinfomsg{});
  }
  template <typename T>
  void Append(const T& value) {
    EARSHOT_CHECK(size_ + sizeof value <= buffer_.size());
    std::memcpy(buffer_.data() + size_, &value, sizeof value);
    size_ += NLMSG_ALIGN(sizeof value);
  }
  // Begins an attribute; End with what this returned closes it.
  std::size_t Begin(std::uint16_t type) {
    const std::size_t at = size_;
    Append(rtattr{.rta_len = 0, .rta_type = type});
    return at;
  }
  void End(std::size_t at) { At<rtattr>(at)->rta_len = static_cast<std::uint16_t>(size_ - at); }
  void AddText(std::uint16_t type, const char* text) {
    std::array<char, IFNAMSIZ> padded{};
    std::strncpy(padded.data(), text, padded.size() - 1);
    const std::size_t at = Begin(type);
    Append(padded);
    At<rtattr>(at)->rta_len = static_cast<std::uint16_t>(RTA_LENGTH(std::strlen(text) + 1));
    size_ = at + RTA_SPACE(std::strlen(text) + 1);
  }
  template <typename T>
  void Add(std::uint16_t type, const T& value) {
    const std::size_t at = Begin(type);
    Append(value);
    End(at);
  }
  ByteSpan Finish() {
    At<nlmsghdr>(0)->nlmsg_len = static_cast<std::uint32_t>(size_);
    return ByteSpan(buffer_).first(size_);
  }

 private:
  // The kernel's own way with these buffers: a header laid over aligned bytes.
  template <typename T>
  T* At(std::size_t offset) {
    return reinterpret_cast<T*>(buffer_.data() + offset);
  }
  alignas(nlmsghdr) std::array<std::uint8_t, 512> buffer_{};
  std::size_t size_ = 0;
};

// A veth pair between the calling thread's namespace (as es0) and `peer_namespace`.
Status MakeVethPair(int peer_namespace, const char* peer_name) {
  LinkRequest request;
  request.AddText(IFLA_IFNAME, kOuterEnd);
  const std::size_t info = request.Begin(IFLA_LINKINFO);
  request.AddText(IFLA_INFO_KIND, "veth");
  const std::size_t data = request.Begin(IFLA_INFO_DATA);
  const std::size_t peer = request.Begin(VETH_INFO_PEER);
  request.Append(ifinfomsg{});
  request.AddText(IFLA_IFNAME, peer_name);
  request.Add(IFLA_NET_NS_FD, peer_namespace);
  request.End(peer);
  request.End(data);
  request.End(info);
  const ByteSpan message = request.Finish();

  const UniqueFd netlink(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!netlink.valid()) return tl::unexpected(ErrnoError(errno, "open a netlink socket"));
  struct Answer {
    nlmsghdr header;
    nlmsgerr error;
    std::array<std::uint8_t, 1024> rest;
  } answer{};
  if (send(netlink.get(), message.data(), message.size(), 0) < 0 ||
      recv(netlink.get(), &answer, sizeof answer, 0) < 0) {
    return tl::unexpected(ErrnoError(errno, "ask for a veth pair"));
  }
  if (answer.header.nlmsg_type != NLMSG_ERROR || answer.error.error != 0) {
    return tl::unexpected(ErrnoError(-answer.error.error, "make a veth pair"));
  }
  return {};
}

Status SetUp(const char* interface, std::uint32_t address) {
  const UniqueFd any(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!any.valid()) return tl::unexpected(ErrnoError(errno, "open a socket"));
  ifreq request{};
  std::strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  // Checksums are computed at once: a relay that forwards frames cannot have the device do it later.
  ethtool_value checksum_offload{.cmd = ETHTOOL_STXCSUM, .data = 0};
  request.ifr_data = reinterpret_cast<char*>(&checksum_offload);
  ioctl(any.get(), SIOCETHTOOL, &request);  // the loopback device refuses, and needs it not
  if (address != 0) {
    for (const auto& [call, value] : {std::pair{SIOCSIFADDR, address},
                                      std::pair{SIOCSIFNETMASK, kNetmask}}) {
      const sockaddr_in wanted = ToSockaddr(Endpoint{value, 0});
      std::memcpy(&request.ifr_addr, &wanted, sizeof wanted);
      if (ioctl(any.get(), static_cast<unsigned long>(call), &request) != 0) {
        return tl::unexpected(ErrnoError(errno, fmt::format("set the address of {}", interface)));
      }
    }
  }
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (ioctl(any.get(), SIOCSIFFLAGS, &request) != 0) {
    return tl::unexpected(ErrnoError(errno, fmt::format("bring {} up", interface)));
  }
  return {};
}

// Neighbour discovery of IPv6 would only add packets that nobody asked for.
void TurnOffIpv6() {
  for (const char* which : {"all", "default"}) {
    const std::string path = fmt::format("/proc/sys/net/ipv6/conf/{}/disable_ipv6", which);
    const UniqueFd file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.valid() && write(file.get(), "1", 1) != 1) return;
  }
}

// From a thread of its own: a thread that unshared cannot share again.
Result<UniqueFd> NewNamespace() {
  Result<UniqueFd> made = Fail(ErrorCode::kUnavailable, "no namespace");
  std::thread([&made] {
    if (unshare(CLONE_NEWNET) != 0) {
      made = tl::unexpected(ErrnoError(errno, "make a network namespace"));
      return;
    }
    TurnOffIpv6();
    UniqueFd fd(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    made = fd.valid() ? Result<UniqueFd>(std::move(fd))
                      : tl::unexpected(ErrnoError(errno, "hold a network namespace"));
  }).join();
  return made;
}

Status BuildEnd(int end_namespace, std::uint32_t address, int relay_namespace,
                const char* relay_interface) {
  {
    const InNamespace end(end_namespace);
    if (!end.entered()) return Fail(ErrorCode::kUnavailable, "cannot enter a network namespace");
    EARSHOT_RETURN_IF_ERROR(MakeVethPair(relay_namespace, relay_interface));
    EARSHOT_RETURN_IF_ERROR(SetUp("lo", 0));
    EARSHOT_RETURN_IF_ERROR(SetUp(kOuterEnd, address));
  }
  const InNamespace relay(relay_namespace);
  if (!relay.entered()) return Fail(ErrorCode::kUnavailable, "cannot enter a network namespace");
  return SetUp(relay_interface, 0);
}

}  // namespace

Result<BenchNetwork> BenchNetwork::Create() {
  BenchNetwork network;
  EARSHOT_ASSIGN_OR_RETURN(network.landmark_, NewNamespace());
  EARSHOT_ASSIGN_OR_RETURN(network.relay_, NewNamespace());
  EARSHOT_ASSIGN_OR_RETURN(network.agent_, NewNamespace());
  EARSHOT_RETURN_IF_ERROR(BuildEnd(network.landmark_.get(), kBenchLandmarkAddress,
                                   network.relay_.get(), kBenchLandmarkSide));
  EARSHOT_RETURN_IF_ERROR(BuildEnd(network.agent_.get(), kBenchAgentAddress,
                                   network.relay_.get(), kBenchAgentSide));
  return network;
}

InNamespace::InNamespace(int namespace_fd) {
  if (namespace_fd < 0) {
    entered_ = true;
    return;
  }
  before_ = UniqueFd(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  entered_ = before_.valid() && setns(namespace_fd, CLONE_NEWNET) == 0;
  if (!entered_) before_ = UniqueFd();
}

InNamespace::~InNamespace() {
  // The way back was open a moment ago; a bench in the wrong network would measure nonsense.
  if (before_.valid()) EARSHOT_CHECK(setns(before_.get(), CLONE_NEWNET) == 0);
}

}  // namespace earshot
