// tests/core/crypto/hex.h: test vectors as they are printed.
#ifndef EARSHOT_TESTS_CORE_CRYPTO_HEX_H_
#define EARSHOT_TESTS_CORE_CRYPTO_HEX_H_

#include <string_view>

#include "core/base/bytes.h"

namespace earshot {

inline Bytes Hex(std::string_view text) { return HexDecode(text).value(); }
inline Bytes32 Hex32(std::string_view text) { return HexDecode32(text).value(); }

// `bytes` with one bit inverted; bit 0 is the lowest of the first byte.
template <typename Container>
Container WithBitFlipped(Container bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
  return bytes;
}

}  // namespace earshot

#endif  // EARSHOT_TESTS_CORE_CRYPTO_HEX_H_
