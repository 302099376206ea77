// sim/adversary/lying_landmark.h: the rim of a landmark whose time stamps are not true: its operator
// lies, or somebody has its clock.
#ifndef EARSHOT_SIM_ADVERSARY_LYING_LANDMARK_H_
#define EARSHOT_SIM_ADVERSARY_LYING_LANDMARK_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/datagram.h"
#include "core/base/time.h"

namespace earshot {

// The least that any landmark could have measured.
inline constexpr Duration kLeastMeasuredRtt = std::chrono::microseconds(1);

// Stands between a production LandmarkEngine and its socket and falsifies time stamps. The engine
// signs what it is told, as an operator could make it do: receipts, tags and roots stay in order.
// `inner` must outlive it. Confined to the thread of its engine.
class LyingLandmark final : public DatagramTransport {
 public:
  struct Lies {
    Duration shortens_rtt_by{0};
    Duration lengthens_rtt_by{0};
    double runs_slow_by = 0;         // share of a round trip that its clocks miss, in [0, 1)
    Duration wall_steps_back_by{0};  // its wall clock alone, between a PING and its PONG
    MonotonicInstant from = MonotonicInstant::FromNanoseconds(INT64_MIN);
    std::optional<MonotonicInstant> until;  // from here on it is true again

    bool At(MonotonicInstant now) const { return now >= from && !(until.has_value() && now >= *until); }
  };
  LyingLandmark(DatagramTransport& inner, const Lies& lies) : inner_(inner), lies_(lies) {}

  // Says that it sent earlier than it did, to make round trips longer.
  ClockReading Send(const Endpoint& to, ByteSpan datagram, std::uint64_t probe_key) override;
  void Flush() override { inner_.Flush(); }

  // When it says that `datagram` arrived. A PONG came earlier than it did, though not before the
  // last PING to `from` left: a landmark that reported less would convict itself. A wall clock that
  // was set back may show any time.
  ClockReading ArrivalOf(ByteSpan datagram, const Endpoint& from, const ClockReading& now) const;

 private:
  DatagramTransport& inner_;
  Lies lies_;
  std::map<Endpoint, MonotonicInstant> last_ping_;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_ADVERSARY_LYING_LANDMARK_H_
