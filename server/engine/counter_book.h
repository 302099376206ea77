// server/engine/counter_book.h: which session counters a landmark has seen from which device.
#ifndef EARSHOT_SERVER_ENGINE_COUNTER_BOOK_H_
#define EARSHOT_SERVER_ENGINE_COUNTER_BOOK_H_

#include <array>
#include <cstdint>
#include <map>

#include "core/base/bytes.h"
#include "core/domain/ids.h"

namespace earshot {

enum class CounterJudgement : std::uint8_t {
  kFresh,     // higher than every one before
  kRepeated,  // the same HELLO2 again: the network's doing, or a replay
  kReused,    // a counter seen before, in another signed HELLO2: the key signed in two places
  kWentBack,  // lower than the highest, and not remembered: a restored backup, a clone, a late packet
};

// Remembers the highest counter of every device and the last few HELLO2 for telling a repetition
// from a second signature. The caller admits enrolled devices only, which bounds the book.
class CounterBook {
 public:
  // Judges an authentic HELLO2 and notes it.
  CounterJudgement Judge(const DeviceId& device, std::uint64_t counter, const Bytes32& transcript);

 private:
  struct Seen {
    std::uint64_t counter = 0;
    Bytes32 transcript{};
  };
  struct Page {
    std::uint64_t highest = 0;
    std::array<Seen, 8> recent{};  // a ring
    std::size_t next = 0;
  };
  std::map<DeviceId, Page> pages_;
};

}  // namespace earshot

#endif  // EARSHOT_SERVER_ENGINE_COUNTER_BOOK_H_
