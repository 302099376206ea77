#include "tests/support/allocation_counter.h"

#include <atomic>
#include <cstdlib>
#include <new>

// Declared here, because only core/crypto includes OpenSSL's headers.
extern "C" int CRYPTO_set_mem_functions(void* (*)(std::size_t, const char*, int),
                                        void* (*)(void*, std::size_t, const char*, int),
                                        void (*)(void*, const char*, int));

namespace {

std::atomic<std::uint64_t> allocations{0};

void* CountedMalloc(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size);
}
void* OpensslMalloc(std::size_t size, const char*, int) { return CountedMalloc(size); }
void* OpensslRealloc(void* block, std::size_t size, const char*, int) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::realloc(block, size);
}
void OpensslFree(void* block, const char*, int) { std::free(block); }

// OpenSSL takes this only before its first allocation, hence before main.
const bool openssl_is_counted =
    CRYPTO_set_mem_functions(&OpensslMalloc, &OpensslRealloc, &OpensslFree) == 1;

}  // namespace

void* operator new(std::size_t size) {
  void* const block = CountedMalloc(size);
  if (block == nullptr) std::abort();
  return block;
}
// See bench/throughput/allocation_count.cc.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return CountedMalloc(size); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

// Where Asio's operations come from: past operator new. posix_memalign gives what aligned_alloc would.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* block = nullptr;
  return posix_memalign(&block, alignment, size) == 0 ? block : nullptr;
}

namespace earshot {

std::uint64_t CountedAllocations() { return allocations.load(std::memory_order_relaxed); }
bool OpensslIsCounted() { return openssl_is_counted; }

}  // namespace earshot
