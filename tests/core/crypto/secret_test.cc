#include "core/crypto/secret.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <concepts>
#include <ostream>
#include <type_traits>

#include "core/crypto/ed25519.h"
#include "core/crypto/hash_chain.h"
#include "core/crypto/hmac.h"
#include "core/crypto/pooled_random.h"
#include "core/crypto/seeded_random.h"
#include "core/crypto/x25519.h"

namespace earshot {
namespace {

template <typename T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };

// What holds a secret moves, and does nothing else by accident.
template <typename T>
constexpr bool kSealedOff = std::is_nothrow_move_constructible_v<T> &&
                            !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T> &&
                            !Streamable<T> && !fmt::is_formattable<T>::value &&
                            !std::equality_comparable<T> && !std::is_convertible_v<T, ByteSpan>;

static_assert(kSealedOff<Secret32>);
static_assert(kSealedOff<HmacSha256Key>);
static_assert(kSealedOff<Ed25519PrivateKey>);
static_assert(kSealedOff<X25519KeyPair>);
static_assert(kSealedOff<HashChain>);
static_assert(!std::is_copy_constructible_v<SystemRandom>);
// The test of the tests: what is public is none of this.
static_assert(Streamable<std::uint8_t> && !kSealedOff<Bytes32> && !kSealedOff<Ed25519PublicKey>);

bool AllZero(ByteSpan bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

TEST(Secret32, TakenBytesAreWipedAtTheCaller) {
  Bytes32 bytes;
  bytes.fill(0x77);
  const Secret32 secret(std::move(bytes));
  EXPECT_TRUE(AllZero(bytes));
  EXPECT_EQ(secret.Expose()[31], 0x77);
}

TEST(Secret32, MovedFromSecretIsWiped) {
  SeededRandom random(1);
  Secret32 source = Secret32::Draw(random);
  const std::string text = HexEncode(source.Expose());
  Secret32 target = std::move(source);
  EXPECT_EQ(HexEncode(target.Expose()), text);
  EXPECT_TRUE(AllZero(source.Expose()));
  Secret32 assigned = Secret32::Draw(random);
  assigned = std::move(target);
  EXPECT_EQ(HexEncode(assigned.Expose()), text);
  EXPECT_TRUE(AllZero(target.Expose()));
}

// Builds a T in storage of our own, destroys it, and says whether the bytes it left are all zero.
template <typename T, typename Make>
bool LeavesOnlyZeros(Make make) {
  alignas(T) std::array<std::uint8_t, sizeof(T)> storage{};
  T* const object = new (storage.data()) T(make());
  EXPECT_FALSE(AllZero(storage));
  object->~T();
  const volatile std::uint8_t* const left = storage.data();
  return std::all_of(left, left + sizeof(T), [](std::uint8_t byte) { return byte == 0; });
}

TEST(Secret32, StorageHoldsNothingAfterDestruction) {
  SeededRandom random(1);
  EXPECT_TRUE(LeavesOnlyZeros<Secret32>([&] { return Secret32::Draw(random); }));
  EXPECT_TRUE(LeavesOnlyZeros<HmacSha256Key>([] { return HmacSha256Key(Bytes(32, 0x44)); }));
}

TEST(Secret32, CopyOfAnotherLengthIsRefused) {
  EXPECT_TRUE(Secret32::CopyFrom(Bytes(32, 1)).has_value());
  EXPECT_EQ(Secret32::CopyFrom(Bytes(31, 1)).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_FALSE(Secret32::CopyFrom(Bytes(33, 1)).has_value());
}

TEST(ConstantTimeEqual, ComparesLengthAndEveryByte) {
  EXPECT_TRUE(ConstantTimeEqual(Bytes{1, 2}, Bytes{1, 2}));
  EXPECT_TRUE(ConstantTimeEqual({}, {}));
  EXPECT_FALSE(ConstantTimeEqual(Bytes{1, 2}, Bytes{1, 3}));
  EXPECT_FALSE(ConstantTimeEqual(Bytes{1, 2}, Bytes{0, 2}));
  EXPECT_FALSE(ConstantTimeEqual(Bytes{1, 2}, Bytes{1}));
}

}  // namespace
}  // namespace earshot
