// core/crypto/operation_counts.h: how many public-key operations this process has done.
//
// The protocol promises that none stands in the timed path, and none before an address is
// validated. Tests read these counters to hold it to that.
#ifndef EARSHOT_CORE_CRYPTO_OPERATION_COUNTS_H_
#define EARSHOT_CORE_CRYPTO_OPERATION_COUNTS_H_

#include <cstdint>

namespace earshot {

// Operations since the process started, refused ones included: the work was done.
struct OperationCounts {
  std::uint64_t sign = 0;
  std::uint64_t verify = 0;
  std::uint64_t key_agreement = 0;

  friend bool operator==(const OperationCounts&, const OperationCounts&) = default;
};

// Thread-safe. The three counters are read one after the other, not as one.
OperationCounts CurrentOperationCounts();

namespace internal {
void CountSign();
void CountVerify();
void CountKeyAgreement();
}  // namespace internal

}  // namespace earshot

#endif  // EARSHOT_CORE_CRYPTO_OPERATION_COUNTS_H_
