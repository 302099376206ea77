#include <gtest/gtest.h>

#include <vector>

#include "server/engine/verifier.h"
#include "tests/support/quantities.h"

namespace earshot {
namespace {

LandmarkNews Heard(const char* landmark, std::uint8_t device) {
  LandmarkNews news;
  news.devices = 1;
  news.heard[LandmarkId(landmark)].insert(NumberedDevice(device));
  return news;
}

TEST(LandmarkNews, PoolJoinsWhomALandmarkHeard) {
  const std::vector<LandmarkNews> news = {Heard("sin-1", 1), Heard("sin-1", 2), Heard("tyo-1", 2)};
  const LandmarkNews pooled = Pool(news);
  EXPECT_EQ(pooled.devices, 3U);
  EXPECT_EQ(pooled.heard.at(LandmarkId("sin-1")),
            (std::set<DeviceId>{NumberedDevice(1), NumberedDevice(2)}));
  EXPECT_EQ(pooled.heard.at(LandmarkId("tyo-1")), (std::set<DeviceId>{NumberedDevice(2)}));
  EXPECT_FALSE(pooled.mesh.has_value());
}

TEST(LandmarkNews, PoolKeepsTheOneMesh) {
  std::vector<LandmarkNews> news = {Heard("sin-1", 1), Heard("tyo-1", 2)};
  news[1].mesh = MeshState{{LandmarkId("hkg-1")}, true};
  const LandmarkNews pooled = Pool(news);
  ASSERT_TRUE(pooled.mesh.has_value());
  EXPECT_EQ(pooled.mesh->faulty, std::vector{LandmarkId("hkg-1")});
}

TEST(LandmarkNews, PoolIsDeafOnlyWhereNobodyHeardAnybody) {
  std::vector<LandmarkNews> news(2);
  news[0].mesh = MeshState{{}, false, true};
  EXPECT_TRUE(Pool(news).mesh->deaf);
  news[1] = Heard("tyo-1", 2);
  EXPECT_FALSE(Pool(news).mesh->deaf);
}

TEST(LandmarkNewsDeathTest, TwoMeshesAreRefused) {
  std::vector<LandmarkNews> news = {Heard("sin-1", 1), Heard("tyo-1", 2)};
  news[0].mesh = news[1].mesh = MeshState{};
  EXPECT_DEATH(static_cast<void>(Pool(news)), "");
}

}  // namespace
}  // namespace earshot
