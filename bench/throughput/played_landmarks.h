// bench/throughput/played_landmarks.h: the load as a list of landmarks, with the pings ready made.
#ifndef EARSHOT_BENCH_THROUGHPUT_PLAYED_LANDMARKS_H_
#define EARSHOT_BENCH_THROUGHPUT_PLAYED_LANDMARKS_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "bench/throughput/bench_authority.h"
#include "bench/throughput/load.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/protocol/handshake_acceptor.h"
#include "core/protocol/timed.h"

namespace earshot {

// The top bit of every session id that is played here; junk does not have it.
inline constexpr std::size_t kSessionMarkAt = wire::kSessionAt;
inline constexpr std::uint8_t kSessionMark = 0x80;

// Whether a datagram is a PING, or a PONG, of a session that was opened here.
bool IsOurs(ByteSpan datagram, MessageType type);

// `count` loopback addresses from 127.9.0.1 on, with one port.
std::vector<Endpoint> PlayedEndpoints(std::uint32_t count, std::uint16_t port);

// Opens one session with each landmark of a list to whatever agent says HELLO. Handshakes are the
// protocol's own; only the pacing of trains is left out, so that a load can be as dense as it likes.
class PlayedLandmarks {
 public:
  // Both must outlive this.
  PlayedLandmarks(const BenchAuthority& authority, LoadSocket& socket, Random& random);
  ~PlayedLandmarks();

  // Serves handshakes until every landmark has its session. kUnavailable after ten seconds.
  Status OpenAll();

  // The agent, as its HELLO showed it.
  const Endpoint& agent() const { return agent_; }
  // Every PING of all sessions, the sessions taking turns; the last index of each chain is kept
  // back, so that no session ends under the load. Valid while this lives.
  std::vector<LoadRequest> Pings() const;

 private:
  struct Landmark;
  void Take(const Endpoint& from, ByteSpan packet);
  void Welcome(Landmark& landmark, const OpenedHello& hello);

  LoadSocket& socket_;
  Random& random_;
  std::vector<std::unique_ptr<Landmark>> landmarks_;
  std::size_t open_ = 0;
  Endpoint agent_;
};

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGHPUT_PLAYED_LANDMARKS_H_
