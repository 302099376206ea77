// bench/ns3/modelled/mix.h: the cheap mixing that stands for every primitive of modelled cryptography.
//
// Not cryptography: whoever reads this can forge all of it. It keeps what a simulation relies on: equal
// input gives equal output, however it was cut up, and different input, key or label in practice never
// does.
#ifndef EARSHOT_BENCH_NS3_MODELLED_MIX_H_
#define EARSHOT_BENCH_NS3_MODELLED_MIX_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>

#include "core/base/bytes.h"

namespace earshot::modelled {

// 128 bits of state, sixteen bytes a step. A plain value, like the hash state that it stands for.
class Mix {
 public:
  explicit Mix(std::uint64_t label) : a_(label * kFirst), b_(label * kSecond + 1) {}

  void Add(ByteSpan bytes) {
    length_ += bytes.size();
    const std::uint8_t* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; at += 8, left -= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, sizeof(word));
      if (held_bytes_ == 0) {
        Step(word);
      } else {
        const unsigned shift = 8 * held_bytes_;
        Step(held_ | (word << shift));
        held_ = word >> (64 - shift);
      }
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
    EachWord(out.size(), [&](std::size_t at, std::uint64_t word, std::size_t bytes) {
      std::memcpy(out.data() + at, &word, bytes);
    });
  }
  // Adds (xor) to `bytes` what Expand would fill them with.
  void ApplyTo(MutableByteSpan bytes) const {
    EachWord(bytes.size(), [&](std::size_t at, std::uint64_t word, std::size_t count) {
      std::uint64_t held = 0;
      std::memcpy(&held, bytes.data() + at, count);
      held ^= word;
      std::memcpy(bytes.data() + at, &held, count);
    });
  }
  Bytes32 Digest() const {
    Bytes32 digest;
    Expand(digest);
    return digest;
  }

 private:
  static constexpr std::uint64_t kFirst = 0x9e3779b97f4a7c15U;
  static constexpr std::uint64_t kSecond = 0xd6e8feb86659fd93U;
  static constexpr std::uint64_t kThird = 0xa0761d6478bd642fU;

  // Calls `take` with every eight bytes of the output, the last ones perhaps fewer.
  template <typename Take>
  void EachWord(std::size_t size, Take take) const {
    const std::uint64_t a = Fold(a_ ^ held_, kFirst ^ length_);
    const std::uint64_t b = Fold(b_ ^ length_, kSecond ^ held_) ^ (has_word_ ? word_ : kThird);
    for (std::size_t at = 0; at < size; at += 8) {
      take(at, Fold(a + at, b ^ (kFirst * (at + 1))), std::min<std::size_t>(8, size - at));
    }
  }
  // Both halves of the product, folded.
  static std::uint64_t Fold(std::uint64_t x, std::uint64_t y) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(x) * y;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
  }

  // The low `bytes` bytes of `word`, fewer than eight, after those that are held.
  void Take(std::uint64_t word, unsigned bytes) {
    const std::uint64_t joined = held_ | (word << (8 * held_bytes_));
    if (held_bytes_ + bytes < 8) {
      held_ = joined;
      held_bytes_ += bytes;
      return;
    }
    Step(joined);
    const unsigned used = 8 - held_bytes_;  // at least one: `bytes` fill no word by themselves
    held_bytes_ = bytes - used;
    held_ = word >> (8 * used);
  }
  void Step(std::uint64_t word) {
    if (!has_word_) {
      word_ = word;
      has_word_ = true;
      return;
    }
    a_ = Fold(a_ ^ word_, kFirst ^ word);
    b_ = Fold(b_ + word, kSecond ^ word_) ^ a_;
    has_word_ = false;
  }

  std::uint64_t a_;
  std::uint64_t b_;
  std::uint64_t word_ = 0;  // the first of two
  std::uint64_t held_ = 0;  // bytes that do not fill a word yet
  std::uint64_t length_ = 0;
  unsigned held_bytes_ = 0;
  bool has_word_ = false;
};

inline Bytes32 MixOf(std::uint64_t label, std::initializer_list<ByteSpan> parts) {
  Mix mix(label);
  mix.AddAll({parts.begin(), parts.size()});
  return mix.Digest();
}

}  // namespace earshot::modelled

#endif  // EARSHOT_BENCH_NS3_MODELLED_MIX_H_
