#include "sim/path/philox.h"

#include <Random123/philox.h>

#include <algorithm>

#include "core/crypto/sha256.h"

namespace earshot {

PhiloxKey PhiloxKey::For(std::uint64_t seed, std::string_view entity, std::string_view purpose) {
  constexpr std::string_view kLabel{"earshot philox v1\0", 18};
  std::array<std::uint8_t, 8> seed_bytes{};
  StoreBigEndian<std::uint64_t>(seed_bytes, 0, seed);
  const std::array<std::uint8_t, 1> separator{};
  const Bytes32 digest =
      Sha256({AsBytes(kLabel), seed_bytes, AsBytes(entity), separator, AsBytes(purpose)});
  return {LoadBigEndian<std::uint64_t>(digest, 0)};
}

PhiloxWords PhiloxAt(PhiloxKey key, std::uint64_t number, std::uint64_t lane,
                     std::uint32_t block) {
  const philox4x32_key_t philox_key = {{static_cast<std::uint32_t>(key.value),
                                        static_cast<std::uint32_t>(key.value >> 32U)}};
  const philox4x32_ctr_t counter = {{static_cast<std::uint32_t>(number),
                                     static_cast<std::uint32_t>(number >> 32U),
                                     static_cast<std::uint32_t>(lane), block}};
  const philox4x32_ctr_t words = philox4x32(counter, philox_key);
  return {words[0], words[1], words[2], words[3]};
}

void PhiloxRandom::Fill(MutableByteSpan out) {
  while (!out.empty()) {
    if (used_ == bytes_.size()) {
      const PhiloxWords words = PhiloxAt(key_, next_block_++, 0, 0);
      for (std::size_t i = 0; i < words.size(); ++i) {
        StoreBigEndian<std::uint32_t>(bytes_, 4 * i, words[i]);
      }
      used_ = 0;
    }
    const std::size_t taken = std::min(out.size(), bytes_.size() - used_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(used_), taken, out.begin());
    used_ += taken;
    out = out.subspan(taken);
  }
}

}  // namespace earshot
