// sim/path/philox.h: chance in a simulation: the same draw for the same seed, whoever asks when.
#ifndef EARSHOT_SIM_PATH_PHILOX_H_
#define EARSHOT_SIM_PATH_PHILOX_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/random.h"

namespace earshot {

// Names a stream of draws.
struct PhiloxKey {
  std::uint64_t value = 0;

  // By name: a stream depends on the seed, whose it is and what for, and on nothing else, so that
  // adding an entity shifts the draws of no other. The first 8 bytes of
  // SHA-256("earshot philox v1" | 0 | seed, big-endian | entity | 0 | purpose).
  static PhiloxKey For(std::uint64_t seed, std::string_view entity, std::string_view purpose);
};

// Four words at `counter`. Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2,
// 3", SC'11): a bijection of the counter, so no state and no order of drawing. Not for secrets that
// must hold outside a simulation.
using PhiloxWords = std::array<std::uint32_t, 4>;
PhiloxWords PhiloxAt(PhiloxKey key, std::uint64_t number, std::uint64_t lane, std::uint32_t block);

// The seam of randomness, for engines in virtual time. Bytes are the words of lane 0 in order,
// big-endian. Confined to one thread.
class PhiloxRandom final : public Random {
 public:
  explicit PhiloxRandom(PhiloxKey key) : key_(key) {}

  void Fill(MutableByteSpan out) override;

 private:
  PhiloxKey key_;
  std::uint64_t next_block_ = 0;
  std::array<std::uint8_t, 16> bytes_{};
  std::size_t used_ = 16;  // of bytes_
};

}  // namespace earshot

#endif  // EARSHOT_SIM_PATH_PHILOX_H_
