#include <algorithm>

#include "core/base/check.h"
#include "core/latency/estimator.h"

namespace earshot {
namespace {

bool InUnitInterval(double share) { return share > 0.0 && share < 1.0; }

}  // namespace

SampleWindow::SampleWindow(const FloorOptions& options) : options_(options) {
  EARSHOT_CHECK(InUnitInterval(options.confidence) && InUnitInterval(options.quantile));
  EARSHOT_CHECK(options.tail_exponent > 0.0);
  EARSHOT_CHECK(options.window >= Duration(0) && options.drift_per_second >= Duration(0));
  kept_.reserve(2 * kWindowSamplesMax);
}

void SampleWindow::Add(const Sample& sample) {
  const bool clock_restarted =
      !samples().empty() && samples().back().sent_at - sample.sent_at > options_.window;
  if (clock_restarted) {
    kept_.clear();
    begin_ = 0;
    set_aside_ = 0;
  }
  if (Has(sample.taint, options_.set_aside)) {
    ++set_aside_;
    return;
  }
  Insert(sample);
  Expire();
}

// In the order of sending; at the end but for the rare one that was overtaken.
void SampleWindow::Insert(const Sample& sample) {
  if (kept_.size() == 2 * kWindowSamplesMax) {
    kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }
  const auto earlier = [](const Sample& a, const Sample& b) { return a.sent_at < b.sent_at; };
  const auto from = kept_.begin() + static_cast<std::ptrdiff_t>(begin_);
  kept_.insert(std::upper_bound(from, kept_.end(), sample, earlier), sample);
}

void SampleWindow::Expire() {
  const MonotonicInstant oldest = kept_.back().sent_at - options_.window;
  while (kept_[begin_].sent_at < oldest) ++begin_;
  if (samples().size() > kWindowSamplesMax) ++begin_;
}

std::optional<FloorEstimate> SampleWindow::Estimate(const FloorEstimator& estimator) const {
  if (samples().empty()) return std::nullopt;
  return estimator.estimate(samples(), samples().back().sent_at, options_);
}

}  // namespace earshot
