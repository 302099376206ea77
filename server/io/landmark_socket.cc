#include "server/io/landmark_socket.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "core/os/udp.h"

namespace earshot {
namespace {

// OPT_CMSG lets each send ask for its stamp, so that only probes are numbered; OPT_TSONLY keeps the
// packet itself out of the error queue.
constexpr std::uint32_t kSocketStampFlags =
    SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_OPT_CMSG |
    SOF_TIMESTAMPING_OPT_TSONLY;

// Room for the control messages of one datagram: a stamp of three timespecs and, in the error
// queue, the extended error with the offender's address.
constexpr std::size_t kControlBytes = 256;

bool SetStampFlags(int fd, std::uint32_t flags) {
  return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0;
}

WallInstant ToWall(const timespec& t) {
  return WallInstant::FromNanoseconds(std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec);
}

// Copies the payload of a control message: its alignment is not the type's.
template <typename T>
T Payload(const cmsghdr* control) {
  T value{};
  std::memcpy(&value, CMSG_DATA(control), sizeof value);
  return value;
}

struct ControlMessages {
  std::optional<WallInstant> stamp;
  std::optional<std::uint32_t> transmit_id;  // of a software transmit stamp
};

ControlMessages ReadControl(msghdr* message) {
  ControlMessages found;
  for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPING) {
      const auto stamps = Payload<scm_timestamping>(c);
      // ts[0] is the software stamp; zero when the kernel has none.
      if (stamps.ts[0].tv_sec != 0) found.stamp = ToWall(stamps.ts[0]);
    } else if (c->cmsg_level == SOL_IP && c->cmsg_type == IP_RECVERR) {
      const auto error = Payload<sock_extended_err>(c);
      if (error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING && error.ee_info == SCM_TSTAMP_SND) {
        found.transmit_id = error.ee_data;
      }
    }
  }
  return found;
}

}  // namespace

LandmarkSocket::LandmarkSocket(UniqueFd fd, const Endpoint& local, Clock* clock)
    : fd_(std::move(fd)), local_(local), clock_(clock) {}

Result<std::unique_ptr<LandmarkSocket>> LandmarkSocket::Bind(const Endpoint& local, Clock* clock,
                                                             const Options& options) {
  EARSHOT_ASSIGN_OR_RETURN(UniqueFd fd, OpenUdpSocket(local, options.receive_buffer_bytes));
  EARSHOT_ASSIGN_OR_RETURN(const Endpoint bound, LocalEndpointOf(fd.get()));
  std::unique_ptr<LandmarkSocket> socket(new LandmarkSocket(std::move(fd), bound, clock));
  socket->kernel_stamps_ = options.kernel_stamps && socket->RequestStamps();
  return socket;
}

bool LandmarkSocket::RequestStamps() {
  return SetStampFlags(fd_.get(), kSocketStampFlags | SOF_TIMESTAMPING_OPT_ID);
}

// A failed send leaves it to the kernel version whether its number was used. Taking OPT_ID away and
// asking for it anew makes the kernel count from 0 again; stamps still under way are given up.
void LandmarkSocket::RestartNumbering() {
  SetStampFlags(fd_.get(), kSocketStampFlags);
  kernel_stamps_ = RequestStamps();
  next_id_ = 0;
  open_bracket_.reset();
  outstanding_.fill(OutstandingSend{});
  CollectTransmitStamps([](const TransmitStamp&) {});
}

void LandmarkSocket::CloseBracketOfLastProbe(WallInstant now) {
  if (!open_bracket_.has_value()) return;
  OutstandingSend& last = outstanding_[*open_bracket_ % kOutstandingSends];
  if (last.id == *open_bracket_) last.next_send = now;
  open_bracket_.reset();
}

