#include "core/base/suggest.h"

#include <gtest/gtest.h>

#include <vector>

namespace earshot {
namespace {

const std::vector<std::string> kKnown = {"jitter", "latency", "loss"};

TEST(DidYouMean, NearNameIsOffered) {
  EXPECT_EQ(DidYouMean("jiter", kKnown), "; did you mean \"jitter\"?");
}

TEST(DidYouMean, FarNameIsNot) { EXPECT_EQ(DidYouMean("bandwidth", kKnown), ""); }

}  // namespace
}  // namespace earshot
