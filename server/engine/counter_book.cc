#include "server/engine/counter_book.h"

#include <algorithm>

namespace earshot {

CounterJudgement CounterBook::Judge(const DeviceId& device, std::uint64_t counter,
                                    const Bytes32& transcript) {
  Page& page = pages_[device];
  for (const Seen& seen : page.recent) {
    if (seen.transcript == transcript) return CounterJudgement::kRepeated;
  }
  CounterJudgement judgement = CounterJudgement::kFresh;
  if (counter <= page.highest) judgement = CounterJudgement::kWentBack;
  for (const Seen& seen : page.recent) {
    // A counter is never zero, so that an empty place of the ring matches none.
    if (seen.counter == counter && counter != 0) judgement = CounterJudgement::kReused;
  }
  page.recent[page.next] = Seen{counter, transcript};
  page.next = (page.next + 1) % page.recent.size();
  page.highest = std::max(page.highest, counter);
  return judgement;
}

}  // namespace earshot
