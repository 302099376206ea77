#include "core/crypto/cookie.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/crypto/secret.h"

namespace earshot {
namespace {

std::int64_t SlotOf(MonotonicInstant now) {
  return now.nanoseconds() / kCookieSecretLifetime.count();
}

Cookie Compute(const SipHashKey& key, std::int64_t slot, const Endpoint& source, ByteSpan offer) {
  std::array<std::uint8_t, 14> fields{};
  StoreBigEndian<std::uint64_t>(fields, 0, static_cast<std::uint64_t>(slot));
  StoreBigEndian<std::uint32_t>(fields, 8, source.address);
  StoreBigEndian<std::uint16_t>(fields, 12, source.port);
  Cookie cookie{};
  std::ranges::copy(key.Tag({fields, offer}), cookie.begin());
  return cookie;
}

}  // namespace

CookieMint::CookieMint(Random& random, MonotonicInstant now)
    : random_(random),
      slot_(SlotOf(now)),
      current_(SipHashKey::Draw(random)),
      previous_(SipHashKey::Draw(random)) {}

void CookieMint::RotateTo(MonotonicInstant now) {
  const std::int64_t slot = SlotOf(now);
  if (slot <= slot_) return;
  // After a gap of more than one lifetime the old secret accepts nothing: its slot is in the tag.
  previous_ = std::exchange(current_, SipHashKey::Draw(random_));
  slot_ = slot;
}

Cookie CookieMint::Mint(const Endpoint& source, ByteSpan offer, MonotonicInstant now) {
  RotateTo(now);
  return Compute(current_, slot_, source, offer);
}

bool CookieMint::Accept(ByteSpan cookie, const Endpoint& source, ByteSpan offer,
                        MonotonicInstant now) {
  RotateTo(now);
  return ConstantTimeEqual(Compute(current_, slot_, source, offer), cookie) ||
         ConstantTimeEqual(Compute(previous_, slot_ - 1, source, offer), cookie);
}

}  // namespace earshot
