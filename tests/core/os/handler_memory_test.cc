#include "core/os/handler_memory.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace earshot {
namespace {

bool IsInside(const HandlerMemory& memory, const void* block) {
  const auto* const at = static_cast<const std::byte*>(block);
  const auto* const begin = reinterpret_cast<const std::byte*>(&memory);
  return std::less_equal<>()(begin, at) && std::less<>()(at, begin + sizeof memory);
}

TEST(HandlerMemory, PlacesAreItsOwnEachGivenOnceAndGivenAgain) {
  HandlerMemory memory;
  std::vector<void*> taken;
  for (std::size_t i = 0; i < HandlerMemory::kPlaces; ++i) {
    taken.push_back(memory.Take(HandlerMemory::kPlaceBytes));
    EXPECT_TRUE(IsInside(memory, taken.back()));
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(taken[j], taken.back());
  }
  memory.Give(taken[1]);
  EXPECT_EQ(memory.Take(1), taken[1]);
}

TEST(HandlerMemory, BeyondItsPlacesAndForMoreBytesTheHeapServes) {
  HandlerMemory memory;
  void* const large = memory.Take(HandlerMemory::kPlaceBytes + 1);
  EXPECT_FALSE(IsInside(memory, large));
  memory.Give(large);
  std::vector<void*> taken;
  for (std::size_t i = 0; i <= HandlerMemory::kPlaces; ++i) taken.push_back(memory.Take(8));
  EXPECT_FALSE(IsInside(memory, taken.back()));
  for (void* const block : taken) memory.Give(block);
  EXPECT_TRUE(IsInside(memory, memory.Take(8)));
}

}  // namespace
}  // namespace earshot
