#include "core/crypto/cookie.h"

#include <array>
#include <string_view>

#include "core/crypto/secret.h"

namespace earshot {
namespace {

constexpr std::string_view kLabel{"EWP1 cookie v1\0", 15};

std::int64_t SlotOf(MonotonicInstant now) {
  return now.nanoseconds() / kCookieSecretLifetime.count();
}

HmacSha256Key FreshKey(Random& random) { return HmacSha256Key(Secret32::Draw(random).Expose()); }

Cookie Compute(const HmacSha256Key& key, std::int64_t slot, const Endpoint& source,
               const Bytes32& hello_hash) {
  std::array<std::uint8_t, 14> fields{};
  StoreBigEndian<std::uint64_t>(fields, 0, static_cast<std::uint64_t>(slot));
  StoreBigEndian<std::uint32_t>(fields, 8, source.address);
  StoreBigEndian<std::uint16_t>(fields, 12, source.port);
  return key.Tag({AsBytes(kLabel), fields, hello_hash});
}

}  // namespace

CookieMint::CookieMint(Random& random, MonotonicInstant now)
    : random_(random),
      slot_(SlotOf(now)),
      current_(FreshKey(random)),
      previous_(FreshKey(random)) {}

void CookieMint::RotateTo(MonotonicInstant now) {
  const std::int64_t slot = SlotOf(now);
  if (slot <= slot_) return;
  // After a gap of more than one lifetime the old secret accepts nothing: its slot is in the tag.
  previous_ = std::move(current_);
  current_ = FreshKey(random_);
  slot_ = slot;
}

Cookie CookieMint::Mint(const Endpoint& source, const Bytes32& hello_hash, MonotonicInstant now) {
  RotateTo(now);
  return Compute(current_, slot_, source, hello_hash);
}

bool CookieMint::Accept(ByteSpan cookie, const Endpoint& source, const Bytes32& hello_hash,
                        MonotonicInstant now) {
  RotateTo(now);
  return ConstantTimeEqual(Compute(current_, slot_, source, hello_hash), cookie) ||
         ConstantTimeEqual(Compute(previous_, slot_ - 1, source, hello_hash), cookie);
}

}  // namespace earshot
