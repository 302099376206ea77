#include "server/io/landmark_socket.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <cstring>

#include "core/os/udp.h"

namespace earshot {
namespace {

// OPT_CMSG lets each send ask for its stamp, so that only probes are numbered; OPT_TSONLY keeps the
// packet itself out of the error queue.
constexpr std::uint32_t kSocketStampFlags =
    SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_OPT_CMSG |
    SOF_TIMESTAMPING_OPT_TSONLY;

// What a send asks for that wants its own stamp.
constexpr std::uint32_t kStampThisSend = SOF_TIMESTAMPING_TX_SOFTWARE;

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

LandmarkSocket::LandmarkSocket(UniqueFd fd, const Endpoint& local, Clock* clock,
                               const Options& options)
    : fd_(std::move(fd)),
      local_(local),
      clock_(clock),
      gather_(options.gather),
      sending_(kSendBatch, kDatagramBytesMax),
      receiving_({.datagrams = kReceiveBatch, .control_bytes = kControlBytes}),
      stamps_({.datagrams = kReceiveBatch, .bytes = 1, .control_bytes = kControlBytes}) {}

Result<std::unique_ptr<LandmarkSocket>> LandmarkSocket::Bind(const Endpoint& local, Clock* clock,
                                                             const Options& options) {
  EARSHOT_ASSIGN_OR_RETURN(UniqueFd fd, OpenUdpSocket(local, options.receive_buffer_bytes));
  EARSHOT_ASSIGN_OR_RETURN(const Endpoint bound, LocalEndpointOf(fd.get()));
  std::unique_ptr<LandmarkSocket> socket(
      new LandmarkSocket(std::move(fd), bound, clock, options));
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
  open_brackets_ = 0;
  outstanding_.fill(OutstandingSend{});
  CollectTransmitStamps([](const TransmitStamp&) {});
}

// What left with the last send call can bear no stamp later than the next one.
void LandmarkSocket::CloseBrackets(WallInstant now) {
  for (; open_brackets_ != next_id_; ++open_brackets_) {
    OutstandingSend& send = outstanding_[open_brackets_ % kOutstandingSends];
    if (send.id == open_brackets_) send.next_send = now;
  }
}

ClockReading LandmarkSocket::Send(const Endpoint& to, ByteSpan datagram, std::uint64_t probe_key) {
  if (datagram.size() > kDatagramBytesMax) {
    ++counters_.send_failed;
    return clock_->Read();
  }
  if (sending_.full()) Flush();
  const bool stamped = kernel_stamps_ && probe_key != 0;
  const ClockReading before = clock_->Read();
  sending_keys_[sending_.size()] = stamped ? probe_key : 0;
  sending_.Add(to, datagram, stamped ? kStampThisSend : 0);
  const bool may_wait = gather_ && (stamped || probe_key == 0);
  if (!may_wait) SendGathered(before.wall);
  return before;
}

void LandmarkSocket::Flush() {
  if (sending_.size() > 0) SendGathered(clock_->Read().wall);
}

// `before` was read before this call and after every earlier send call.
void LandmarkSocket::SendGathered(WallInstant before) {
  for (std::size_t at = 0; at < sending_.size();) {
    CloseBrackets(before);
    const std::size_t sent = sending_.SendFrom(fd_.get(), at);
    NoteSent(at, sent);
    at += sent;
    if (at == sending_.size()) break;
    // The kernel refused number `at`, at this call or, when some left, it stopped before it: then
    // the next call tells.
    if (sending_keys_[at] != 0) RestartNumbering();
    if (sent == 0) {
      ++counters_.send_failed;
      ++at;
    }
    before = clock_->Read().wall;
  }
  sending_.Clear();
}

void LandmarkSocket::NoteSent(std::size_t first, std::size_t count) {
  counters_.sent += count;
  for (std::size_t i = first; i < first + count; ++i) {
    if (sending_keys_[i] == 0) continue;
    outstanding_[next_id_ % kOutstandingSends] = {next_id_, sending_keys_[i], std::nullopt};
    ++next_id_;
  }
}

std::size_t LandmarkSocket::Receive(const std::function<void(const ReceivedDatagram&)>& sink) {
  const std::size_t count = receiving_.Read(fd_.get());
  if (count == 0) return 0;
  const ClockReading after = clock_->Read();
  for (std::size_t i = 0; i < count; ++i) {
    ++counters_.received;
    const ByteSpan bytes = receiving_.bytes(i);
    if (bytes.size() > kDatagramBytesMax) {
      ++counters_.received_oversize;
      continue;
    }
    sink(ReceivedDatagram{receiving_.from(i), bytes, after,
                          ReadControl(receiving_.header(i)).stamp});
  }
  return count;
}

std::uint64_t LandmarkSocket::ReadDrops() {
  std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t size = sizeof memory;
  if (getsockopt(fd_.get(), SOL_SOCKET, SO_MEMINFO, memory.data(), &size) == 0) {
    // The kernel counts in 32 bits, modulo.
    const auto counted = static_cast<std::uint32_t>(counters_.received_dropped);
    counters_.received_dropped += std::uint32_t{memory[SK_MEMINFO_DROPS] - counted};
  }
  return counters_.received_dropped;
}

void LandmarkSocket::CollectTransmitStamps(
    const std::function<void(const TransmitStamp&)>& sink) {
  while (const std::size_t count = stamps_.Read(fd_.get(), MSG_ERRQUEUE)) {
    // Read after the stamps were, so none of these lies later.
    const WallInstant collected = clock_->Read().wall;
    for (std::size_t i = 0; i < count; ++i) {
      const ControlMessages found = ReadControl(stamps_.header(i));
      if (!found.stamp.has_value() || !found.transmit_id.has_value()) continue;
      OutstandingSend& send = outstanding_[*found.transmit_id % kOutstandingSends];
      if (send.probe_key == 0 || send.id != *found.transmit_id) {
        ++counters_.transmit_stamps_lost;
        continue;
      }
      ++counters_.transmit_stamps;
      sink(TransmitStamp{send.probe_key, *found.stamp, send.next_send.value_or(collected)});
      send.probe_key = 0;
    }
  }
}

}  // namespace earshot
