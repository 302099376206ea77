// How verdicts may move when answers come later, get lost, or go unsigned.
//
// Left out are worlds whose bounds have no common point: there delay can hide one of two clones,
// and no verifier could tell the rest from an honest device.
#include <gtest/gtest.h>

#include <functional>

#include "tests/core/appraisal/random_world.h"

namespace earshot {
namespace {

constexpr std::uint64_t kChangedWorlds = 4'000;

RandomWorld Drawn(std::uint64_t seed) {
  return RandomWorld(
      seed, {.light_speed = seed % 4 == 0, .moved = seed % 3 == 0, .hide_evidence = seed % 2 == 0});
}
bool NoCommonPoint(const Appraisal& a) { return Says(a.site, ReasonCode::kNoCommonPoint); }

void ExpectNoGain(const Judgement& before, const Judgement& after, std::uint64_t seed) {
  for (const Verdict created : {Verdict::kVerified, Verdict::kContradicted}) {
    if (before.verdict != created) {
      ASSERT_NE(after.verdict, created) << "seed " << seed;
    }
  }
  if (before.verdict == Verdict::kUnexplainedDelay) {
    ASSERT_NE(after.verdict, Verdict::kConsistent) << "seed " << seed;
  }
}

void ExpectNoSharperView(const Appraisal& before, const Appraisal& after, std::uint64_t seed) {
  for (const LandmarkRings& later : after.rings) {
    const auto earlier = std::ranges::find(before.rings, later.landmark, &LandmarkRings::landmark);
    ASSERT_NE(earlier, before.rings.end());
    ASSERT_GE(later.vacuum.radius(), earlier->vacuum.radius()) << "seed " << seed;
    ASSERT_GE(later.fibre.radius(), earlier->fibre.radius()) << "seed " << seed;
  }
  ASSERT_TRUE(std::ranges::includes(after.cannot_exclude, before.cannot_exclude))
      << "seed " << seed;
  ASSERT_TRUE(std::ranges::includes(before.excluded, after.excluded)) << "seed " << seed;
}

// Judges each world before and after `spoil`, and how many verdicts moved.
int Spoiled(const std::function<void(RandomWorld&)>& spoil) {
  int moved = 0;
  for (std::uint64_t seed = 0; seed < kChangedWorlds; ++seed) {
    RandomWorld world = Drawn(seed);
    const Appraisal before = world.Judge();
    if (NoCommonPoint(before)) continue;
    spoil(world);
    const Appraisal after = world.Judge();
    if (before.headline != after.headline) ++moved;
    ExpectNoGain(before.site, after.site, seed);
    ExpectNoGain(before.licence, after.licence, seed);
    ExpectNoSharperView(before, after, seed);
    if (testing::Test::HasFatalFailure()) return moved;
  }
  return moved;
}

TEST(Metamorphic, AddedDelayGainsNothing) {
  const int moved = Spoiled([](RandomWorld& world) {
    for (auto& seen : world.observation.landmarks) {
      if (world.dice.Chance(0.4)) continue;
      for (Sample& sample : seen.samples) {
        const Duration added = Milliseconds(world.dice.Between(0, 60));
        sample.rtt = Rtt::FromDuration(sample.rtt.duration() + added);
      }
    }
  });
  EXPECT_GT(moved, 100);
}

TEST(Metamorphic, LostAnswersGainNothing) {
  const int moved = Spoiled([](RandomWorld& world) {
    for (auto& seen : world.observation.landmarks) {
      const double loss = world.dice.Chance(0.3) ? 1.0 : 0.3;
      std::erase_if(seen.samples, [&](const Sample&) { return world.dice.Chance(loss); });
    }
  });
  EXPECT_GT(moved, 100);
}

TEST(Metamorphic, WithheldSignaturesGainNothing) {
  const int moved = Spoiled([](RandomWorld& world) {
    for (auto& seen : world.observation.landmarks) {
      if (world.dice.Chance(0.5)) seen.evidence = EvidenceState::kMissing;
    }
  });
  EXPECT_GT(moved, 100);
}

TEST(Metamorphic, LandmarksSetAsideGainNothing) {
  // A fault removes a landmark from bounds; the test then asks the next one, so that only what
  // rests on bounds is compared.
  for (std::uint64_t seed = 0; seed < kChangedWorlds; ++seed) {
    RandomWorld world = Drawn(seed);
    const Appraisal before = world.Judge();
    if (NoCommonPoint(before)) continue;
    world.mesh.faulty = {world.landmarks[world.dice.Below(world.landmarks.size())].id};
    const Appraisal after = world.Judge();
    ASSERT_TRUE(std::ranges::includes(after.cannot_exclude, before.cannot_exclude));
    for (const auto& [b, a] : {std::pair(before.site.verdict, after.site.verdict),
                               std::pair(before.licence.verdict, after.licence.verdict)}) {
      if (b != Verdict::kVerified) {
        ASSERT_NE(a, Verdict::kVerified) << "seed " << seed;
      }
      if (b != Verdict::kContradicted) {
        ASSERT_NE(a, Verdict::kContradicted) << "seed " << seed;
      }
    }
  }
}

TEST(Metamorphic, QuickerAnswersDoGain) {
  // The negative twin: were RTTs to fall, proofs would appear. The comparison above can see it.
  int created = 0;
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    RandomWorld world = Drawn(seed);
    const Appraisal before = world.Judge();
    for (auto& seen : world.observation.landmarks) {
      for (Sample& sample : seen.samples) {
        sample.rtt = Rtt::FromDuration(sample.rtt.duration() / 2);
      }
    }
    const Appraisal after = world.Judge();
    if (before.licence.verdict != Verdict::kVerified &&
        after.licence.verdict == Verdict::kVerified) {
      ++created;
    }
  }
  EXPECT_GT(created, 20);
}

}  // namespace
}  // namespace earshot
