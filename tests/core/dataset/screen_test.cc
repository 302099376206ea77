#include "core/dataset/screen.h"

#include <gmock/gmock.h>

namespace earshot {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

MeasuredNode At(std::string id, double latitude, double longitude) {
  MeasuredNode node;
  node.id = std::move(id);
  node.position = *Position::FromDegrees(latitude, longitude);
  return node;
}

MeasuredRtt Pair(std::uint32_t source, std::uint32_t target, int microseconds) {
  return {source, target, Rtt::FromDuration(std::chrono::microseconds(microseconds)), Duration(0)};
}

// London, Paris, Frankfurt, and one that says Tokyo.
Measurements Europe() {
  return {{At("lon", 51.5, -0.1), At("par", 48.9, 2.3), At("fra", 50.1, 8.7), At("tyo", 35.7, 139.7)},
          {Pair(0, 1, 8000), Pair(0, 2, 12000), Pair(1, 2, 9000)},
          {}};
}

TEST(FindMislocated, NodeThatAnswersFasterThanLightIsNamed) {
  Measurements measured = Europe();
  measured.rtts.push_back(Pair(0, 3, 9000));
  measured.rtts.push_back(Pair(3, 1, 4000));
  const auto found = FindMislocated(measured);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].node, 3U);
  EXPECT_EQ(found[0].violations, 2U);
  EXPECT_FALSE(found[0].is_ambiguous);
  SetMislocatedAside(found, &measured);
  EXPECT_FALSE(measured.nodes[3].is_scored);
  EXPECT_TRUE(measured.nodes[0].is_scored);
  EXPECT_THAT(measured.remarks, ElementsAre(HasSubstr("tyo")));
}

TEST(FindMislocated, OnePairAloneAccusesBoth) {
  Measurements measured = Europe();
  measured.rtts.push_back(Pair(0, 3, 9000));
  const auto found = FindMislocated(measured);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_TRUE(found[0].is_ambiguous);
  EXPECT_TRUE(found[1].is_ambiguous);
}

TEST(FindMislocated, OnePairDoesNotAccuseANodeThatFibreClears) {
  Measurements measured = Europe();
  measured.rtts.push_back(Pair(0, 3, 9000));
  measured.rtts.push_back(Pair(1, 3, 70000));  // possible at c, not in fibre
  const auto found = FindMislocated(measured);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].node, 3U);
}

TEST(FindMislocated, NodeThatItsFileCallsMislocatedAccusesNobody) {
  Measurements measured = Europe();
  measured.rtts.push_back(Pair(0, 3, 9000));
  measured.nodes[3].is_mislocated = true;
  EXPECT_THAT(FindMislocated(measured), IsEmpty());
}

TEST(FindMislocated, HonestNodesAreLeftAlone) {
  Measurements measured = Europe();
  measured.rtts.push_back(Pair(0, 3, 210000));
  EXPECT_THAT(FindMislocated(measured), IsEmpty());
}

TEST(FindMislocated, UncertainCoordinatesAndCoarseTimesAreGivenTheBenefit) {
  // London to Paris is 342 km: 2.28 ms at c.
  Measurements measured{{At("lon", 51.5, -0.1), At("par", 48.9, 2.3)}, {Pair(0, 1, 2100)}, {}};
  for (MeasuredNode& node : measured.nodes) node.position_uncertainty = Distance();
  EXPECT_THAT(FindMislocated(measured), SizeIs(2));
  measured.rtts[0].resolution = std::chrono::milliseconds(1);
  EXPECT_THAT(FindMislocated(measured), IsEmpty());
  measured.rtts[0].resolution = Duration(0);
  measured.nodes[0].position_uncertainty = Distance::Kilometres(40);
  EXPECT_THAT(FindMislocated(measured), IsEmpty());
}

TEST(ClustersWithin, ChainsJoinAndGapsSplit) {
  // 50 km steps along a meridian, then a gap of 70 km; and two sides of the antimeridian.
  const std::vector<MeasuredNode> nodes = {
      At("a", 10.00, 20), At("c", 10.90, 20), At("d", 11.55, 20), At("b", 10.45, 20),
      At("e", -18, 179.9), At("f", -18, -179.9), At("g", 90, 0), At("h", 90, 123)};
  const auto clusters = ClustersWithin(nodes, Distance::Kilometres(60));
  EXPECT_THAT(clusters, ElementsAre(0, 0, 1, 0, 2, 2, 3, 3));
}

}  // namespace
}  // namespace earshot
