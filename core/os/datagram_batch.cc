#include "core/os/datagram_batch.h"

#include <algorithm>
#include <cstring>

#include "core/os/udp.h"

namespace earshot {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);
// Of one datagram's request for a stamp.
constexpr std::size_t kStampRequestBytes = CMSG_SPACE(sizeof(std::uint32_t));
static_assert(kStampRequestBytes % kWord == 0 && alignof(cmsghdr) <= kWord);

std::size_t Words(std::size_t bytes) { return (bytes + kWord - 1) / kWord; }

}  // namespace

ReceiveBatch::ReceiveBatch(const ReceiveBatchShape& shape)
    : shape_(shape),
      buffers_(shape.datagrams * shape.bytes),
      controls_(shape.datagrams * Words(shape.control_bytes)),
      sources_(shape.datagrams),
      payloads_(shape.datagrams),
      messages_(shape.datagrams) {
  for (std::size_t i = 0; i < shape.datagrams; ++i) {
    payloads_[i] = {buffers_.data() + i * shape.bytes, shape.bytes};
    msghdr& header = messages_[i].msg_hdr;
    header.msg_name = &sources_[i];
    header.msg_namelen = sizeof(sockaddr_in);
    header.msg_iov = &payloads_[i];
    header.msg_iovlen = 1;
    header.msg_controllen = shape.control_bytes;
    if (shape.control_bytes > 0) {
      header.msg_control = controls_.data() + i * Words(shape.control_bytes);
    }
  }
}

std::size_t ReceiveBatch::Read(int fd, int flags) {
  // The kernel wrote the lengths of those that it filled, and no others.
  for (std::size_t i = 0; i < got_; ++i) {
    messages_[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
    messages_[i].msg_hdr.msg_controllen = shape_.control_bytes;
  }
  const int got = recvmmsg(fd, messages_.data(), static_cast<unsigned>(messages_.size()),
                           MSG_DONTWAIT | flags, nullptr);
  got_ = got > 0 ? static_cast<std::size_t>(got) : 0;
  return got_;
}

Endpoint ReceiveBatch::from(std::size_t i) const {
  EARSHOT_CHECK(i < got_);
  return FromSockaddr(sources_[i]);
}

ByteSpan ReceiveBatch::bytes(std::size_t i) const {
  EARSHOT_CHECK(i < got_);
  return ByteSpan(buffers_).subspan(i * shape_.bytes, messages_[i].msg_len);
}

msghdr* ReceiveBatch::header(std::size_t i) {
  EARSHOT_CHECK(i < got_);
  return &messages_[i].msg_hdr;
}

SendBatch::SendBatch(std::size_t datagrams, std::size_t bytes_max)
    : bytes_max_(bytes_max),
      buffers_(datagrams * bytes_max),
      controls_(datagrams * Words(kStampRequestBytes)),
      targets_(datagrams),
      payloads_(datagrams),
      messages_(datagrams) {
  for (std::size_t i = 0; i < datagrams; ++i) {
    payloads_[i].iov_base = buffers_.data() + i * bytes_max;
    msghdr& header = messages_[i].msg_hdr;
    header.msg_name = &targets_[i];
    header.msg_namelen = sizeof(sockaddr_in);
    header.msg_iov = &payloads_[i];
    header.msg_iovlen = 1;
  }
}

void SendBatch::Add(const Endpoint& to, ByteSpan datagram, std::uint32_t stamp_flags) {
  EARSHOT_CHECK(!full() && datagram.size() <= bytes_max_);
  targets_[size_] = ToSockaddr(to);
  std::ranges::copy(datagram, buffers_.data() + size_ * bytes_max_);
  payloads_[size_].iov_len = datagram.size();
  msghdr& header = messages_[size_].msg_hdr;
  header.msg_control = nullptr;
  header.msg_controllen = 0;
  if (stamp_flags != 0) {
    header.msg_control = controls_.data() + size_ * Words(kStampRequestBytes);
    header.msg_controllen = kStampRequestBytes;
    cmsghdr* const request = CMSG_FIRSTHDR(&header);
    request->cmsg_level = SOL_SOCKET;
    request->cmsg_type = SO_TIMESTAMPING;
    request->cmsg_len = CMSG_LEN(sizeof stamp_flags);
    std::memcpy(CMSG_DATA(request), &stamp_flags, sizeof stamp_flags);
  }
  ++size_;
}

std::size_t SendBatch::SendFrom(int fd, std::size_t first) {
  EARSHOT_CHECK(first < size_);
  const int sent = sendmmsg(fd, messages_.data() + first, static_cast<unsigned>(size_ - first),
                            MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

std::size_t SendBatch::SendAll(int fd) {
  std::size_t refused = 0;
  for (std::size_t at = 0; at < size_;) {
    const std::size_t sent = SendFrom(fd, at);
    if (sent == 0) ++refused;
    at += std::max<std::size_t>(sent, 1);
  }
  size_ = 0;
  return refused;
}

}  // namespace earshot
