#include "bench/throughput/played_landmarks.h"

#include <poll.h>

#include <algorithm>

#include "core/crypto/hash_chain.h"
#include "core/os/system_clock.h"
#include "core/protocol/welcome.h"
#include "core/protocol/welcome_signer.h"

namespace earshot {
namespace {

constexpr Duration kPatience = std::chrono::seconds(10);
constexpr std::uint32_t kFirstAddress = 0x7f090001;

SessionTerms DenseTerms() {
  SessionTerms terms;
  terms.chain_length = wire::kChainLengthMax;
  terms.pings_per_second = 1'000'000'000;
  terms.spin = Duration(0);
  terms.evidence_idle = std::chrono::seconds(60);
  return terms;
}

}  // namespace

bool IsOurs(ByteSpan datagram, MessageType type) {
  return datagram.size() == wire::kPingBytes && PeekType(datagram) == type &&
         (datagram[kSessionMarkAt] & kSessionMark) != 0;
}

std::vector<Endpoint> PlayedEndpoints(std::uint32_t count, std::uint16_t port) {
  std::vector<Endpoint> endpoints;
  for (std::uint32_t i = 0; i < count; ++i) endpoints.push_back({kFirstAddress + i, port});
  return endpoints;
}

struct PlayedLandmarks::Landmark {
  Landmark(const BenchLandmark& listed_as, Random& random, MonotonicInstant now)
      : listed(listed_as), door(listed_as.keys, random, now) {}

  const BenchLandmark& listed;
  HandshakeAcceptor door;
  std::vector<PingBytes> pings;  // none before the session stands
};

PlayedLandmarks::PlayedLandmarks(const BenchAuthority& authority, LoadSocket& socket,
                                 Random& random)
    : socket_(socket), random_(random) {
  SystemClock clock;
  for (const auto& listed : authority.landmarks) {
    landmarks_.push_back(std::make_unique<Landmark>(*listed, random, clock.Now()));
  }
}

PlayedLandmarks::~PlayedLandmarks() = default;

Status PlayedLandmarks::OpenAll() {
  SystemClock clock;
  ReceiveBatch receiving(ReceiveBatchShape{});
  const MonotonicInstant deadline = clock.Now() + kPatience;
  while (open_ < landmarks_.size()) {
    if (clock.Now() > deadline) {
      return Fail(ErrorCode::kUnavailable, "the agent did not open its sessions within 10 s");
    }
    const std::size_t got = receiving.Read(socket_.native_handle());
    for (std::size_t i = 0; i < got; ++i) Take(receiving.from(i), receiving.bytes(i));
    if (got > 0) continue;
    pollfd waiting{socket_.native_handle(), POLLIN, 0};
    poll(&waiting, 1, 20);
  }
  return {};
}

// The key id in HELLO and HELLO2 says which landmark is meant.
void PlayedLandmarks::Take(const Endpoint& from, ByteSpan packet) {
  if (packet.size() != wire::kHelloBytes) return;
  const ByteSpan key_id = packet.subspan(wire::kHelloLandmarkAt, wire::kHashBytes);
  const auto meant = std::ranges::find_if(landmarks_, [&](const auto& landmark) {
    return std::ranges::equal(key_id, landmark->listed.keys.signing.id().value());
  });
  if (meant == landmarks_.end()) return;
  Landmark& landmark = **meant;
  SystemClock clock;
  if (PeekType(packet) == MessageType::kHello) {
    Packet retry;
    if (landmark.door.OnHello(packet, from, clock.Now(), retry) != Refusal::kNone) return;
    socket_.Send({landmark.listed.endpoint, retry.view()}, from);
    return;
  }
  Bytes32 transcript{};
  if (landmark.door.CheckHello2(packet, from, clock.Now(), transcript) != Refusal::kNone) return;
  if (!landmark.pings.empty()) return;
  const auto opened = landmark.door.OpenHello2(packet, from);
  if (opened.has_value()) Welcome(landmark, *opened);
}

void PlayedLandmarks::Welcome(Landmark& landmark, const OpenedHello& hello) {
  const std::uint64_t session_id = random_.NextU64() | (std::uint64_t{kSessionMark} << 56U);
  const SessionTerms terms = DenseTerms();
  const X25519KeyPair share = X25519KeyPair::Generate(random_);
  const HashChain chain = HashChain::Generate(session_id, terms.chain_length, random_);
  WelcomeBytes welcome = WriteWelcome({.session_id = session_id,
                                       .transcript_sha256 = hello.transcript_sha256,
                                       .share = share.public_key(),
                                       .nonce = random_.NextBytes32(),
                                       .anchor = chain.anchor(),
                                       .terms = terms});
  WelcomeBytes* const batch[] = {&welcome};
  SignWelcomes(landmark.listed.keys.signing, batch);
  for (std::uint32_t index = 1; index < terms.chain_length; ++index) {
    landmark.pings.push_back(WritePing(session_id, terms.round, index, chain.Nonce(index)));
  }
  agent_ = hello.source;
  ++open_;
  socket_.Send({landmark.listed.endpoint, welcome}, hello.source);
}

std::vector<LoadRequest> PlayedLandmarks::Pings() const {
  std::vector<LoadRequest> pings;
  for (std::size_t index = 0; index + 1 < wire::kChainLengthMax; ++index) {
    for (const auto& landmark : landmarks_) {
      pings.push_back({landmark->listed.endpoint, landmark->pings[index]});
    }
  }
  return pings;
}

}  // namespace earshot
