// What core/crypto/sha256.h, hmac.h and siphash.h promise, modelled.
#include <algorithm>
#include <cstddef>
#include <new>
#include <type_traits>

#include "bench/ns3/modelled/mix.h"
#include "core/base/check.h"
#include "core/crypto/hmac.h"
#include "core/crypto/secret.h"
#include "core/crypto/sha256.h"
#include "core/crypto/siphash.h"

namespace earshot {
namespace {

using modelled::Mix;

constexpr std::uint64_t kHash = 1;
constexpr std::uint64_t kTag = 2;
constexpr std::uint64_t kMark = 3;

// What lies in a Sha256State; wiped, it is zero and not live.
struct Held {
  std::uint64_t live;
  Mix mix;
};
static_assert(std::is_trivially_copyable_v<Held>, "a state is copied as bytes");

Held* In(std::byte* storage) { return std::launder(reinterpret_cast<Held*>(storage)); }

}  // namespace

Sha256State::Sha256State() {
  static_assert(sizeof(Held) <= kStateBytes && alignof(Held) <= 8);
  new (storage_.data()) Held{1, Mix(kHash)};
}

void Sha256State::Update(ByteSpan bytes) { In(storage_.data())->mix.Add(bytes); }

Bytes32 Sha256State::Finish() {
  const Held& held = *In(storage_.data());
  EARSHOT_CHECK(held.live == 1);
  return held.mix.Digest();
}

void Sha256State::Wipe() {
  Cleanse(MutableByteSpan(reinterpret_cast<std::uint8_t*>(storage_.data()), sizeof(Held)));
}

Bytes32 Sha256(std::span<const ByteSpan> parts) {
  Mix mix(kHash);
  mix.AddAll(parts);
  return mix.Digest();
}

HmacSha256Key::HmacSha256Key(ByteSpan key) {
  inner_.Update(key);
  outer_.Update(key);
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

// One pass instead of two: the key stands before the message.
Bytes32 HmacSha256Key::Tag(std::span<const ByteSpan> parts) const {
  Sha256State state = inner_;
  const std::uint8_t tag = kTag;
  state.Update(ByteSpan(&tag, 1));
  for (const ByteSpan part : parts) state.Update(part);
  return state.Finish();
}

bool HmacSha256Key::Verify(std::initializer_list<ByteSpan> parts, ByteSpan tag) const {
  return ConstantTimeEqual(Tag(parts), tag);
}

void SipHashKey::ContextDeleter::operator()(evp_mac_ctx_st*) const {}

SipHashKey::SipHashKey(Secret32 key) : key_(std::move(key)) {}

SipHashTag SipHashKey::Tag(std::initializer_list<ByteSpan> parts) const {
  Mix mix(kMark);
  mix.Add(key_.Expose());
  mix.AddAll({parts.begin(), parts.size()});
  SipHashTag tag{};
  mix.Expand(tag);
  return tag;
}

}  // namespace earshot
