#include "core/locate/region.h"

#include <gtest/gtest.h>

#include "core/geo/wgs84.h"
#include "tests/support/quantities.h"

namespace earshot {
namespace {

Landmark Here(const char* id, const char* domain, Position at) {
  return {LandmarkId(id), "", at, Distance::Metres(0), TrustDomain(domain)};
}
LandmarkObservation Heard(std::initializer_list<Sample> samples) {
  LandmarkObservation seen;
  seen.samples = samples;
  seen.evidence = EvidenceState::kValid;
  return seen;
}
Sample Answer(double rtt_ms, Taint taint = Taint::kNone) {
  Sample sample;
  sample.rtt = Rtt::FromDuration(Duration(static_cast<std::int64_t>(rtt_ms * 1e6)));
  sample.taint = taint;
  return sample;
}
// A bound of `radius` in vacuum.
LandmarkBound Within(const char* id, const char* domain, Position at, Distance radius) {
  Policy exact;
  exact.clock_rate_error = 0;
  exact.clock_resolution = Duration(0);
  const double ms = 2e3 * radius.metres() / kSpeedOfLight.metres_per_second();
  return BoundFrom(Here(id, domain, at), Heard({Answer(ms)}), Duration(0), exact).value();
}

const Position kHome = At(48.0, 11.0);

TEST(BoundFrom, LeastRttGivesBothRings) {
  const auto bound =
      BoundFrom(Here("a", "x", kHome), Heard({Answer(4), Answer(2), Answer(3)}), Duration(0), {});
  ASSERT_TRUE(bound.has_value());
  EXPECT_NEAR(bound->rtt_min.milliseconds(), 2.0, 1e-9);
  // 149.9 km a millisecond, and 100 ppm and 2 us more.
  EXPECT_NEAR(bound->vacuum.radius().kilometres(), 300.1, 0.1);
  EXPECT_NEAR(bound->fibre.radius().kilometres(), 200.1, 0.1);
  EXPECT_GT(bound->vacuum.radius(), Km(299.792));
  EXPECT_TRUE(bound->covered_by_evidence);
  EXPECT_FALSE(bound->aged);
}

TEST(BoundFrom, NothingHeardBoundsNothing) {
  EXPECT_FALSE(BoundFrom(Here("a", "x", kHome), Heard({}), Duration(0), {}).has_value());
}

TEST(BoundFrom, OnlyAClockStepKeepsASampleFromBounding) {
  const Landmark here = Here("a", "x", kHome);
  const auto lagged = BoundFrom(here, Heard({Answer(2, Taint::kReceiveQueueLag)}), Duration(0), {});
  EXPECT_TRUE(lagged.has_value());
  const auto stepped = Heard({Answer(2, Taint::kClockStep), Answer(9)});
  EXPECT_NEAR(BoundFrom(here, stepped, Duration(0), {})->rtt_min.milliseconds(), 9.0, 1e-9);
  EXPECT_FALSE(BoundFrom(here, Heard({Answer(2, Taint::kClockStep)}), Duration(0), {}).has_value());
}

TEST(BoundFrom, AgePositionAndClockWiden) {
  Landmark here = Here("a", "x", kHome);
  Policy policy;
  const auto plain = BoundFrom(here, Heard({Answer(2)}), Duration(0), policy);
  const auto old = BoundFrom(here, Heard({Answer(2)}), std::chrono::seconds(100), policy);
  EXPECT_NEAR((old->vacuum.radius() - plain->vacuum.radius()).kilometres(), 30.0, 1e-3);
  EXPECT_TRUE(old->aged);
  here.position_uncertainty = Km(7);
  const auto vague = BoundFrom(here, Heard({Answer(2)}), Duration(0), policy);
  EXPECT_NEAR((vague->fibre.radius() - plain->fibre.radius()).kilometres(), 7.0, 1e-6);
  policy.clock_rate_error = 0.01;
  const auto slow = BoundFrom(here, Heard({Answer(2)}), Duration(0), policy);
  EXPECT_GT(slow->vacuum.radius(), vague->vacuum.radius() + Km(2.9));
}

TEST(ProvedRegion, NoMoreDomainsThanLiarsProveNothing) {
  const std::vector<LandmarkBound> one = {Within("a", "x", kHome, Km(100))};
  const ProvedRegion region(one, Medium::kVacuum, 1);
  EXPECT_TRUE(region.ProvesNothing());
  EXPECT_FALSE(region.IsEmpty());
  EXPECT_FALSE(region.Misses(At(-48, -169), Km(1)));
  EXPECT_FALSE(region.LiesWithin(kHome, Km(200)));
  EXPECT_FALSE(ProvedRegion(one, Medium::kVacuum, 0).ProvesNothing());
}

TEST(ProvedRegion, NoBoundsProveNothing) {
  for (const std::uint32_t liars : {0U, 1U, 5U}) {
    const ProvedRegion region({}, Medium::kVacuum, liars);
    EXPECT_TRUE(region.ProvesNothing());
    EXPECT_FALSE(region.IsEmpty());
    EXPECT_FALSE(region.Misses(kHome, Km(1)));
    EXPECT_FALSE(region.LiesWithin(kHome, Km(1)));
  }
}

TEST(ProvedRegion, OneDiscLiesWithinAWiderOneAndMissesOneApart) {
  const std::vector<LandmarkBound> bounds = {Within("a", "x", kHome, Km(100))};
  const ProvedRegion region(bounds, Medium::kVacuum, 0);
  EXPECT_TRUE(region.LiesWithin(kHome, Km(102)));
  EXPECT_FALSE(region.LiesWithin(kHome, Km(99.9)));
  const Position apart = Destination(kHome, Angle::Degrees(70), Km(300));
  EXPECT_TRUE(region.Misses(apart, Km(198)));
  EXPECT_FALSE(region.Misses(apart, Km(201)));
}

TEST(ProvedRegion, FibreRegionIsWithinTheVacuumRegion) {
  const std::vector<LandmarkBound> bounds = {Within("a", "x", kHome, Km(300))};
  const Position apart = Destination(kHome, Angle::Degrees(10), Km(250));
  EXPECT_FALSE(ProvedRegion(bounds, Medium::kVacuum, 0).Misses(apart, Km(1)));
  EXPECT_TRUE(ProvedRegion(bounds, Medium::kFibre, 0).Misses(apart, Km(1)));
}

TEST(ProvedRegion, LandmarksOfOneDomainIntersectAndCountOnce) {
  const Position east = Destination(kHome, Angle::Degrees(90), Km(150));
  const std::vector<LandmarkBound> same = {Within("a", "x", kHome, Km(100)),
                                           Within("b", "x", east, Km(100))};
  const ProvedRegion one_domain(same, Medium::kVacuum, 0);
  EXPECT_EQ(one_domain.domain_count(), 1U);
  EXPECT_TRUE(one_domain.Misses(kHome, Km(10)));  // outside the other disc
  EXPECT_TRUE(ProvedRegion(same, Medium::kVacuum, 1).ProvesNothing());
  const std::vector<LandmarkBound> apart = {Within("a", "x", kHome, Km(100)),
                                            Within("b", "y", east, Km(100))};
  const ProvedRegion two_domains(apart, Medium::kVacuum, 1);
  EXPECT_EQ(two_domains.domain_count(), 2U);
  EXPECT_FALSE(two_domains.Misses(kHome, Km(10)));  // one of the two may lie
}

TEST(ProvedRegion, DisjointDiscsHaveNoCommonPointUnlessOneMayLie) {
  const Position far = Destination(kHome, Angle::Degrees(90), Km(1000));
  const std::vector<LandmarkBound> bounds = {Within("a", "x", kHome, Km(100)),
                                             Within("b", "y", far, Km(100))};
  const ProvedRegion strict(bounds, Medium::kVacuum, 0);
  EXPECT_TRUE(strict.IsEmpty());
  EXPECT_FALSE(strict.LiesWithin(kHome, Km(5000)));  // an empty region proves nothing
  EXPECT_FALSE(ProvedRegion(bounds, Medium::kVacuum, 1).IsEmpty());
}

TEST(ProvedRegion, TwoPiecesAreNotWithinADiscAroundOne) {
  const Position far = Destination(kHome, Angle::Degrees(90), Km(1000));
  const std::vector<LandmarkBound> bounds = {Within("a", "x", kHome, Km(100)),
                                             Within("b", "y", far, Km(100))};
  const ProvedRegion either(bounds, Medium::kVacuum, 1);
  EXPECT_FALSE(either.LiesWithin(kHome, Km(500)));
  EXPECT_TRUE(either.LiesWithin(kHome, Km(1200)));
}

TEST(ProvedRegion, RadiusBeyondHalfTheEarthHoldsEverything) {
  const std::vector<LandmarkBound> bounds = {Within("a", "x", kHome, Km(100))};
  EXPECT_FALSE(ProvedRegion(bounds, Medium::kVacuum, 0).Misses(At(-48, -169), Km(21'000)));
}

}  // namespace
}  // namespace earshot
