#include "bench/throughput/allocation_count.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

// Written by its own thread alone, so adding needs no locked instruction.
thread_local std::atomic<std::uint64_t> allocations{0};

void Count() {
  allocations.store(allocations.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

void* operator new(std::size_t size) {
  Count();
  void* const block = std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
// By itself this would call the one above; an address sanitizer puts its own in between, whose blocks
// `free` below would not know.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  Count();
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

// Where Asio's operations come from: past operator new. posix_memalign gives what aligned_alloc would.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  Count();
  void* block = nullptr;
  return posix_memalign(&block, alignment, size) == 0 ? block : nullptr;
}

namespace earshot {

std::uint64_t AllocationsOfThisThread() { return allocations.load(std::memory_order_relaxed); }
const std::atomic<std::uint64_t>& AllocationCountOfThisThread() { return allocations; }

}  // namespace earshot
