// tests/core/protocol/vector_stage.h: both machines of the vector sessions, their chance scripted.
#ifndef EARSHOT_TESTS_CORE_PROTOCOL_VECTOR_STAGE_H_
#define EARSHOT_TESTS_CORE_PROTOCOL_VECTOR_STAGE_H_

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/clock.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/seeded_random.h"
#include "core/crypto/sha256.h"
#include "tests/core/protocol/session_fixture.h"
#include "tests/core/protocol/vector_session.h"

namespace earshot::protocol_test {

inline constexpr std::uint64_t kSessionId = 0x1122334455667788;
inline constexpr std::uint32_t kChainLength = 10;
inline constexpr std::uint64_t kSessionCounter = 42;

// Hands out what it was given, in order.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::deque<Bytes> draws) : draws_(std::move(draws)) {}
  void Fill(MutableByteSpan out) override {
    EARSHOT_CHECK(!draws_.empty() && draws_.front().size() == out.size());
    std::ranges::copy(draws_.front(), out.begin());
    draws_.pop_front();
  }

 private:
  std::deque<Bytes> draws_;
};

class Recorder {
 public:
  explicit Recorder(const VectorMap& inputs) : inputs_(inputs) {}

  const Bytes& Input(std::string_view name) const {
    const auto found = inputs_.find(name);
    EARSHOT_CHECK(found != inputs_.end());
    return found->second;
  }
  Secret32 Key(std::string_view name) const { return *Secret32::CopyFrom(Input(name)); }
  void AddInput(std::string_view name) { Add(name, Input(name)); }
  void Add(std::string_view name, ByteSpan value) {
    list_.emplace_back(std::string(name), Bytes(value.begin(), value.end()));
  }
  VectorList Take() { return std::move(list_); }

 private:
  const VectorMap& inputs_;
  VectorList list_;
};

inline std::array<std::uint8_t, 8> Be64(std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes{};
  StoreBigEndian<std::uint64_t>(bytes, 0, value);
  return bytes;
}

// Everything both sides own, and the recorder they write to.
struct Stage {
  // `resumption`: the agent offers it, and a second round is drawn.
  Stage(const VectorMap& inputs, bool resumption)
      : record(inputs),
        root(Ed25519PrivateKey::FromSeed(record.Key("root_private"))),
        keys{.id = LandmarkId("sin-1"),
             .signing = Ed25519PrivateKey::FromSeed(record.Key("landmark_private")),
             .sealing = X25519KeyPair::FromPrivate(record.Key("landmark_sealing_private"))},
        device(Ed25519PrivateKey::FromSeed(record.Key("device_private"))),
        world(MakeSignedWorld(root, keys)),
        agent_random({record.Input("agent_ephemeral_private"), record.Input("agent_nonce")}),
        landmark_random(LandmarkDraws(record, resumption)),
        cookie_random(1),
        acceptor(keys, cookie_random, MonotonicInstant()) {
    counter.last = kSessionCounter - 1;
    options.terms.chain_length = kChainLength;
    options.resolve = &ResolveOnRawClock;
    clock.Set({.monotonic = MonotonicInstant::FromNanoseconds(1'000'000'000),
               .wall = WallInstant::FromNanoseconds(1'767'225'600'000'000'000)});
    ListTrust trust(root.public_key());
    const auto list = trust.AcceptLandmarkList(world.landmark_list);
    EARSHOT_CHECK(list.has_value());
    agent = std::make_unique<AgentSession>(
        AgentIdentity{.device_key = &device,
                      .claims = {.model = "GX-100",
                                 .firmware_sha256 = Sha256(AsBytes("firmware 1.0")),
                                 .boot_count = 7}},
        counter, list->landmarks.at(0), agent_random, AgentLimits{.offer_resumption = resumption},
        clock.Now());
  }
  static std::deque<Bytes> LandmarkDraws(const Recorder& record, bool resumption) {
    std::deque<Bytes> draws = {record.Input("landmark_ephemeral_private"),
                               record.Input("landmark_nonce"), record.Input("x_10"),
                               record.Input("commitment_salt")};
    if (resumption) {
      for (const std::string_view input : kResumptionInputs) draws.push_back(record.Input(input));
    }
    return draws;
  }

  Recorder record;
  Ed25519PrivateKey root;
  LandmarkKeys keys;
  Ed25519PrivateKey device;
  SignedWorld world;
  ScriptedRandom agent_random;
  ScriptedRandom landmark_random;
  SeededRandom cookie_random;
  HandshakeAcceptor acceptor;
  MemoryCounter counter;
  LandmarkSessionOptions options;
  ManualClock clock;
  std::unique_ptr<AgentSession> agent;
  std::unique_ptr<LandmarkSession> landmark;
};

}  // namespace earshot::protocol_test

#endif  // EARSHOT_TESTS_CORE_PROTOCOL_VECTOR_STAGE_H_
