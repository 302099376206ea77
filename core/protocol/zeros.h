// core/protocol/zeros.h: bytes that must be zero.
#ifndef EARSHOT_CORE_PROTOCOL_ZEROS_H_
#define EARSHOT_CORE_PROTOCOL_ZEROS_H_

#include <algorithm>

#include "core/base/bytes.h"

namespace earshot {

// Public bytes only: stops at the first that is not zero.
inline bool AllZero(ByteSpan bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_ZEROS_H_
