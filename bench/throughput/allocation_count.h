// bench/throughput/allocation_count.h: heap allocations of this thread.
//
// A program that links this has operator new and aligned_alloc, from which Asio takes its operations,
// replaced by ones that count, one addition in a variable of the thread each. What OpenSSL takes from
// malloc itself is counted by the tests (server_engine_allocation_test, server_rim_allocation_test),
// not here.
#ifndef EARSHOT_BENCH_THROUGHPUT_ALLOCATION_COUNT_H_
#define EARSHOT_BENCH_THROUGHPUT_ALLOCATION_COUNT_H_

#include <atomic>
#include <cstdint>

namespace earshot {

std::uint64_t AllocationsOfThisThread();
// The count itself, which other threads may read for as long as the calling one lives.
const std::atomic<std::uint64_t>& AllocationCountOfThisThread();

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGHPUT_ALLOCATION_COUNT_H_
