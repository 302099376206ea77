// sim/fleet/verdict_boxes.h: verdicts that are known already, so that they need not be worked out
// again.
//
// Where two corners l <= u of round-trip times have one pair of verdicts, every point between them
// has it too (docs/decisions/boxes-of-verdicts.md). A box is such a pair of corners, made as wide as
// the verdict allows; most of a fleet falls into few boxes, and the appraisal itself is only asked
// near a threshold.
#ifndef EARSHOT_SIM_FLEET_VERDICT_BOXES_H_
#define EARSHOT_SIM_FLEET_VERDICT_BOXES_H_

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/domain/verdict.h"

namespace earshot {

// The two answers that decide a headline, and whether the declared site is out of reach in fibre:
// without that, INDETERMINATE would not be convex.
struct VerdictPair {
  Verdict site = Verdict::kIndeterminate;
  Verdict licence = Verdict::kIndeterminate;
  bool misses_in_fibre = false;

  friend bool operator==(const VerdictPair&, const VerdictPair&) = default;
};

// A round-trip time in nanoseconds, one a landmark; the largest stands for any longer one.
using RttNs = std::uint32_t;
inline constexpr RttNs kRttNsMax = UINT32_MAX;

// Boxes kept; beyond, the appraisal is asked each time.
inline constexpr std::size_t kVerdictBoxesMax = 2048;

// Of devices that share declaration, endorsement and landmarks. Confined to one thread.
class VerdictBoxes {
 public:
  // The appraisal: same times, same answer; convex as above.
  using Judge = std::function<VerdictPair(std::span<const RttNs> rtts)>;

  // `fastest`: one a landmark, at least one. No box reaches below it; a time that does is judged by
  // the appraisal.
  VerdictBoxes(std::vector<RttNs> fastest, Judge judge);

  // The verdict at `rtts`. `hint` is where the last answer for this device was found, and is
  // updated; any number will do.
  VerdictPair Find(std::span<const RttNs> rtts, std::uint16_t* hint);

  std::size_t size() const { return pairs_.size(); }
  std::uint64_t judged() const { return judged_; }  // times that the appraisal was asked

 private:
  bool Contains(std::size_t box, std::span<const RttNs> rtts) const;
  VerdictPair Ask(std::span<const RttNs> rtts);
  void Widen(std::span<const RttNs> rtts, const VerdictPair& pair);

  std::size_t landmarks_;
  std::vector<RttNs> fastest_;
  Judge judge_;
  std::vector<RttNs> corners_;  // per box: low corner, high corner
  std::vector<VerdictPair> pairs_;
  std::uint64_t judged_ = 0;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_FLEET_VERDICT_BOXES_H_
