// bench/throughput/answerers.h: the programs that answer a load, each on a thread of its own.
#ifndef EARSHOT_BENCH_THROUGHPUT_ANSWERERS_H_
#define EARSHOT_BENCH_THROUGHPUT_ANSWERERS_H_

#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bench/throughput/bench_authority.h"
#include "core/base/datagram.h"
#include "core/base/result.h"
#include "core/crypto/ed25519.h"

namespace earshot {

// Answers until it is destroyed, pinned to kAnswerCore.
class Answerer {
 public:
  virtual ~Answerer() = default;
  // Where it listens, where that is known before it speaks; an agent's shows in its HELLO.
  virtual Endpoint endpoint() const = 0;
  virtual clockid_t cpu_clock() const = 0;
  // Allocations of its thread so far; none where nobody counts.
  virtual std::optional<std::uint64_t> allocations() const { return std::nullopt; }
};

// recvmmsg, nothing, sendmmsg: what sockets alone allow. Answers what `wanted` says; empty: all.
Result<std::unique_ptr<Answerer>> MakeEcho(std::function<bool(ByteSpan)> wanted);

// The same loop, with one Ed25519 verification (the last 64 bytes of a request sign the first 64)
// and one HMAC for each answer of 64 bytes: a ping that bears its own signature. The key is parsed
// once.
Result<std::unique_ptr<Answerer>> MakeVerifyEach(const Ed25519PublicKey& key);

// The production agent, one device, sessions with every landmark of `authority`; its files live in
// `folder`.
Result<std::unique_ptr<Answerer>> MakeAgent(const BenchAuthority& authority,
                                            const std::string& folder);

// The production engine behind Asio's asynchronous operations, one datagram each.
Result<std::unique_ptr<Answerer>> MakeAsioAgent(const BenchAuthority& authority);

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGHPUT_ANSWERERS_H_
