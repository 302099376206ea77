// tests/core/protocol/session_fixture.h: a root, a landmark and a device, and the two session
// machines joined by a wire that tests may cut, bend and repeat.
#ifndef EARSHOT_TESTS_CORE_PROTOCOL_SESSION_FIXTURE_H_
#define EARSHOT_TESTS_CORE_PROTOCOL_SESSION_FIXTURE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/crypto/seeded_random.h"
#include "core/protocol/agent_session.h"
#include "core/protocol/handshake_acceptor.h"
#include "core/protocol/landmark_session.h"
#include "core/protocol/receipt_check.h"
#include "core/protocol/timed.h"

namespace earshot::protocol_test {

inline constexpr Endpoint kLandmarkEndpoint{.address = 0x7f000001, .port = 4000};
inline constexpr Endpoint kAgentEndpoint{.address = 0x7f140001, .port = 5000};
inline constexpr Endpoint kStranger{.address = 0x7f140002, .port = 5000};

// The key whose 32 private bytes are SHA-256(name): the same on every run.
Ed25519PrivateKey SigningKeyNamed(std::string_view name);
X25519KeyPair SealingKeyNamed(std::string_view name);

// Counts up in memory; can be told to fail or to go back.
class MemoryCounter final : public SessionCounter {
 public:
  Result<std::uint64_t> Next() override;

  std::uint64_t last = 0;
  bool broken = false;
};

// Raw clock alone, no kernel stamps.
Sample ResolveOnRawClock(std::uint32_t index, const ProbeStamps& stamps);

// The signed objects of one landmark, serialised.
struct SignedWorld {
  Bytes position_record;
  Bytes delegation;
  Bytes landmark_list;
};
struct ListOptions {
  std::uint64_t version = 1;
  std::uint64_t epoch_s = 1'767'225'600;  // 2026-01-01
  std::uint64_t expires_s = 1'767'830'400;
  std::uint64_t not_before_s = 1'767'225'600;
  std::uint64_t not_after_s = 1'767'830'400;
  std::uint32_t role = 1;
  std::string subject = "sin-1";
};
SignedWorld MakeSignedWorld(const Ed25519PrivateKey& root, const LandmarkKeys& keys,
                            const ListOptions& options = {});

// One agent, one landmark. Time moves when told.
class Pair {
 public:
  explicit Pair(LandmarkSessionOptions options = DefaultOptions(), std::uint64_t seed = 1);

  static LandmarkSessionOptions DefaultOptions();

  // Steps. Each EXPECTs that the honest path works.
  Packet Hello();
  Packet RetryTo(const Packet& hello);
  Packet Hello2After(const Packet& retry);
  void OpenLandmarkSession(const Packet& hello2);
  void Welcome();
  // All of the above.
  void Handshake();

  // Sends what one train has to send; the pings, by index.
  std::vector<DuePing> SendTrain();
  // One ping there and its pong back after `rtt`, from now on; the landmark's refusal.
  Refusal Exchange(const DuePing& ping, Duration rtt);
  Packet Evidence();

  MonotonicInstant Now() { return clock.Now(); }

  Ed25519PrivateKey root;
  LandmarkKeys keys;
  Ed25519PrivateKey device;
  SignedWorld world;
  ListedLandmark listed;
  ManualClock clock;
  SeededRandom landmark_random;
  SeededRandom agent_random;
  MemoryCounter counter;
  LandmarkSessionOptions options;
  HandshakeAcceptor acceptor;
  AgentSession agent;
  std::unique_ptr<LandmarkSession> landmark;
  PongBytes pong{};
};

}  // namespace earshot::protocol_test

#endif  // EARSHOT_TESTS_CORE_PROTOCOL_SESSION_FIXTURE_H_
