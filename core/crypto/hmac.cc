#include "core/crypto/hmac.h"

#include <algorithm>
#include <array>

#include "core/crypto/secret.h"

namespace earshot {
namespace {

using Block = std::array<std::uint8_t, kSha256BlockBytes>;

void FeedMasked(Sha256State& state, const Block& key, std::uint8_t mask) {
  Block masked;
  std::transform(key.begin(), key.end(), masked.begin(),
                 [mask](std::uint8_t byte) { return static_cast<std::uint8_t>(byte ^ mask); });
  state.Update(masked);
  Cleanse(masked);
}

}  // namespace

HmacSha256Key::HmacSha256Key(ByteSpan key) {
  Block block{};
  if (key.size() > block.size()) {
    Bytes32 digest = Sha256(key);
    std::copy(digest.begin(), digest.end(), block.begin());
    Cleanse(digest);
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  FeedMasked(inner_, block, 0x36);
  FeedMasked(outer_, block, 0x5c);
  Cleanse(block);
}

HmacSha256Key::HmacSha256Key(HmacSha256Key&& other) noexcept
    : inner_(other.inner_), outer_(other.outer_) {
  other.inner_.Wipe();
  other.outer_.Wipe();
}

HmacSha256Key& HmacSha256Key::operator=(HmacSha256Key&& other) noexcept {
  if (this != &other) {
    inner_ = other.inner_;
    outer_ = other.outer_;
    other.inner_.Wipe();
    other.outer_.Wipe();
  }
  return *this;
}

HmacSha256Key::~HmacSha256Key() {
  inner_.Wipe();
  outer_.Wipe();
}

Bytes32 HmacSha256Key::Tag(std::span<const ByteSpan> parts) const {
  Sha256State inner = inner_;
  for (const ByteSpan part : parts) inner.Update(part);
  const Bytes32 digest = inner.Finish();
  Sha256State outer = outer_;
  outer.Update(digest);
  return outer.Finish();
}

bool HmacSha256Key::Verify(std::initializer_list<ByteSpan> parts, ByteSpan tag) const {
  return ConstantTimeEqual(Tag(parts), tag);
}

}  // namespace earshot
