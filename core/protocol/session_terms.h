// core/protocol/session_terms.h: what a landmark states in WELCOME and both sides then keep to.
#ifndef EARSHOT_CORE_PROTOCOL_SESSION_TERMS_H_
#define EARSHOT_CORE_PROTOCOL_SESSION_TERMS_H_

#include <chrono>
#include <cstdint>

#include "core/base/time.h"

namespace earshot {

// How old a session may grow by being resumed, on either side's monotonic clock. A round that could
// end later is not opened, and whoever finds its session older than this drops its keys.
inline constexpr Duration kSessionAgeMax = std::chrono::hours(24);

// Train t (from 0) holds the indices t * train_length + 1 to (t + 1) * train_length, cut off at
// chain_length. On the wire `gap` and `spin` are whole microseconds below 65,536, `evidence_idle`
// and `lifetime` whole milliseconds.
struct SessionTerms {
  std::uint16_t chain_length = 60;      // N, 1 to 256: the highest index
  std::uint8_t train_length = 5;        // pings a train, 1 to 8
  std::uint8_t trains_outstanding = 2;  // after the first valid PONG, 1 to 2; before it, 1
  Duration gap = std::chrono::microseconds(200);  // between the pings of a train
  Duration spin = std::chrono::milliseconds(2);  // the agent stays awake so long after a first ping
  std::uint32_t pings_per_second = 500;          // what the agent should answer at most
  Duration evidence_idle = std::chrono::milliseconds(500);  // after the last answered ping
  Duration lifetime = std::chrono::seconds(60);
  std::uint32_t round = 1;

  friend bool operator==(const SessionTerms&, const SessionTerms&) = default;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_SESSION_TERMS_H_
