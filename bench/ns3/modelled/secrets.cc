// What core/crypto/secret.h, hkdf.h and aead.h promise, modelled.
#include <algorithm>
#include <cstring>

#include "bench/ns3/modelled/mix.h"
#include "core/base/check.h"
#include "core/crypto/aead.h"
#include "core/crypto/hkdf.h"
#include "core/crypto/secret.h"

namespace earshot {
namespace {

using modelled::Mix;
using modelled::MixOf;

constexpr std::uint64_t kExtract = 6;
constexpr std::uint64_t kExpand = 7;
constexpr std::uint64_t kStream = 8;
constexpr std::uint64_t kSeal = 9;

void ApplyStream(const Secret32& key, const AeadNonce& nonce, MutableByteSpan bytes) {
  Mix mix(kStream);
  mix.Add(key.Expose());
  mix.Add(nonce);
  mix.ApplyTo(bytes);
}

std::array<std::uint8_t, kAeadTagBytes> TagOf(const Secret32& key, const AeadNonce& nonce,
                                              ByteSpan associated_data, ByteSpan ciphertext) {
  std::array<std::uint8_t, 8> length{};
  StoreBigEndian<std::uint64_t>(length, 0, associated_data.size());
  const Bytes32 mixed =
      MixOf(kSeal, {key.Expose(), nonce, length, associated_data, ciphertext});
  std::array<std::uint8_t, kAeadTagBytes> tag{};
  std::copy_n(mixed.begin(), tag.size(), tag.begin());
  return tag;
}

}  // namespace

void Cleanse(MutableByteSpan bytes) {
  std::memset(bytes.data(), 0, bytes.size());
  // The compiler may not drop the zeros: these bytes are, for all it knows, read here.
  asm volatile("" : : "r"(bytes.data()) : "memory");
}

bool ConstantTimeEqual(ByteSpan a, ByteSpan b) { return std::ranges::equal(a, b); }

Secret32::Secret32(Bytes32&& bytes) : bytes_(bytes) { Cleanse(bytes); }

Secret32 Secret32::Draw(Random& random) {
  Bytes32 bytes{};
  random.Fill(bytes);
  return Secret32(std::move(bytes));
}

Result<Secret32> Secret32::CopyFrom(ByteSpan bytes) {
  EARSHOT_ASSIGN_OR_RETURN(Bytes32 copy, ToBytes32(bytes));
  return Secret32(std::move(copy));
}

Secret32::Secret32(Secret32&& other) noexcept : bytes_(other.bytes_) { Cleanse(other.bytes_); }

Secret32& Secret32::operator=(Secret32&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    Cleanse(other.bytes_);
  }
  return *this;
}

Secret32::~Secret32() { Cleanse(bytes_); }

Secret32 HkdfExtract(ByteSpan salt, ByteSpan input_key_material) {
  std::array<std::uint8_t, 8> length{};
  StoreBigEndian<std::uint64_t>(length, 0, salt.size());
  return Secret32(MixOf(kExtract, {length, salt, input_key_material}));
}

void HkdfExpand(const Secret32& pseudorandom_key, ByteSpan info, MutableByteSpan out) {
  EARSHOT_CHECK(!out.empty() && out.size() <= kHkdfOutputBytesMax);
  Mix mix(kExpand);
  mix.Add(pseudorandom_key.Expose());
  mix.Add(info);
  mix.Expand(out);
}

Secret32 HkdfExpand32(const Secret32& pseudorandom_key, ByteSpan info) {
  Bytes32 out{};
  HkdfExpand(pseudorandom_key, info, out);
  return Secret32(std::move(out));
}

Bytes AeadSeal(const Secret32& key, const AeadNonce& nonce, ByteSpan associated_data,
               ByteSpan plaintext) {
  EARSHOT_CHECK(plaintext.size() <= kAeadPlaintextBytesMax);
  Bytes sealed(plaintext.begin(), plaintext.end());
  ApplyStream(key, nonce, sealed);
  const auto tag = TagOf(key, nonce, associated_data, sealed);
  sealed.insert(sealed.end(), tag.begin(), tag.end());
  return sealed;
}

Result<Bytes> AeadOpen(const Secret32& key, const AeadNonce& nonce, ByteSpan associated_data,
                       ByteSpan sealed) {
  if (sealed.size() < kAeadTagBytes || sealed.size() > kAeadPlaintextBytesMax + kAeadTagBytes ||
      associated_data.size() > kAeadPlaintextBytesMax) {
    return Fail(ErrorCode::kUnauthenticated, "sealed message has an impossible length");
  }
  const ByteSpan ciphertext = sealed.first(sealed.size() - kAeadTagBytes);
  if (!std::ranges::equal(TagOf(key, nonce, associated_data, ciphertext),
                          sealed.last(kAeadTagBytes))) {
    return Fail(ErrorCode::kUnauthenticated, "sealed message does not authenticate");
  }
  Bytes plaintext(ciphertext.begin(), ciphertext.end());
  ApplyStream(key, nonce, plaintext);
  return plaintext;
}

}  // namespace earshot
