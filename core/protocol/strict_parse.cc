#include "core/protocol/strict_parse.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <limits>

namespace earshot {

bool ParseStrictly(ByteSpan tbs, google::protobuf::Message& out) {
  if (tbs.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return false;
  if (!out.ParseFromArray(tbs.data(), static_cast<int>(tbs.size()))) return false;
  // Without its unknown fields the message serialises to the same bytes only if it had none.
  out.DiscardUnknownFields();
  return std::ranges::equal(Serialise(out), tbs);
}

Bytes Serialise(const google::protobuf::Message& message) {
  Bytes bytes(message.ByteSizeLong());
  EARSHOT_CHECK(message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size())));
  return bytes;
}

}  // namespace earshot
