// bench/through_time/kind_study.h: how often a change is given the wrong name, where its cause is
// known.
#ifndef EARSHOT_BENCH_THROUGH_TIME_KIND_STUDY_H_
#define EARSHOT_BENCH_THROUGH_TIME_KIND_STUDY_H_

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "bench/through_time/honest_world.h"
#include "core/appraisal/change_kind.h"

namespace earshot {

enum class Cause : std::uint8_t {
  kNothing,
  kReroute,      // of one path up to a quarter of them
  kCommonDelay,  // of the last mile or the site
  kMove,         // adds no delay
  kMovePadFlat,  // pads every path to the same excess
  kMovePadHome,  // pads to the usual RTT wherever it can
};
inline constexpr std::array<Cause, 6> kCauses = {
    Cause::kNothing, Cause::kReroute,     Cause::kCommonDelay,
    Cause::kMove,    Cause::kMovePadFlat, Cause::kMovePadHome};
std::string_view CauseName(Cause cause);

struct KindStudyOptions {
  std::uint64_t seed = 1;
  std::uint32_t devices = 100;
  std::size_t paths = 8;
  Distance moved_by = Distance::Kilometres(2'000);
};

// How many devices with this cause were given each name, by ChangeKind.
using KindCounts = std::array<std::uint32_t, 5>;

// Sites anywhere between 60 S and 60 N; landmarks from 50 to 9,000 km away, denser near the site.
// Paths are drawn from the path model before and anew after a move; floors are known to 0.4 ms
// before and to 0.4 ms after.
KindCounts RunKindStudy(Cause cause, const KindStudyOptions& options);

// The paths of one such device, for whoever wants to look.
std::vector<PathChange> DrawChange(Cause cause, const KindStudyOptions& options, Draws& draws,
                                   Position* declared);

// What a device that moved reports when it pads: `now` holds the quickest that it can do.
void Pad(Cause cause, std::vector<PathChange>& paths);

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGH_TIME_KIND_STUDY_H_
