#include "core/appraisal/site_plan.h"

#include <gmock/gmock.h>

#include "core/geo/distance_bound.h"
#include "tests/core/appraisal/world.h"

namespace earshot {
namespace {

using testing::DoubleNear;
using testing::SizeIs;

// A zone of one place, an excluded country, and sites to choose from.
struct Border {
  explicit Border(Distance gap) {
    // The excluded country is a disc of 200 km, its rim `gap` north of the place.
    const double degrees = (gap.kilometres() + 200) / 110.6;
    map.Add(Code("CN"), At(degrees, 100), Km(200));
    policy.zone_margin = Distance();
    policy.liars_max = 0;
  }
  Border& Add(Position at, const char* domain, double cost = 1) {
    sites.push_back({at, TrustDomain(domain), cost});
    return *this;
  }
  SitePlan Plan() const {
    return PlanSites({.places = places,
                      .candidates = sites,
                      .excluded = excluded,
                      .policy = policy,
                      .map = map,
                      .budget = budget});
  }
  ProofPlan Of(PlanProof proof) const { return Plan().proofs[static_cast<std::size_t>(proof)]; }

  DiscMap map;
  Policy policy;
  std::vector<PlanPlace> places = {{At(0, 100), 1.0}};
  std::vector<SiteCandidate> sites;
  std::vector<CountryCode> excluded = Codes({"CN"});
  double budget = std::numeric_limits<double>::infinity();
};

TEST(LatestProof, AnswerOfThatMomentIsExcludedAndALaterOneIsNot) {
  const Policy policy;
  for (const Medium medium : {Medium::kVacuum, Medium::kFibre}) {
    for (const double km : {1.0, 70.0, 1980.0, 19000.0}) {
      const BoundMargins margins = {.clock_rate_error_ppm = policy.clock_rate_error * 1e6,
                                    .clock_resolution = policy.clock_resolution};
      const Rtt latest = LatestProof(Km(km), medium, policy);
      const Rtt later = Rtt::FromDuration(latest.duration() + Duration(10));
      EXPECT_LE(DistanceBound::FromRtt(latest, medium, margins).radius(), Km(km));
      EXPECT_GT(DistanceBound::FromRtt(later, medium, margins).radius(), Km(km));
    }
  }
  EXPECT_EQ(LatestProof(Distance::Metres(10), Medium::kVacuum, policy), Rtt());
  EXPECT_EQ(LatestProof(Distance(), Medium::kVacuum, policy), Rtt());
}

TEST(PlanSites, FarZoneIsToldByOneSiteBesideTheDevicesAtEveryProof) {
  Border border(Km(4000));
  border.Add(At(0.1, 100), "near").Add(At(60, -100), "far");
  const SitePlan plan = border.Plan();
  EXPECT_FALSE(plan.IsUnresolvable());
  for (const ProofPlan& proof : plan.proofs) {
    EXPECT_GE(proof.share_beside, 0.9);
    ASSERT_THAT(proof.steps, SizeIs(1));
    EXPECT_EQ(proof.steps[0].candidate, 0U);
    EXPECT_EQ(proof.needed, 1U);
    EXPECT_FALSE(proof.next.has_value());
  }
  EXPECT_LT(plan.proofs[0].share_of_all, plan.proofs[1].share_of_all + 1e-12);
}

TEST(PlanSites, BorderAcrossAStraitIsUnresolvableWithTheReasonInMilliseconds) {
  Border border(Km(20));
  border.Add(At(0, 100), "beside").Add(At(-0.05, 100), "behind");
  const SitePlan plan = border.Plan();
  EXPECT_TRUE(plan.IsUnresolvable());
  EXPECT_LT(plan.gap.crossing_vacuum, plan.gap.quickest);
  EXPECT_THAT(plan.gap.crossing_vacuum.milliseconds(), DoubleNear(0.133, 0.01));
  EXPECT_THAT(plan.gap.crossing_fibre.milliseconds(), DoubleNear(0.2, 0.015));
  for (const ProofPlan& proof : plan.proofs) {
    EXPECT_EQ(proof.share_beside, 0);
    EXPECT_FALSE(proof.needed.has_value());
  }
}

TEST(PlanSites, SiteBehindTheDevicesCountsByItsOwnDistanceToTheZone) {
  // No answer proves anything to a site at the border; one on the far side has light's time to
  // spare.
  Border border(Km(600));
  border.Add(At(5.3, 100), "at the border").Add(At(-0.3, 100), "behind");
  const ProofPlan vacuum = border.Of(PlanProof::kVacuum);
  ASSERT_FALSE(vacuum.steps.empty());
  EXPECT_EQ(vacuum.steps[0].candidate, 1U);
  EXPECT_THAT(vacuum.steps, SizeIs(1));
}

TEST(PlanSites, WithALiarOneDomainIsNotEnoughAndTwoAre) {
  Border border(Km(6000));
  border.policy.liars_max = 1;
  border.Add(At(0.1, 100), "one").Add(At(-0.1, 100), "one");
  EXPECT_EQ(border.Of(PlanProof::kFibre).share_of_all, 0);
  border.Add(At(0, 100.1), "two");
  const ProofPlan fibre = border.Of(PlanProof::kFibre);
  ASSERT_GE(fibre.steps.size(), 2U);
  EXPECT_EQ(fibre.steps[0].share, 0);
  // Both must be quick: 2.3 % of paths are later than the 60 ms that prove it, whatever they share.
  EXPECT_THAT(fibre.steps[1].share, DoubleNear(0.953, 0.002));
  EXPECT_EQ(fibre.needed, 2U);
}

TEST(PlanSites, CheaperSiteOfEqualWorthComesFirstAndBudgetStopsBeforeTheNext) {
  Border border(Km(4000));
  border.places = {{At(0, 100), 0.5}, {At(0, 120), 0.5}};
  border.Add(At(0, 100), "dear", 9).Add(At(0.1, 100), "cheap", 2).Add(At(0, 120), "other", 3);
  border.budget = 4;
  const ProofPlan vacuum = border.Of(PlanProof::kVacuum);
  ASSERT_THAT(vacuum.steps, SizeIs(1));
  EXPECT_EQ(vacuum.steps[0].candidate, 1U);
  EXPECT_EQ(vacuum.steps[0].cost_so_far, 2);
  EXPECT_FALSE(vacuum.needed.has_value());
  ASSERT_TRUE(vacuum.next.has_value());
  EXPECT_EQ(vacuum.next->candidate, 2U);
  EXPECT_EQ(vacuum.next->cost_so_far, 5);
  EXPECT_GT(vacuum.next->share, vacuum.steps[0].share);
  border.budget = 5;
  EXPECT_EQ(border.Of(PlanProof::kVacuum).needed, 2U);
}

TEST(PlanSites, StatisticalTestNeedsASiteNearTheDevicesAndAZoneFarAway) {
  Border far(Km(4000));
  far.Add(At(3, 100), "332 km away");
  EXPECT_EQ(far.Of(PlanProof::kStatistical).share_of_all, 0);
  EXPECT_GT(far.Of(PlanProof::kStatistical).share_beside, 0.9);
  far.Add(At(0.5, 100), "55 km away");
  EXPECT_GT(far.Of(PlanProof::kStatistical).share_of_all, 0.9);
  Border near(Km(300));
  near.Add(At(0.5, 100), "55 km away");
  EXPECT_EQ(near.Of(PlanProof::kStatistical).share_beside, 0);
}

TEST(PlanSites, SitesThatProtectNextToNobodyAreNotNeededAndOnesThatDoAre) {
  for (const double near : {0.005, 0.5}) {
    Border border(Km(4000));
    // Beside the site, and too far from it for the statistical test.
    border.places = {{At(0, 100), near}, {At(-20, 100), 1 - near}};
    border.Add(At(0.1, 100), "beside");
    const ProofPlan plan = border.Of(PlanProof::kStatistical);
    EXPECT_GT(plan.share_of_all, 0);
    EXPECT_EQ(plan.needed.has_value(), near == 0.5);
  }
}

TEST(PlanSites, NothingToChooseFromProtectsNothing) {
  const SitePlan plan = Border(Km(4000)).Plan();
  EXPECT_FALSE(plan.IsUnresolvable());
  for (const ProofPlan& proof : plan.proofs) {
    EXPECT_EQ(proof.share_of_all, 0);
    EXPECT_TRUE(proof.steps.empty());
    EXPECT_FALSE(proof.next.has_value());
  }
  Border nowhere(Km(4000));
  nowhere.places.clear();
  nowhere.Add(At(0, 100), "one");
  EXPECT_TRUE(nowhere.Plan().IsUnresolvable());
}

}  // namespace
}  // namespace earshot
