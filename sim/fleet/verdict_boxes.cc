#include "sim/fleet/verdict_boxes.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <utility>

#include "core/base/check.h"

namespace earshot {
namespace {

// How closely a box is fitted to the threshold that ends it.
constexpr std::int64_t kFitNs = 50'000;

}  // namespace

VerdictBoxes::VerdictBoxes(std::vector<RttNs> fastest, Judge judge)
    : landmarks_(fastest.size()), fastest_(std::move(fastest)), judge_(std::move(judge)) {
  EARSHOT_CHECK(landmarks_ > 0);
}

bool VerdictBoxes::Contains(std::size_t box, std::span<const RttNs> rtts) const {
  const RttNs* const low = corners_.data() + box * 2 * landmarks_;
  const RttNs* const high = low + landmarks_;
  bool inside = true;
  for (std::size_t i = 0; i < landmarks_; ++i) {
    inside &= low[i] <= rtts[i] && rtts[i] <= high[i];
  }
  return inside;
}

VerdictPair VerdictBoxes::Ask(std::span<const RttNs> rtts) {
  ++judged_;
  return judge_(rtts);
}

VerdictPair VerdictBoxes::Find(std::span<const RttNs> rtts, std::uint16_t* hint) {
  EARSHOT_CHECK(rtts.size() == landmarks_);
  if (!std::ranges::equal(rtts, fastest_, std::ranges::greater_equal())) return Ask(rtts);
  if (*hint < pairs_.size() && Contains(*hint, rtts)) return pairs_[*hint];
  for (std::size_t box = 0; box < pairs_.size(); ++box) {
    if (!Contains(box, rtts)) continue;
    *hint = static_cast<std::uint16_t>(box);
    return pairs_[box];
  }
  const VerdictPair pair = Ask(rtts);
  if (pairs_.size() < kVerdictBoxesMax) {
    *hint = static_cast<std::uint16_t>(pairs_.size());
    Widen(rtts, pair);
  }
  return pair;
}

// One landmark after the other, first upwards, then downwards; each corner that is kept was judged.
void VerdictBoxes::Widen(std::span<const RttNs> rtts, const VerdictPair& pair) {
  const auto stretch = [&](std::vector<RttNs>& corner, std::size_t i, RttNs limit) {
    const RttNs before = corner[i];
    corner[i] = limit;
    if (Ask(corner) == pair) return;
    std::int64_t good = before;
    std::int64_t bad = limit;
    while (std::abs(bad - good) > kFitNs) {
      const std::int64_t middle = good + (bad - good) / 2;
      corner[i] = static_cast<RttNs>(middle);
      (Ask(corner) == pair ? good : bad) = middle;
    }
    corner[i] = static_cast<RttNs>(good);
  };
  std::vector<RttNs> high(rtts.begin(), rtts.end());
  for (std::size_t i = 0; i < landmarks_; ++i) stretch(high, i, kRttNsMax);
  std::vector<RttNs> low(rtts.begin(), rtts.end());
  for (std::size_t i = 0; i < landmarks_; ++i) stretch(low, i, fastest_[i]);
  corners_.insert(corners_.end(), low.begin(), low.end());
  corners_.insert(corners_.end(), high.begin(), high.end());
  pairs_.push_back(pair);
}

}  // namespace earshot
