#include "core/appraisal/triage.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/base/check.h"

namespace earshot {
namespace {

struct SiteSoFar {
  ReviewCase review;
  std::array<Duration, kReviewCauses> waiting{};
  std::vector<std::pair<ReviewCause, DeviceId>> devices;
};

constexpr bool IsOneQuestion(ReviewCause cause) {
  return cause == ReviewCause::kCommonDelay || cause == ReviewCause::kSiteOutage ||
         cause == ReviewCause::kRerouteLike;
}

Duration Sum(Duration a, Duration b) {
  const Duration most = Duration::max();
  return a > most - b ? most : a + b;
}

Duration EffortOf(const ReviewCase& review, const ReviewEffort& effort) {
  const Duration a_device = std::max(effort.a_device, Duration(0));
  Duration total = std::max(effort.a_site, Duration(0));
  for (std::size_t i = 0; i < kReviewCauses; ++i) {
    const std::uint32_t devices = review.by_cause[i];
    const std::uint32_t questions =
        IsOneQuestion(static_cast<ReviewCause>(i)) ? std::min(devices, 1U) : devices;
    if (questions == 0) continue;
    const bool overflows = a_device > Duration::max() / questions;
    total = Sum(total, overflows ? Duration::max() : a_device * questions);
  }
  return total;
}

void Add(const ReviewInput& input, ReviewCause cause, SiteSoFar& site) {
  const auto index = static_cast<std::size_t>(cause);
  ++site.review.by_cause[index];
  site.waiting[index] = std::max(site.waiting[index], input.waiting);
  site.devices.emplace_back(cause, input.device);
}

ReviewCase Closed(SiteSoFar site) {
  std::ranges::sort(site.devices);
  site.review.gravest = site.devices.front().first;
  site.review.waiting = site.waiting[static_cast<std::size_t>(site.review.gravest)];
  for (auto& [cause, device] : site.devices) site.review.devices.push_back(device);
  return std::move(site.review);
}

// Ascending: what comes first is reviewed first.
auto Order(const ReviewCase& review) {
  return std::tuple(review.gravest, -static_cast<std::int64_t>(review.of(review.gravest)),
                    -review.waiting, review.site);
}

PlaceReason ReasonBefore(const ReviewCase& first, const ReviewCase& next) {
  if (first.gravest != next.gravest) return PlaceReason::kGraver;
  if (first.of(first.gravest) != next.of(next.gravest)) return PlaceReason::kMoreDevices;
  if (first.waiting != next.waiting) return PlaceReason::kWaitsLonger;
  return PlaceReason::kByName;
}

}  // namespace

std::string_view ReviewCauseName(ReviewCause cause) {
  switch (cause) {
    case ReviewCause::kInvalidProof: return "INVALID_PROOF";
    case ReviewCause::kContradicted: return "CONTRADICTED";
    case ReviewCause::kMoveLike: return "MOVE_LIKE";
    case ReviewCause::kSilent: return "SILENT";
    case ReviewCause::kSlow: return "UNEXPLAINED_DELAY";
    case ReviewCause::kChanged: return "CHANGED";
    case ReviewCause::kCommonDelay: return "COMMON_DELAY";
    case ReviewCause::kSiteOutage: return "SITE_OUTAGE";
    case ReviewCause::kRerouteLike: return "REROUTE_LIKE";
  }
  EARSHOT_CHECK(false);
}

std::string_view PlaceReasonName(PlaceReason reason) {
  switch (reason) {
    case PlaceReason::kGraver: return "GRAVER";
    case PlaceReason::kMoreDevices: return "MORE_DEVICES";
    case PlaceReason::kWaitsLonger: return "WAITS_LONGER";
    case PlaceReason::kByName: return "BY_NAME";
    case PlaceReason::kLast: return "LAST";
  }
  EARSHOT_CHECK(false);
}

std::optional<ReviewCause> CauseOf(const ReviewInput& input) {
  std::optional<ReviewCause> cause;
  switch (input.headline) {
    case Verdict::kInvalidProof: return ReviewCause::kInvalidProof;
    case Verdict::kContradicted: return ReviewCause::kContradicted;
    case Verdict::kSilent:
      cause = input.site_outage ? ReviewCause::kSiteOutage : ReviewCause::kSilent;
      break;
    case Verdict::kUnexplainedDelay: cause = ReviewCause::kSlow; break;
    case Verdict::kVerified:
    case Verdict::kConsistent:
    case Verdict::kIndeterminate: break;
  }
  if (!input.change.has_value()) return cause;
  const ReviewCause changed = [&] {
    switch (*input.change) {
      case ChangeKind::kMove: return ReviewCause::kMoveLike;
      case ChangeKind::kCommonDelay: return ReviewCause::kCommonDelay;
      case ChangeKind::kReroute: return ReviewCause::kRerouteLike;
      case ChangeKind::kNothing:
      case ChangeKind::kCannotTell: return ReviewCause::kChanged;
    }
    EARSHOT_CHECK(false);
  }();
  return cause.has_value() ? std::min(*cause, changed) : changed;
}

std::vector<ReviewCase> RankForReview(std::span<const ReviewInput> inputs,
                                      const std::map<std::string, std::uint32_t>& enrolled,
                                      const ReviewEffort& effort) {
  std::map<std::string, SiteSoFar> sites;
  for (const ReviewInput& input : inputs) {
    const auto cause = CauseOf(input);
    if (cause.has_value()) Add(input, *cause, sites[input.site]);
  }
  std::vector<ReviewCase> queue;
  for (auto& [site, gathered] : sites) {
    queue.push_back(Closed(std::move(gathered)));
    queue.back().site = site;
    const auto count = enrolled.find(site);
    if (count != enrolled.end()) queue.back().enrolled = count->second;
  }
  std::ranges::sort(queue, {}, Order);
  Duration so_far(0);
  for (std::size_t i = 0; i < queue.size(); ++i) {
    ReviewCase& review = queue[i];
    if (i + 1 < queue.size()) review.place = ReasonBefore(review, queue[i + 1]);
    review.effort = EffortOf(review, effort);
    so_far = Sum(so_far, review.effort);
    review.effort_so_far = so_far;
    review.fits = so_far <= effort.available;
  }
  return queue;
}

}  // namespace earshot
