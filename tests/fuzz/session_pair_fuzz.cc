// An honest agent and an honest landmark, and a network that may do whatever the input says: lose,
// repeat, reorder, bend, forge, delay. However it goes,
//  - no reply is longer than the packet that drew it, and a refused packet draws none;
//  - the landmark counts no pong that the agent did not send, and none twice;
//  - the receipt of every round holds, and convicts nobody.
#include <algorithm>
#include <set>
#include <vector>

#include "tests/core/protocol/session_fixture.h"
#include "tests/fuzz/fuzz_target.h"

namespace earshot::fuzz {
namespace {

using protocol_test::kAgentEndpoint;
using protocol_test::kLandmarkEndpoint;
using protocol_test::Pair;

constexpr std::size_t kStepsMax = 64;
constexpr std::size_t kPacketsMax = 96;

class Network {
 public:
  explicit Network(Input input) : input_(input) {}

  void Run() {
    for (std::size_t step = 0; step < kStepsMax && !input_.empty(); ++step) Step();
    if (pair_.landmark != nullptr) CloseRound();
  }

 private:
  void CloseRound() {
    const ClosedRound closed = pair_.landmark->Close(RoundNumber(1), pair_.Now(), 0);
    const auto checked = CheckReceipt(closed.receipt, closed.evidence, pair_.listed);
    EARSHOT_CHECK(checked.has_value());
    EARSHOT_CHECK(checked->findings.empty());
    EARSHOT_CHECK(checked->observation.evidence != EvidenceState::kMismatch);
    for (const Sample& sample : checked->observation.samples) {
      EARSHOT_CHECK(answered_.contains({pair_.landmark->round(), sample.index}));
    }
    EARSHOT_CHECK(pair_.landmark->pongs() <= pair_.agent.pongs());
  }

  void Step() {
    switch (input_.Byte() % 6) {
      case 0:
        pair_.clock.Advance(std::chrono::milliseconds(input_.Byte() * 4));
        break;
      case 1:
        if (Packet out; pair_.agent.OnTimer(pair_.Now(), out)) Keep(out.view());
        break;
      case 2:
        SendPings();
        break;
      case 3:
        ToAgent(Chosen());
        break;
      case 4:
        ToLandmark(Chosen());
        break;
      default:
        Bend();
        break;
    }
  }

  void Keep(ByteSpan packet) {
    if (packets_.size() < kPacketsMax) packets_.emplace_back(packet.begin(), packet.end());
  }

  // One of the packets on the network, or bytes of the input's own.
  Bytes Chosen() {
    const std::size_t which = input_.Byte();
    if (which < packets_.size()) return packets_[which];
    const ByteSpan own = input_.Take(input_.Number() % (kDatagramBytesMax + 2));
    return {own.begin(), own.end()};
  }

  void Bend() {
    Bytes packet = Chosen();
    const std::size_t bends = input_.Byte() % 4U;
    for (std::size_t i = 0; i < bends && !packet.empty(); ++i) {
      std::uint8_t& byte = packet[input_.Number() % packet.size()];
      byte = static_cast<std::uint8_t>(byte ^ input_.Byte());
    }
    Keep(packet);
  }

  void SendPings() {
    if (pair_.landmark == nullptr) return;
    pair_.landmark->OnTimer(pair_.Now());
    pair_.landmark->StartTrain(pair_.Now());
    while (const std::optional<DuePing> ping = pair_.landmark->NextPing(pair_.Now())) {
      EARSHOT_CHECK(sent_.insert({pair_.landmark->round(), ping->index}).second);
      pair_.landmark->OnPingSent(ping->index, pair_.clock.Read());
      Keep(ping->bytes);
      pair_.clock.Advance(pair_.options.terms.gap);
    }
  }

