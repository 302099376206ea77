// bench/through_time/studies.h: how often the change test is wrong, and how soon it is right,
// counted in worlds where the truth is known.
#ifndef EARSHOT_BENCH_THROUGH_TIME_STUDIES_H_
#define EARSHOT_BENCH_THROUGH_TIME_STUDIES_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "bench/through_time/honest_world.h"
#include "core/appraisal/change_test.h"
#include "core/base/binomial_interval.h"
#include "core/base/result.h"

namespace earshot {

// A counted share with its 95 % interval.
struct CountedRate {
  std::uint64_t hits = 0;
  std::uint64_t trials = 0;
  double rate() const {
    return trials == 0 ? 0.0 : static_cast<double>(hits) / static_cast<double>(trials);
  }
  BinomialInterval interval() const { return ClopperPearson(hits, trials); }
};

// "3 of 300, 1.00 % (0.21 to 2.89 %)".
std::string CountedText(const CountedRate& counted);

struct ChangeStudyOptions {
  std::uint64_t seed = 1;
  std::uint32_t devices = 500;
  std::uint32_t enrolment_blocks = 20;
  std::uint32_t rounds = 240;
  Duration slower{0};  // from the first round after enrolment
  HonestWorldOptions world;
  ChangePolicy policy;
  ChangeRates rates;
};

struct ChangeStudy {
  CountedRate ever_alarmed;      // of the devices that could be enrolled
  CountedRate enrolment_refused;
  std::uint64_t detector_alarms = 0;
  std::uint64_t blocks = 0;
  std::uint64_t exceedances = 0;            // of blocks of paths
  std::uint64_t path_blocks = 0;
  std::uint64_t exceedances_after_one = 0;  // of blocks that follow an exceedance of the same path
  std::uint64_t path_blocks_after_one = 0;
  std::uint64_t blocks_to_alarm = 0;  // of the e-process, over the devices alarmed
};

// Enrols `devices` devices and watches each for `rounds` rounds. The same options, the same counts.
ChangeStudy RunChangeStudy(const ChangeStudyOptions& options);

// One device for the study above; none when its enrolment is refused. `added` slows the rounds of
// the enrolment, one by one, and may be shorter than it.
std::optional<ChangeTest> Enrol(HonestDevice& device, const ChangeStudyOptions& options,
                                std::span<const Duration> added = {});

// A path of which every block exceeds with the same probability. At `exceedance` = `bound` it is the
// hardest unchanged one that the assumption allows; beyond, it breaks the assumption.
struct BoundStudyOptions {
  std::uint64_t seed = 1;
  std::uint32_t runs = 4'000;
  std::uint32_t blocks = 240;  // of each run, at most
  double bound = 1.0 / 3.0;
  double exceedance = 1.0 / 3.0;
  double rate = 0.05;  // alarm at 1/rate
};

// Runs in which the e-process ever alarms.
CountedRate EverAlarms(const BoundStudyOptions& options);

// The mean number of blocks to the detector's first alarm. A run that reaches `blocks` counts as
// that, which understates the mean.
double MeanRunLength(const BoundStudyOptions& options);

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGH_TIME_STUDIES_H_
