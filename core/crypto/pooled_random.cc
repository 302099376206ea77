#include "core/crypto/pooled_random.h"

#include <openssl/rand.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>

#include "core/crypto/secret.h"

namespace earshot {
namespace {

std::atomic<std::uint64_t> forks{0};

void CountFork() { forks.fetch_add(1, std::memory_order_relaxed); }

// Asking the kernel for the process id instead would cost more than the draw.
std::uint64_t ForksAboveThisProcess() {
  static const int registered = pthread_atfork(nullptr, nullptr, &CountFork);
  EARSHOT_CHECK(registered == 0);
  return forks.load(std::memory_order_relaxed);
}

void FillFromSystem(MutableByteSpan out) {
  EARSHOT_CHECK(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1);
}

}  // namespace

SystemRandom::SystemRandom() : fork_count_(ForksAboveThisProcess()) {}

SystemRandom::~SystemRandom() { Cleanse(pool_); }

void SystemRandom::Fill(MutableByteSpan out) {
  if (const std::uint64_t now = ForksAboveThisProcess(); now != fork_count_) {
    fork_count_ = now;
    used_ = kPoolBytes;
  }
  while (!out.empty()) {
    if (used_ == kPoolBytes) {
      FillFromSystem(pool_);
      used_ = 0;
    }
    const MutableByteSpan taken =
        MutableByteSpan(pool_).subspan(used_, std::min(out.size(), kPoolBytes - used_));
    std::copy(taken.begin(), taken.end(), out.begin());
    Cleanse(taken);
    used_ += taken.size();
    out = out.subspan(taken.size());
  }
}

}  // namespace earshot
