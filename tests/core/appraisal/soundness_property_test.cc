// The hardest worlds: signals at exactly the speed of light and agents that answer in no time.
#include <gtest/gtest.h>

#include "core/appraisal/facts.h"
#include "tests/core/appraisal/random_world.h"

namespace earshot {
namespace {

constexpr std::uint64_t kWorlds = 5'000;

AppraisalInput InputOf(const RandomWorld& world) {
  return {.observation = world.observation,
          .declaration = world.declaration,
          .endorsement = world.endorsement,
          .landmarks = world.landmarks,
          .mesh = world.mesh,
          .policy = world.policy};
}

TEST(Soundness, NoBoundIsBelowTheTrueDistanceAndEveryRegionHoldsTheTruth) {
  int regions = 0;
  for (std::uint64_t seed = 0; seed < kWorlds; ++seed) {
    const RandomWorld world(
        seed, {.light_speed = true, .moved = seed % 2 == 1, .hide_evidence = seed % 3 == 0});
    const Facts facts = GatherFacts(InputOf(world));
    for (const LandmarkBound& bound : facts.bounds) {
      ASSERT_FALSE(bound.vacuum.Excludes(GeodesicDistance(bound.position, world.true_place)))
          << "seed " << seed;
    }
    const UnitVector truth(world.true_place);
    for (const ProvedRegion* region :
         {&facts.vacuum, &facts.vacuum_of_round, &facts.vacuum_under_evidence}) {
      ASSERT_FALSE(region->IsEmpty()) << "seed " << seed;
      ASSERT_TRUE(region->region().Contains(truth)) << "seed " << seed;
      if (!region->ProvesNothing()) ++regions;
    }
  }
  EXPECT_GT(regions, 3'000);
}

TEST(Soundness, HonestDeviceIsNeverContradictedNorAMovedOneVerified) {
  for (std::uint64_t seed = 0; seed < kWorlds; ++seed) {
    const bool moved = seed % 2 == 1;
    const Appraisal a = RandomWorld(seed, {.light_speed = true, .moved = moved}).Judge();
    if (moved) {
      ASSERT_NE(a.licence.verdict, Verdict::kVerified) << "seed " << seed;
      ASSERT_NE(a.site.verdict, Verdict::kVerified) << "seed " << seed;
      ASSERT_TRUE(a.excluded.empty()) << "seed " << seed;
    } else {
      ASSERT_GT(a.site.verdict, Verdict::kContradicted) << "seed " << seed;
      ASSERT_GT(a.licence.verdict, Verdict::kContradicted) << "seed " << seed;
    }
  }
}

TEST(Soundness, AnswerFasterThanLightBreaksTheRegion) {
  // The negative twin: take a tenth away from every RTT and the truth is lost somewhere.
  int lost = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    RandomWorld world(seed, {.light_speed = true});
    for (auto& seen : world.observation.landmarks) {
      for (Sample& sample : seen.samples) {
        sample.rtt = Rtt::FromDuration(sample.rtt.duration() * 9 / 10);
      }
    }
    const Facts facts = GatherFacts(InputOf(world));
    if (!facts.vacuum.region().Contains(UnitVector(world.true_place))) ++lost;
  }
  EXPECT_GT(lost, 50);
}

}  // namespace
}  // namespace earshot
