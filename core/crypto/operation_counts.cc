#include "core/crypto/operation_counts.h"

#include <atomic>

namespace earshot {
namespace {

// Statistics only: nothing is ordered by them, so relaxed.
std::atomic<std::uint64_t> sign_count{0};
std::atomic<std::uint64_t> verify_count{0};
std::atomic<std::uint64_t> key_agreement_count{0};

}  // namespace

OperationCounts CurrentOperationCounts() {
  return {.sign = sign_count.load(std::memory_order_relaxed),
          .verify = verify_count.load(std::memory_order_relaxed),
          .key_agreement = key_agreement_count.load(std::memory_order_relaxed)};
}

namespace internal {

void CountSign() { sign_count.fetch_add(1, std::memory_order_relaxed); }
void CountVerify() { verify_count.fetch_add(1, std::memory_order_relaxed); }
void CountKeyAgreement() { key_agreement_count.fetch_add(1, std::memory_order_relaxed); }

}  // namespace internal
}  // namespace earshot
