// tests/support/allocation_counter.h: every heap allocation of the process, those of OpenSSL and of
// Asio's operations included.
//
// A program that links this has its operator new replaced, so it is a program of its own.
#ifndef EARSHOT_TESTS_SUPPORT_ALLOCATION_COUNTER_H_
#define EARSHOT_TESTS_SUPPORT_ALLOCATION_COUNTER_H_

#include <cstdint>

namespace earshot {

// Allocations so far, reallocations included.
std::uint64_t CountedAllocations();
// Whether OpenSSL let its allocator be replaced; without it a count says nothing about OpenSSL.
bool OpensslIsCounted();

// How many `action` makes.
template <typename Action>
std::uint64_t AllocationsIn(Action action) {
  const std::uint64_t before = CountedAllocations();
  action();
  return CountedAllocations() - before;
}

}  // namespace earshot

#endif  // EARSHOT_TESTS_SUPPORT_ALLOCATION_COUNTER_H_
