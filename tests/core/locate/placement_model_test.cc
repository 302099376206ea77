#include "core/locate/placement_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace earshot {
namespace {

PlacementModel Model(std::vector<double> scores) { return {LocalNormal({}), std::move(scores)}; }

TEST(PlacementModel, PValueCountsHonestScoresAsBad) {
  const PlacementModel model = Model({0.1, 0.4, 0.2, 0.3});
  EXPECT_DOUBLE_EQ(model.PValue(0.5), 1.0 / 5);
  EXPECT_DOUBLE_EQ(model.PValue(0.4), 2.0 / 5);
  EXPECT_DOUBLE_EQ(model.PValue(0.15), 4.0 / 5);
  EXPECT_DOUBLE_EQ(model.PValue(0.0), 1.0);
  EXPECT_DOUBLE_EQ(Model({}).PValue(9), 1.0);
}

TEST(PlacementModel, ThresholdIsWhereThePValueFallsToTheRate) {
  const PlacementModel model = Model({0.1, 0.4, 0.2, 0.3});
  for (const double alpha : {0.2, 0.39, 0.4, 0.6, 0.8}) {
    const double threshold = model.Threshold(alpha);
    EXPECT_LE(model.PValue(std::nextafter(threshold, 1e9)), alpha + 1e-12) << alpha;
    EXPECT_GT(model.PValue(threshold), alpha) << alpha;
  }
}

TEST(PlacementModel, RateThatItCannotGiveIsTheLeastItCan) {
  const PlacementModel model = Model({0.1, 0.4, 0.2, 0.3});
  EXPECT_DOUBLE_EQ(model.LeastRate(), 0.2);
  for (const double alpha : {0.0, -1.0, 1e-6, std::nan("")}) {
    EXPECT_EQ(model.Threshold(alpha), 0.4) << alpha;
  }
  EXPECT_TRUE(std::isinf(Model({}).Threshold(0.05)));
}

TEST(PlacementModel, MeasuredOneHoldsItsRatesOnItsOwnHosts) {
  const PlacementModel& model = PlacementModel::Measured2020();
  const auto& scores = model.honest_scores();
  ASSERT_EQ(scores.size(), 168U);
  ASSERT_EQ(model.normal().parameters().references.size(), 168U);
  EXPECT_TRUE(model.normal().parameters().landmarks.empty());
  for (const double alpha : {0.01, 0.05, 0.2}) {
    const auto above =
        std::ranges::count_if(scores, [&](double score) { return score > model.Threshold(alpha); });
    EXPECT_LE(static_cast<double>(above), alpha * 169);
    EXPECT_GE(static_cast<double>(above), alpha * 169 - 2);
  }
}

TEST(PlacementModel, MeasuredOneExpectsMoreOfAWellConnectedPlace) {
  const LocalNormal& normal = PlacementModel::Measured2020().normal();
  const LocalAnswer near{Distance::Kilometres(400), Rtt(), std::nullopt};
  const auto amsterdam = normal.At(Position::FromDegrees(52.4, 4.9).value());
  const auto cairo = normal.At(Position::FromDegrees(30.0, 31.2).value());
  EXPECT_LT(amsterdam.ExpectedRtt(near), 0.7 * cairo.ExpectedRtt(near));
}

}  // namespace
}  // namespace earshot
