// bench/throughput/allocation_count.h: heap allocations of this thread.
//
// A program that links this has its operator new replaced by one that counts, one addition in a
// variable of the thread each. What OpenSSL takes from malloc itself is counted by the tests
// (server_engine_allocation_test), not here.
#ifndef EARSHOT_BENCH_THROUGHPUT_ALLOCATION_COUNT_H_
#define EARSHOT_BENCH_THROUGHPUT_ALLOCATION_COUNT_H_

#include <cstdint>

namespace earshot {

std::uint64_t AllocationsOfThisThread();

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGHPUT_ALLOCATION_COUNT_H_
