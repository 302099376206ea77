// Any bytes into every fixed-layout parser. What is accepted must be what the writer writes: two
// packets with one meaning would be two transcripts of one session.
#include <algorithm>

#include "core/crypto/sha256.h"
#include "core/protocol/hello.h"
#include "core/protocol/retry.h"
#include "core/protocol/timed.h"
#include "core/protocol/welcome.h"
#include "core/protocol/wire_format.h"
#include "tests/fuzz/fuzz_target.h"

namespace earshot::fuzz {
namespace {

void CheckHeaderRoundTrip(ByteSpan packet) {
  Header header;
  const Refusal refusal = ParseHeader(packet, header);
  if (refusal != Refusal::kNone) return;
  EARSHOT_CHECK(packet.size() == PacketBytes(header.type));
  EARSHOT_CHECK(PeekType(packet) == header.type);
  EARSHOT_CHECK(PeekSessionId(packet) == header.session_id);
  EARSHOT_CHECK(PeekRound(packet) == header.round);
  std::array<std::uint8_t, wire::kHeaderBytes> written{};
  WriteHeader(header, written);
  EARSHOT_CHECK(std::ranges::equal(written, packet.first(wire::kHeaderBytes)));
}

void CheckHello(ByteSpan packet) {
  HelloOffer offer;
  if (ParseHello(packet, offer) == Refusal::kNone) {
    Packet written;
    WriteHello(offer, written);
    // The suites beside ours are the agent's affair.
    const std::size_t from = wire::kHelloLandmarkAt;
    EARSHOT_CHECK(std::ranges::equal(written.view().subspan(from), packet.subspan(from)));
  }
  if (ParseHello2(packet, offer) == Refusal::kNone) {
    EARSHOT_CHECK(packet.size() == wire::kHello2Bytes);
    EARSHOT_CHECK(IdentityTranscript(packet) == Sha256(packet.first(wire::kHello2IdentityAt)));
  }
}

void CheckRetryAndWelcome(ByteSpan packet) {
  Retry retry;
  if (ParseRetry(packet, retry) == Refusal::kNone) {
    Packet written;
    WriteRetry(retry, written);
    EARSHOT_CHECK(std::ranges::equal(written.view(), packet));
  }
  Welcome welcome;
  if (ParseWelcome(packet, welcome) == Refusal::kNone) {
    const WelcomeBytes written = WriteWelcome(welcome);
    EARSHOT_CHECK(std::ranges::equal(ByteSpan(written).first(wire::kWelcomeLeafEnd),
                                     packet.first(wire::kWelcomeLeafEnd)));
  }
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const earshot::ByteSpan packet(data, size);
  earshot::fuzz::CheckHeaderRoundTrip(packet);
  earshot::fuzz::CheckHello(packet);
  earshot::fuzz::CheckRetryAndWelcome(packet);
  return 0;
}