  void ToAgent(const Bytes& packet) {
    if (PeekType(packet) != MessageType::kPing) {
      const Refusal refusal = pair_.agent.OnDatagram(packet, kLandmarkEndpoint, pair_.Now());
      EARSHOT_CHECK(static_cast<std::size_t>(refusal) < kRefusalKinds);
      return;
    }
    PongBytes pong{};
    const Refusal refusal = pair_.agent.OnPing(packet, kLandmarkEndpoint, pair_.Now(), pong);
    EARSHOT_CHECK((refusal == Refusal::kNone) == (pong != PongBytes{}));
    if (refusal != Refusal::kNone) return;
    EARSHOT_CHECK(pong.size() <= packet.size());
    EARSHOT_CHECK(
        answered_.insert({PeekRound(pong), LoadBigEndian<std::uint32_t>(pong, wire::kIndexAt)})
            .second);
    Keep(pong);
  }

  void ToLandmark(const Bytes& packet) {
    Packet reply;
    if (PeekType(packet) == MessageType::kHello) {
      const Refusal refusal = pair_.acceptor.OnHello(packet, kAgentEndpoint, pair_.Now(), reply);
      EARSHOT_CHECK((refusal == Refusal::kNone) == (reply.size != 0));
    } else if (PeekType(packet) == MessageType::kHello2) {
      OnHello2(packet, reply);
    } else if (pair_.landmark != nullptr && PeekType(packet) == MessageType::kEvidence) {
      const Refusal refusal =
          pair_.landmark->OnEvidence(packet, kAgentEndpoint, pair_.clock.Read(), reply);
      EARSHOT_CHECK((refusal == Refusal::kNone) == (reply.size != 0));
      // The round that it opened; the one before lingers in an engine, and is forgotten here.
      if (std::unique_ptr<LandmarkSession> next = pair_.landmark->TakeNextRound()) {
        EARSHOT_CHECK(refusal == Refusal::kNone && pair_.landmark->pongs() > 0);
        CloseRound();
        pair_.landmark = std::move(next);
      }
    } else if (pair_.landmark != nullptr) {
      const std::uint32_t before = pair_.landmark->pongs();
      const Refusal refusal =
          pair_.landmark->OnPong(packet, kAgentEndpoint, pair_.clock.Read(), std::nullopt);
      EARSHOT_CHECK(pair_.landmark->pongs() == before + (refusal == Refusal::kNone ? 1U : 0U));
    }
    EARSHOT_CHECK(reply.size <= packet.size());
    if (reply.size != 0) Keep(reply.view());
  }

  // The first authentic HELLO2 opens the only session of this run.
  void OnHello2(const Bytes& packet, Packet& reply) {
    Bytes32 transcript{};
    if (pair_.acceptor.CheckHello2(packet, kAgentEndpoint, pair_.Now(), transcript) !=
        Refusal::kNone) {
      return;
    }
    if (pair_.landmark != nullptr) {
      if (transcript != pair_.landmark->transcript_sha256() ||
          pair_.landmark->OnHello2Again(kAgentEndpoint) != Refusal::kNone) {
        return;
      }
    } else {
      auto opened = pair_.acceptor.OpenHello2(packet, kAgentEndpoint);
      if (!opened.has_value()) return;
      auto session = LandmarkSession::Open(*std::move(opened), pair_.keys, pair_.options,
                                           SessionId(1), pair_.landmark_random, pair_.clock.Read());
      if (!session.has_value()) return;
      pair_.landmark = *std::move(session);
      WelcomeBytes* const batch[] = {&pair_.landmark->welcome()};
      SignWelcomes(pair_.keys.signing, batch);
    }
    const WelcomeBytes& welcome = pair_.landmark->welcome();
    std::ranges::copy(welcome, reply.bytes.begin());
    reply.size = welcome.size();
  }

  Input input_;
  Pair pair_;
  std::vector<Bytes> packets_;
  // Round and index.
  std::set<std::pair<std::uint32_t, std::uint32_t>> sent_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> answered_;
};

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  earshot::fuzz::Network(earshot::fuzz::Input({data, size})).Run();
  return 0;
}