ClockReading LandmarkSocket::Send(const Endpoint& to, ByteSpan datagram, std::uint64_t probe_key) {
  sockaddr_in address = ToSockaddr(to);
  // sendmsg takes pointers to mutable bytes and does not write through them.
  iovec payload{const_cast<std::uint8_t*>(datagram.data()), datagram.size()};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = sizeof address;
  message.msg_iov = &payload;
  message.msg_iovlen = 1;

  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(std::uint32_t))> control{};
  const bool stamped = kernel_stamps_ && probe_key != 0;
  if (stamped) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* request = CMSG_FIRSTHDR(&message);
    request->cmsg_level = SOL_SOCKET;
    request->cmsg_type = SO_TIMESTAMPING;
    request->cmsg_len = CMSG_LEN(sizeof(std::uint32_t));
    const std::uint32_t flags = SOF_TIMESTAMPING_TX_SOFTWARE;
    std::memcpy(CMSG_DATA(request), &flags, sizeof flags);
  }

  const ClockReading before = clock_->Read();
  const ssize_t sent = sendmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  CloseBracketOfLastProbe(before.wall);
  if (sent < 0) {
    ++counters_.send_failed;
    if (stamped) RestartNumbering();
    return before;
  }
  ++counters_.sent;
  if (stamped) {
    outstanding_[next_id_ % kOutstandingSends] = {next_id_, probe_key, std::nullopt};
    open_bracket_ = next_id_++;
  }
  return before;
}

std::size_t LandmarkSocket::Receive(const std::function<void(const ReceivedDatagram&)>& sink) {
  // One byte more than any message: a longer datagram shows as one and is dropped.
  constexpr std::size_t kBufferBytes = kDatagramBytesMax + 1;
  std::array<std::array<std::uint8_t, kBufferBytes>, kReceiveBatch> buffers;
  alignas(cmsghdr) std::array<std::array<char, kControlBytes>, kReceiveBatch> controls;
  std::array<sockaddr_in, kReceiveBatch> sources{};
  std::array<iovec, kReceiveBatch> payloads{};
  std::array<mmsghdr, kReceiveBatch> messages{};
  for (std::size_t i = 0; i < kReceiveBatch; ++i) {
    payloads[i] = {buffers[i].data(), kBufferBytes};
    msghdr& header = messages[i].msg_hdr;
    header.msg_name = &sources[i];
    header.msg_namelen = sizeof sources[i];
    header.msg_iov = &payloads[i];
    header.msg_iovlen = 1;
    header.msg_control = controls[i].data();
    header.msg_controllen = kControlBytes;
  }
  const int got = recvmmsg(fd_.get(), messages.data(), kReceiveBatch, MSG_DONTWAIT, nullptr);
  if (got <= 0) return 0;
  const ClockReading after = clock_->Read();
  const auto count = static_cast<std::size_t>(got);
  for (std::size_t i = 0; i < count; ++i) {
    ++counters_.received;
    if (messages[i].msg_len > kDatagramBytesMax) {
      ++counters_.received_oversize;
      continue;
    }
    sink(ReceivedDatagram{FromSockaddr(sources[i]),
                          ByteSpan(buffers[i].data(), messages[i].msg_len), after,
                          ReadControl(&messages[i].msg_hdr).stamp});
  }
  return count;
}

void LandmarkSocket::CollectTransmitStamps(
    const std::function<void(const TransmitStamp&)>& sink) {
  while (true) {
    alignas(cmsghdr) std::array<char, kControlBytes> control;
    sockaddr_in source{};
    std::array<std::uint8_t, 1> payload{};
    iovec data{payload.data(), payload.size()};
    msghdr message{};
    message.msg_name = &source;
    message.msg_namelen = sizeof source;
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (recvmsg(fd_.get(), &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    const ControlMessages found = ReadControl(&message);
    if (!found.stamp.has_value() || !found.transmit_id.has_value()) continue;
    OutstandingSend& send = outstanding_[*found.transmit_id % kOutstandingSends];
    if (send.probe_key == 0 || send.id != *found.transmit_id) {
      ++counters_.transmit_stamps_lost;
      continue;
    }
    ++counters_.transmit_stamps;
    const WallInstant not_after = send.next_send.value_or(clock_->Read().wall);
    sink(TransmitStamp{send.probe_key, *found.stamp, not_after});
    send.probe_key = 0;
  }
}

}  // namespace earshot
