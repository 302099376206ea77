// core/base/random.h: the seam through which randomness enters.
#ifndef EARSHOT_CORE_BASE_RANDOM_H_
#define EARSHOT_CORE_BASE_RANDOM_H_

#include <array>
#include <cstdint>

#include "core/base/bytes.h"

namespace earshot {

// A source of random bytes. Keys and nonces take it from core/crypto's pooled generator; simulation
// and tests from a seeded one. A library that can reach a verdict never names a global generator.
class Random {
 public:
  virtual ~Random() = default;

  // Fills `out` with bytes that are independent of every earlier draw.
  virtual void Fill(MutableByteSpan out) = 0;

  std::uint64_t NextU64() {
    std::array<std::uint8_t, 8> bytes{};
    Fill(bytes);
    return LoadBigEndian<std::uint64_t>(bytes, 0);
  }
  Bytes32 NextBytes32() {
    Bytes32 bytes{};
    Fill(bytes);
    return bytes;
  }
  // Uniform in [0, bound). Rejection sampling, so there is no modulo bias. `bound` > 0.
  std::uint64_t NextBelow(std::uint64_t bound) {
    EARSHOT_CHECK(bound > 0);
    const std::uint64_t limit = bound * (UINT64_MAX / bound);
    std::uint64_t draw = NextU64();
    while (draw >= limit) draw = NextU64();
    return draw % bound;
  }
  // Uniform in [0, 1), 53 bits.
  double NextUnit() { return static_cast<double>(NextU64() >> 11U) * 0x1.0p-53; }
};

}  // namespace earshot

#endif  // EARSHOT_CORE_BASE_RANDOM_H_
