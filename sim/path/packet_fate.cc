#include "sim/path/packet_fate.h"

#include <algorithm>
#include <array>
#include <bit>

namespace earshot {
namespace {

// 2^32 ln(1 + i / 64), rounded to the nearest; the last is 2^32 ln 2.
constexpr unsigned kStepBits = 6;
constexpr std::array<std::uint64_t, (1U << kStepBits) + 1> kLogTable = {
             0,   66589974,  132163268,  196750459,  260380768,  323082134,
     384881291,  445803834,  505874286,  565116154,  623551984,  681203418,
     738091233,  794235396,  849655098,  904368797,  958394255, 1011748572,
    1064448219, 1116509066, 1167946415, 1218775023, 1269009132, 1318662486,
    1367748360, 1416279581, 1464268541, 1511727226, 1558667227, 1605099758,
    1651035675, 1696485489, 1741459379, 1785967210, 1830018543, 1873622647,
    1916788510, 1959524856, 2001840147, 2043742599, 2085240191, 2126340670,
    2167051565, 2207380193, 2247333665, 2286918897, 2326142616, 2365011363,
    2403531508, 2441709246, 2479550612, 2517061482, 2554247578, 2591114477,
    2627667611, 2663912276, 2699853634, 2735496721, 2770846446, 2805907598,
    2840684851, 2875182766, 2909405794, 2943358281, 2977044472,};
constexpr unsigned kFractionBits = 20;  // of a mean, in what the table yields

// -ln(1 - word / 2^32) in units of 2^-20.
std::uint64_t MinusLog(std::uint32_t word) {
  // 1 - word / 2^32 = m 2^(e - 32) with 1 <= m < 2.
  const std::uint64_t rest = (std::uint64_t{1} << 32U) - word;
  const auto exponent = static_cast<unsigned>(std::bit_width(rest)) - 1;
  const std::uint64_t mantissa = (rest << (32U - exponent)) - (std::uint64_t{1} << 32U);
  constexpr unsigned kRestBits = 32U - kStepBits;
  const std::uint64_t step = mantissa >> kRestBits;
  const std::uint64_t within = mantissa & ((std::uint64_t{1} << kRestBits) - 1);
  const std::uint64_t low = kLogTable[step];
  const std::uint64_t log = low + (((kLogTable[step + 1] - low) * within) >> kRestBits);
  return ((32U - exponent) * kLogTable.back() - log) >> (32U - kFractionBits);
}

}  // namespace

bool Happens(std::uint32_t word, double probability) {
  return static_cast<double>(word) * 0x1.0p-32 < probability;  // exact: no rounding on either side
}

Duration ExponentialQuantile(Duration mean, std::uint32_t word) {
  const auto ns = static_cast<std::uint64_t>(std::clamp(mean, Duration(0), kJitterMeanMax).count());
  const std::uint64_t means =
      std::min(MinusLog(word), std::uint64_t{kJitterMeansMax} << kFractionBits);
  static_assert(Duration(kJitterMeanMax).count() < (std::int64_t{1} << 42U), "the product fits");
  const std::uint64_t whole = (ns >> kFractionBits) * means;
  const std::uint64_t part = (ns & ((std::uint64_t{1} << kFractionBits) - 1)) * means;
  return Duration(static_cast<std::int64_t>(whole + (part >> kFractionBits)));
}

PacketFate DrawFate(PhiloxKey key, std::uint64_t lane, std::uint64_t number,
                    const PathConditions& conditions) {
  // Where chance can do nothing it is not asked: every draw below would say so.
  const bool calm = conditions.loss <= 0 && conditions.duplicate <= 0 && conditions.reorder <= 0 &&
                    conditions.corrupt <= 0 && conditions.jitter <= Duration(0);
  if (calm) return {};
  const PhiloxWords first = PhiloxAt(key, number, lane, 0);
  PacketFate fate;
  fate.lost = Happens(first[0], conditions.loss);
  if (fate.lost) return fate;
  const PhiloxWords second = PhiloxAt(key, number, lane, 1);
  fate.extra = ExponentialQuantile(conditions.jitter, second[0]);
  if (Happens(first[1], conditions.duplicate)) {
    fate.copy = ExponentialQuantile(conditions.jitter, second[1]);
  }
  fate.reordered = Happens(first[2], conditions.reorder);
  if (fate.reordered) fate.extra += kReorderJitters * conditions.jitter;
  if (Happens(first[3], conditions.corrupt)) fate.corrupted = second[2];
  return fate;
}

}  // namespace earshot
