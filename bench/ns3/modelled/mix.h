// bench/ns3/modelled/mix.h: the cheap mixing that stands for every primitive of modelled cryptography.
//
// Not cryptography: whoever reads this can forge all of it. It keeps what a simulation relies on: equal
// input gives equal output, however it was cut up, and different input, key or label in practice never
// does.
#ifndef EARSHOT_BENCH_NS3_MODELLED_MIX_H_
#define EARSHOT_BENCH_NS3_MODELLED_MIX_H_

#include <bit>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>

#include "core/base/bytes.h"

namespace earshot::modelled {

// 128 bits of state, eight bytes a step. A plain value, like the hash state that it stands for.
class Mix {
 public:
  explicit Mix(std::uint64_t label) : a_(label * kOdd + 1), b_(~label) {}

  void Add(ByteSpan bytes) {
    length_ += bytes.size();
    const std::uint8_t* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; at += 8, left -= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, sizeof(word));
      Take(word, 8);
    }
    if (left == 0) return;
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < left; ++i) word |= std::uint64_t{at[i]} << (8 * i);
    Take(word, static_cast<unsigned>(left));
  }
  void AddAll(std::span<const ByteSpan> parts) {
    for (const ByteSpan part : parts) Add(part);
  }

  // Fills `out`; the state stays as it was.
  void Expand(MutableByteSpan out) const {
    Mix end = *this;
    end.Step(held_);
    end.Step(length_);
    for (std::size_t at = 0; at < out.size(); at += 8) {
      end.Step(at + 1);
      const std::uint64_t word = end.a_ ^ end.b_;
      std::memcpy(out.data() + at, &word, std::min<std::size_t>(8, out.size() - at));
    }
  }
  Bytes32 Digest() const {
    Bytes32 digest;
    Expand(digest);
    return digest;
  }

 private:
  static constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;

  // The low `bytes` bytes of `word` after those that are held.
  void Take(std::uint64_t word, unsigned bytes) {
    const std::uint64_t joined = held_ | (word << (8 * held_bytes_));
    if (held_bytes_ + bytes < 8) {
      held_ = joined;
      held_bytes_ += bytes;
      return;
    }
    Step(joined);
    const unsigned used = 8 - held_bytes_;
    held_bytes_ = bytes - used;
    held_ = held_bytes_ == 0 ? 0 : word >> (8 * used);
  }
  void Step(std::uint64_t word) {
    a_ = (a_ ^ word) * kOdd;
    b_ = std::rotl(b_ + word, 23) * 0xd6e8feb86659fd93U;
    a_ ^= std::rotl(b_, 31);
    b_ ^= a_ >> 29U;
  }

  std::uint64_t a_;
  std::uint64_t b_;
  std::uint64_t held_ = 0;  // bytes that do not fill a word yet
  std::uint64_t length_ = 0;
  unsigned held_bytes_ = 0;
};

inline Bytes32 MixOf(std::uint64_t label, std::initializer_list<ByteSpan> parts) {
  Mix mix(label);
  mix.AddAll({parts.begin(), parts.size()});
  return mix.Digest();
}

}  // namespace earshot::modelled

#endif  // EARSHOT_BENCH_NS3_MODELLED_MIX_H_
