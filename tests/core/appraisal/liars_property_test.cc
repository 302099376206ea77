// What f lying trust domains can do to an honest device, and for a dishonest one: nothing. Beside
// each promise stands what f + 1 can do, so that the promise is seen to be tested.
#include <gtest/gtest.h>

#include "tests/core/appraisal/random_world.h"

namespace earshot {
namespace {

constexpr std::uint64_t kWorlds = 10'000;

bool Framed(const Appraisal& a) {
  const auto accuses = [](Verdict verdict) {
    return verdict == Verdict::kContradicted || verdict == Verdict::kInvalidProof;
  };
  return accuses(a.site.verdict) || accuses(a.licence.verdict);
}
bool Whitewashed(const Appraisal& a) {
  return a.site.verdict == Verdict::kVerified || a.licence.verdict == Verdict::kVerified;
}

// Three ways to lie: everything at once very near, as if at one agreed place, at random.
void LieSomehow(RandomWorld& world, Position pretended) {
  switch (world.dice.Below(3)) {
    case 0:
      return world.Lie([](const Landmark&) { return Rtt::FromDuration(Milliseconds(0.01)); });
    case 1:
      return world.Lie([&](const Landmark& at) { return world.LightTime(at, pretended); });
    default:
      return world.Lie([&](const Landmark&) {
        return Rtt::FromDuration(Milliseconds(world.dice.Between(0.0, 150.0)));
      });
  }
}

int CountFramed(std::size_t liars_beyond) {
  int framed = 0;
  for (std::uint64_t seed = 0; seed < kWorlds; ++seed) {
    RandomWorld world(seed, {.light_speed = seed % 2 == 0, .liars_beyond = liars_beyond});
    LieSomehow(world, world.excluded_centre);
    if (Framed(world.Judge())) ++framed;
  }
  return framed;
}

int CountWhitewashed(std::size_t liars_beyond) {
  int whitewashed = 0;
  for (std::uint64_t seed = 0; seed < kWorlds; ++seed) {
    RandomWorld world(seed,
                      {.light_speed = seed % 2 == 0, .moved = true, .liars_beyond = liars_beyond});
    LieSomehow(world, world.declaration.site.position);
    if (Whitewashed(world.Judge())) ++whitewashed;
  }
  return whitewashed;
}

TEST(Liars, FDomainsCannotFrameAnHonestDeviceUnderAMeshThatShowsNoFault) {
  EXPECT_EQ(CountFramed(0), 0);
}

TEST(Liars, OneDomainMoreCanFrame) { EXPECT_GT(CountFramed(1), 0); }

TEST(Liars, FDomainsCannotWhitewashADeviceInAnExcludedCountry) {
  EXPECT_EQ(CountWhitewashed(0), 0);
}

TEST(Liars, OneDomainMoreCanWhitewash) { EXPECT_GT(CountWhitewashed(1), 0); }

TEST(Liars, HonestWorldsAreOftenProvedAndMovedDevicesOftenCaught) {
  int verified = 0;
  int caught = 0;
  constexpr std::uint64_t kSome = 1'000;
  for (std::uint64_t seed = 0; seed < kSome; ++seed) {
    if (Whitewashed(RandomWorld(seed, {}).Judge())) ++verified;
    if (RandomWorld(seed, {.moved = true}).Judge().flagged()) ++caught;
  }
  EXPECT_GT(verified, 100);
  EXPECT_GT(caught, 200);
}

}  // namespace
}  // namespace earshot
