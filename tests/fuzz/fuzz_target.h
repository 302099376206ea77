// tests/fuzz/fuzz_target.h: the entry that libFuzzer and the replay both call.
#ifndef EARSHOT_TESTS_FUZZ_FUZZ_TARGET_H_
#define EARSHOT_TESTS_FUZZ_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace earshot::fuzz {

// Takes an input apart from the front; zeros and nothing once it is used up.
class Input {
 public:
  explicit Input(ByteSpan bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  std::uint8_t Byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t byte = rest_[0];
    rest_ = rest_.subspan(1);
    return byte;
  }
  std::uint16_t Number() {
    const unsigned high = Byte();
    return static_cast<std::uint16_t>((high << 8U) | Byte());
  }
  // At most `size` bytes. Valid while the input lives.
  ByteSpan Take(std::size_t size) {
    const ByteSpan taken = rest_.first(size < rest_.size() ? size : rest_.size());
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  ByteSpan Rest() { return Take(rest_.size()); }

 private:
  ByteSpan rest_;
};

}  // namespace earshot::fuzz

#endif  // EARSHOT_TESTS_FUZZ_FUZZ_TARGET_H_
