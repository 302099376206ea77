// bench/processor_time.h: what a program has cost the processor so far.
#ifndef EARSHOT_BENCH_PROCESSOR_TIME_H_
#define EARSHOT_BENCH_PROCESSOR_TIME_H_

#include <time.h>

#include <chrono>

namespace earshot {

// Of all threads of this process, in user and kernel: what other programs take from them does not
// count.
inline std::chrono::nanoseconds ProcessorTime() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace earshot

#endif  // EARSHOT_BENCH_PROCESSOR_TIME_H_
