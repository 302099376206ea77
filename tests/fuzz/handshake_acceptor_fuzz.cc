// Any datagram at a landmark's door. A reply never exceeds its request, a refusal has none, and no
// public-key operation comes before a valid cookie. The keys are those of docs/PROTOCOL.md's
// vectors, so that the vectors' packets lead all the way in.
#include "core/crypto/operation_counts.h"
#include "tests/core/protocol/session_fixture.h"
#include "tests/core/protocol/vector_session.h"
#include "tests/fuzz/fuzz_target.h"

namespace earshot::fuzz {
namespace {

Secret32 VectorKey(std::string_view name) {
  return *Secret32::CopyFrom(protocol_test::DefaultVectorInput(name));
}

void AtTheDoor(ByteSpan packet) {
  static const LandmarkKeys keys{
      .id = LandmarkId("sin-1"),
      .signing = Ed25519PrivateKey::FromSeed(VectorKey("landmark_private")),
      .sealing = X25519KeyPair::FromPrivate(VectorKey("landmark_sealing_private"))};
  SeededRandom random(1);
  HandshakeAcceptor acceptor(keys, random, MonotonicInstant());
  const auto now = MonotonicInstant::FromNanoseconds(1'000'000'000);

  const OperationCounts before = CurrentOperationCounts();
  Packet retry;
  const Refusal hello = acceptor.OnHello(packet, protocol_test::kAgentEndpoint, now, retry);
  EARSHOT_CHECK((hello == Refusal::kNone) == (retry.size != 0));
  EARSHOT_CHECK(retry.size <= packet.size());
  Bytes32 transcript{};
  const Refusal hello2 =
      acceptor.CheckHello2(packet, protocol_test::kAgentEndpoint, now, transcript);
  EARSHOT_CHECK(CurrentOperationCounts() == before);
  if (hello2 != Refusal::kNone) return;
  EARSHOT_CHECK(wire::kWelcomeBytes <= packet.size());
  const auto opened = acceptor.OpenHello2(packet, protocol_test::kAgentEndpoint);
  if (opened.has_value()) EARSHOT_CHECK(opened->transcript_sha256 == transcript);
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  earshot::fuzz::AtTheDoor({data, size});
  return 0;
}
