#include <gtest/gtest.h>

#include "core/appraisal/appraise.h"

namespace earshot {
namespace {

constexpr Verdict kAll[] = {Verdict::kInvalidProof, Verdict::kContradicted,
                            Verdict::kSilent,       Verdict::kUnexplainedDelay,
                            Verdict::kVerified,     Verdict::kConsistent,
                            Verdict::kIndeterminate};

TEST(Headline, FlaggedVerdictOfEitherQuestionComesFirst) {
  for (const Verdict site : kAll) {
    for (const Verdict licence : kAll) {
      const Verdict headline = Headline(site, licence);
      const bool any_flagged = IsFlagged(site) || IsFlagged(licence);
      EXPECT_EQ(IsFlagged(headline), any_flagged);
      if (any_flagged) {
        EXPECT_LE(headline, site);
        EXPECT_LE(headline, licence);
        EXPECT_TRUE(headline == site || headline == licence);
      }
    }
  }
}

TEST(Headline, OnlyAProvedLicenceReadsVerified) {
  for (const Verdict site : {Verdict::kVerified, Verdict::kConsistent, Verdict::kIndeterminate}) {
    EXPECT_EQ(Headline(site, Verdict::kVerified), Verdict::kVerified);
  }
  EXPECT_EQ(Headline(Verdict::kVerified, Verdict::kConsistent), Verdict::kConsistent);
  EXPECT_EQ(Headline(Verdict::kVerified, Verdict::kIndeterminate), Verdict::kIndeterminate);
}

TEST(Headline, ConsistentOfEitherComesBeforeIndeterminate) {
  EXPECT_EQ(Headline(Verdict::kConsistent, Verdict::kIndeterminate), Verdict::kConsistent);
  EXPECT_EQ(Headline(Verdict::kIndeterminate, Verdict::kConsistent), Verdict::kConsistent);
  EXPECT_EQ(Headline(Verdict::kIndeterminate, Verdict::kIndeterminate), Verdict::kIndeterminate);
}

}  // namespace
}  // namespace earshot
