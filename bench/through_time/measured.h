// bench/through_time/measured.h: the same tests on measured RTTs, read from files that stay where
// they are.
#ifndef EARSHOT_BENCH_THROUGH_TIME_MEASURED_H_
#define EARSHOT_BENCH_THROUGH_TIME_MEASURED_H_

#include <cstdint>
#include <istream>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "bench/through_time/kind_study.h"
#include "bench/through_time/studies.h"
#include "core/base/result.h"

namespace earshot {

// Rounds of one probe towards one target, in the order of time.
struct MeasuredSeries {
  std::string access;           // wired, wifi, cellular, starlink
  std::vector<Rtt> round_floors;  // the least of each burst
};

// Reads CSV with the header "probe,target,access,unix_time,s1_ms,s2_ms,s3_ms"; empty samples are
// losses, a burst of losses is left out. kInvalidArgument with the line for anything else.
Result<std::vector<MeasuredSeries>> ReadSeries(std::istream& in);

struct SeriesStudyOptions {
  std::uint32_t rounds_least = 80;  // shorter series are left out
  std::uint32_t rounds_most = 1'000'000;
  double rate = 0.05;
  Duration slower{0};  // added to the second half
  ChangePolicy policy;
};

struct SeriesStudy {
  CountedRate ever_alarmed;
  CountedRate enrolment_refused;
};

// Enrols each series on the first half of its blocks and watches the second, by access.
std::map<std::string, SeriesStudy> RunSeriesStudy(std::span<const MeasuredSeries> all,
                                                  const SeriesStudyOptions& options);

// A device that was at one node of the files and answers from another at least `moved_least` away,
// both as measured from `paths` other nodes: the half nearest to its first place, the rest at
// random.
struct MeasuredMoves {
  std::uint64_t seed = 1;
  std::uint32_t devices = 300;
  std::size_t paths = 8;
  Distance moved_least = Distance::Kilometres(1'500);
};
Result<std::map<Cause, KindCounts>> RunMeasuredMoves(const std::string& nodes_path,
                                                     const std::string& rtt_path,
                                                     const MeasuredMoves& options);

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGH_TIME_MEASURED_H_
