#include "core/locate/path_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/quantities.h"

namespace earshot {
namespace {

const PathModel& Model() { return PathModel::Measured2020(); }
double FibreMs(double km) { return 2e6 * km / kFibreSpeed.metres_per_second(); }

TEST(PathModel, KnotsReproduceTheMeasuredInflation) {
  struct Row {
    double km;
    std::array<double, 5> inflation;
  };
  for (const Row& row :
       {Row{173.2, {1.77, 2.04, 5.06, 20.0, 45.5}}, Row{458.3, {1.71, 1.91, 3.44, 9.27, 17.2}},
        Row{1024.7, {1.61, 1.86, 2.93, 7.12, 11.4}}, Row{2121.3, {1.48, 1.72, 2.49, 4.86, 8.38}},
        Row{4242.6, {1.28, 1.38, 2.09, 4.76, 6.94}}, Row{7746.0, {1.33, 1.42, 1.80, 3.37, 4.37}},
        Row{14143.6, {1.29, 1.39, 1.79, 2.68, 3.33}}}) {
    for (std::size_t i = 0; i < row.inflation.size(); ++i) {
      EXPECT_NEAR(Model().Quantile(Km(row.km), kPathModelProbabilities[i]).milliseconds(),
                  row.inflation[i] * FibreMs(row.km), 2e-6)
          << row.km << " km, quantile " << i;
    }
  }
}

TEST(PathModel, NearPlacesGetTheMeasuredTimesWhateverTheDistance) {
  for (const double km : {0.0, 1.0, 40.0, 99.9}) {
    EXPECT_NEAR(Model().Quantile(Km(km), 0.50).milliseconds(), 4.0, 1e-6);
    EXPECT_NEAR(Model().Quantile(Km(km), 0.95).milliseconds(), 16.7, 1e-6);
  }
}

TEST(PathModel, NegativeDistanceCountsAsNone) {
  EXPECT_EQ(Model().Quantile(Km(-5), 0.3), Model().Quantile(Km(0), 0.3));
}

TEST(PathModel, NonsenseIsBroughtIntoRange) {
  const double nan = std::nan("");
  EXPECT_EQ(Model().Quantile(Km(1e9), 0.5), Model().Quantile(Km(20'004), 0.5));
  EXPECT_EQ(Model().Quantile(Km(nan), 0.5), Model().Quantile(Km(20'004), 0.5));
  EXPECT_EQ(Model().Quantile(Km(5), nan), Model().Quantile(Km(5), 0.01));
}

TEST(PathModel, RttRisesStrictlyWithProbabilityAndIsFlatOutsideTheKnown) {
  for (double km = 0; km < 20'000; km += 37.0) {
    Rtt last = Model().Quantile(Km(km), 0.01);
    EXPECT_EQ(Model().Quantile(Km(km), 0.0), last);
    for (double p = 0.02; p < 0.9901; p += 0.01) {
      const Rtt next = Model().Quantile(Km(km), p);
      ASSERT_GT(next, last) << km << " km, p " << p;
      last = next;
    }
    EXPECT_EQ(Model().Quantile(Km(km), 1.0), Model().Quantile(Km(km), 0.99));
  }
}

TEST(PathModel, RttIsContinuousInDistance) {
  for (const double p : {0.01, 0.05, 0.3, 0.5, 0.95, 0.99}) {
    double last = Model().Quantile(Km(0), p).milliseconds();
    for (double km = 0.25; km < 20'000; km += 0.25) {
      const double next = Model().Quantile(Km(km), p).milliseconds();
      ASSERT_LT(std::abs(next - last), 0.006 * last + 0.001) << km << " km, p " << p;
      last = next;
    }
  }
}

TEST(PathModel, NothingIsFasterThanFibreOverTheGeodesic) {
  for (double km = 0; km < 20'000; km += 0.5) {
    ASSERT_GE(Model().Quantile(Km(km), 0.0).milliseconds(), FibreMs(km) - 1e-6) << km;
  }
}

TEST(PathModel, ProbabilityAboveIsTheInverseOfQuantile) {
  for (double km = 1; km < 20'000; km *= 1.3) {
    for (double p = 0.02; p < 0.985; p += 0.05) {
      EXPECT_NEAR(Model().ProbabilityAbove(Km(km), Model().Quantile(Km(km), p)), 1.0 - p, 1e-4);
    }
  }
}

TEST(PathModel, ProbabilityAboveIsNeverOverstatedOutsideTheKnown) {
  EXPECT_EQ(Model().ProbabilityAbove(Km(5'000), Ms(0)), 0.99);
  EXPECT_EQ(Model().ProbabilityAbove(Km(5'000), Ms(1)), 0.99);
  EXPECT_EQ(Model().ProbabilityAbove(Km(5'000), Ms(100'000)), 0.0);
}

TEST(PathModel, DrawsFollowTheirProbability) {
  // 10^5 equidistant draws: the share above a threshold is the stated probability.
  const Rtt threshold = Ms(16.7);
  int above = 0;
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) {
    if (Model().Draw(Km(50), (i + 0.5) / kDraws) > threshold) ++above;
  }
  EXPECT_NEAR(static_cast<double>(above) / kDraws, 0.05, 1e-3);
  EXPECT_NEAR(Model().ProbabilityAbove(Km(50), threshold), 0.05, 1e-3);
}

TEST(PowerBeyond, FarZoneIsExceededAlmostSurelyAndNearZoneIsNot) {
  const Rtt threshold = Model().Quantile(Km(50), 0.95);  // 16.7 ms
  EXPECT_EQ(Model().PowerBeyond(Km(2'500), threshold), 0.99);
  EXPECT_LT(Model().PowerBeyond(Km(300), threshold), 0.5);
  EXPECT_NEAR(Model().PowerBeyond(Km(0), threshold), 0.05, 1e-3);
}

TEST(PowerBeyond, IsTheLeastOverAllGreaterDistances) {
  for (const double threshold_ms : {0.5, 2.0, 16.7, 60.0, 90.0, 200.0}) {
    for (double from = 0; from < 16'000; from = from * 1.7 + 30) {
      double least = 1.0;
      for (double km = from; km < 20'004; km = km * 1.003 + 0.1) {
        least = std::min(least, Model().ProbabilityAbove(Km(km), Ms(threshold_ms)));
      }
      const double power = Model().PowerBeyond(Km(from), Ms(threshold_ms));
      ASSERT_LE(power, least + 1e-12) << from << " km, " << threshold_ms << " ms";
      ASSERT_NEAR(power, least, 0.02) << from << " km, " << threshold_ms << " ms";
    }
  }
}

TEST(PowerBeyond, NeverFallsWithDistanceNorRisesWithTheThreshold) {
  double last = 0;
  for (double km = 0; km < 20'000; km += 50) {
    const double power = Model().PowerBeyond(Km(km), Ms(16.7));
    ASSERT_GE(power, last) << km;
    ASSERT_LE(Model().PowerBeyond(Km(km), Ms(20.0)), power) << km;
    last = power;
  }
}

}  // namespace
}  // namespace earshot
