#include "core/appraisal/change_bet.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace earshot {
namespace {

// The expectation of `Value` after every sequence of `blocks` outcomes, each exceedance having the
// probability that `p_of` gives it after what came before. Exact: no draw is made.
template <typename Process, typename PrimedProbability>
double Expectation(const Process& process, int blocks, bool last, const PrimedProbability& p_of) {
  if (blocks == 0) return process.value();
  const double p = p_of(last);
  double sum = 0;
  for (const bool exceeded : {false, true}) {
    Process next = process;
    next.Observe(exceeded);
    sum += (exceeded ? p : 1.0 - p) * Expectation(next, blocks - 1, exceeded, p_of);
  }
  return sum;
}

TEST(ChangeEvidence, ExpectationAtTheBoundIsOne) {
  for (const double bound : {0.05, 1.0 / 3, 0.5}) {
    const auto at_bound = [&](bool) { return bound; };
    for (const std::uint32_t horizon : {1U, 5U, 100U}) {
      EXPECT_NEAR(Expectation(ChangeEvidence(bound, horizon), 10, false, at_bound), 1.0, 1e-9);
    }
  }
}

TEST(ChangeEvidence, ClusteredExceedancesWithinTheBoundGainNothing) {
  // After an exceedance the next is twenty times as likely, and still within the bound.
  const auto clustered = [](bool last) { return last ? 1.0 / 3 : 1.0 / 60; };
  EXPECT_LE(Expectation(ChangeEvidence(1.0 / 3, 10), 10, true, clustered), 1.0 + 1e-9);
}

TEST(ChangeEvidence, ClusteringBeyondTheBoundGains) {
  const auto broken = [](bool last) { return last ? 0.9 : 0.2; };
  EXPECT_GT(Expectation(ChangeEvidence(1.0 / 3, 10), 10, true, broken), 2.0);
}

TEST(ChangeEvidence, StartsAtOneAndFallsWhileNothingExceeds) {
  ChangeEvidence evidence(1.0 / 3, 20);
  EXPECT_EQ(evidence.value(), 1.0);
  double before = 1.0;
  for (int block = 0; block < 20; ++block) {
    evidence.Observe(false);
    EXPECT_LT(evidence.value(), before);
    before = evidence.value();
  }
}

TEST(ChangeEvidence, ChangeAfterALongCalmIsFoundAsSoonAsAnEarlyOne) {
  const auto blocks_to_200 = [](std::uint32_t calm) {
    ChangeEvidence evidence(1.0 / 3, 400);
    for (std::uint32_t block = 0; block < calm; ++block) evidence.Observe(false);
    std::uint32_t blocks = 0;
    for (; evidence.value() < 200 && blocks < 100; ++blocks) evidence.Observe(true);
    return blocks;
  };
  EXPECT_LE(blocks_to_200(0), 13U);
  EXPECT_LE(blocks_to_200(300), 13U);
}

TEST(ChangeEvidence, ChangeAfterTheHorizonWinsNothing) {
  ChangeEvidence evidence(1.0 / 3, 5);
  for (int block = 0; block < 50; ++block) evidence.Observe(false);
  for (int block = 0; block < 12; ++block) evidence.Observe(true);
  EXPECT_LT(evidence.value(), 1.0);
}

TEST(ChangeEvidence, SenselessBoundAccusesLeast) {
  ChangeEvidence nan(std::nan(""), 0);
  ChangeEvidence most(0.5, 1);
  ChangeEvidence beyond(7.0, 1);
  for (int block = 0; block < 5; ++block) {
    for (ChangeEvidence* e : {&nan, &most, &beyond}) e->Observe(true);
  }
  EXPECT_EQ(nan.value(), most.value());
  EXPECT_EQ(beyond.value(), most.value());
}

TEST(ChangeEvidence, EndlessExceedancesStayFiniteAndCanBeLostAgain) {
  ChangeEvidence evidence(0.01, 10'000);
  for (int block = 0; block < 10'000; ++block) evidence.Observe(true);
  EXPECT_TRUE(std::isfinite(evidence.value()));
  for (int block = 0; block < 60; ++block) evidence.Observe(false);
  EXPECT_LT(evidence.value(), 1.0);
}

TEST(ChangeDetector, ExpectedValueAtTheBoundIsTheNumberOfBlocks) {
  for (const double bound : {0.05, 1.0 / 3, 0.5}) {
    const auto at_bound = [&](bool) { return bound; };
    EXPECT_NEAR(Expectation(ChangeDetector(bound), 10, false, at_bound), 10.0, 1e-8);
  }
}

TEST(ChangeDetector, RestartForgets) {
  ChangeDetector detector(1.0 / 3);
  for (int block = 0; block < 9; ++block) detector.Observe(true);
  EXPECT_GT(detector.value(), 1'000.0);
  detector.Restart();
  EXPECT_EQ(detector.value(), 0.0);
}

}  // namespace
}  // namespace earshot
