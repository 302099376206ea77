// core/base/bytes.h: byte strings, big-endian fields, hexadecimal text.
#ifndef EARSHOT_CORE_BASE_BYTES_H_
#define EARSHOT_CORE_BASE_BYTES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.h"
#include "core/base/result.h"

namespace earshot {

using Bytes = std::vector<std::uint8_t>;
// A view: valid only while the bytes it points to live.
using ByteSpan = std::span<const std::uint8_t>;
using MutableByteSpan = std::span<std::uint8_t>;

// 32 bytes: a SHA-256 digest, a key, a nonce. What it is says the name of the variable.
using Bytes32 = std::array<std::uint8_t, 32>;

// Big-endian fields. `bytes` must hold the whole field at `offset`: our bug otherwise (CHECK).
template <typename Unsigned>
Unsigned LoadBigEndian(ByteSpan bytes, std::size_t offset) {
  EARSHOT_CHECK(offset + sizeof(Unsigned) <= bytes.size());
  Unsigned value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    value = static_cast<Unsigned>((value << 8U) | bytes[offset + i]);
  }
  return value;
}
template <>
inline std::uint8_t LoadBigEndian<std::uint8_t>(ByteSpan bytes, std::size_t offset) {
  EARSHOT_CHECK(offset < bytes.size());
  return bytes[offset];
}
template <typename Unsigned>
void StoreBigEndian(MutableByteSpan bytes, std::size_t offset, Unsigned value) {
  EARSHOT_CHECK(offset + sizeof(Unsigned) <= bytes.size());
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    bytes[offset + i] = static_cast<std::uint8_t>(value >> (8U * (sizeof(Unsigned) - 1U - i)));
  }
}

// The bytes of a string, in place. The view dies with the string.
inline ByteSpan AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
// A copy of the bytes as a std::string (protobuf's `bytes` type).
inline std::string ToString(ByteSpan bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// Lower-case hexadecimal, two digits a byte, no prefix.
std::string HexEncode(ByteSpan bytes);

// Inverse of HexEncode; upper case is accepted. kInvalidArgument on an odd length or other digit.
Result<Bytes> HexDecode(std::string_view text);

// As HexDecode, and exactly 32 bytes.
Result<Bytes32> HexDecode32(std::string_view text);

// Copies exactly 32 bytes. kInvalidArgument for any other length.
Result<Bytes32> ToBytes32(ByteSpan bytes);

}  // namespace earshot

#endif  // EARSHOT_CORE_BASE_BYTES_H_
