#include "core/report/review_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/report/names.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

std::string_view Words(ReviewCause cause) {
  switch (cause) {
    case ReviewCause::kInvalidProof: return "with an invalid proof";
    case ReviewCause::kContradicted: return "contradicted";
    case ReviewCause::kMoveLike: return "slower as if moved";
    case ReviewCause::kSilent: return "silent";
    case ReviewCause::kSlow: return "slower than the site explains";
    case ReviewCause::kChanged: return "slower than before";
    case ReviewCause::kCommonDelay: return "slower together";
    case ReviewCause::kSiteOutage: return "silent with the whole site";
    case ReviewCause::kRerouteLike: return "slower on a few paths, as if rerouted";
  }
  EARSHOT_CHECK(false);
}

std::string_view Words(PlaceReason place) {
  switch (place) {
    case PlaceReason::kGraver:
      return " It comes before the next site because its gravest finding is graver.";
    case PlaceReason::kMoreDevices:
      return " It comes before the next site because more devices have its gravest finding.";
    case PlaceReason::kWaitsLonger:
      return " It comes before the next site because it has waited longer.";
    case PlaceReason::kByName:
      return " It weighs as much as the next site; the names decide.";
    case PlaceReason::kLast: return "";
  }
  EARSHOT_CHECK(false);
}

bool IsSiteOutage(const v1::ReportDevice& device) {
  return std::ranges::any_of(device.site().reasons(), [](const v1::ReportReason& reason) {
    return reason.code() == ReasonCodeName(ReasonCode::kSiteOutage);
  });
}

// What the change test's alarm is taken for; none without one. Slower with the whole site is one
// question, unless the device looks moved.
std::optional<ChangeKind> ChangeOf(const v1::ReportDevice& device) {
  const auto has = [&](ReasonCode code) {
    return std::ranges::any_of(device.site().reasons(), [&](const v1::ReportReason& reason) {
      return reason.code() == ReasonCodeName(code);
    });
  };
  if (has(ReasonCode::kSlowerAsIfMoved)) return ChangeKind::kMove;
  if (has(ReasonCode::kSlowerWithSite)) return ChangeKind::kCommonDelay;
  if (has(ReasonCode::kSlowerByOneDelay)) return ChangeKind::kCommonDelay;
  if (has(ReasonCode::kSlowerByReroute)) return ChangeKind::kReroute;
  if (has(ReasonCode::kSlowerThanEnrolled)) return ChangeKind::kCannotTell;
  return std::nullopt;
}

// A report names devices by words; the queue orders them by key, for which their place stands.
DeviceId Nth(int index) {
  Bytes32 id{};
  StoreBigEndian(id, 0, static_cast<std::uint32_t>(index));
  return DeviceId(id);
}
int IndexOf(const DeviceId& id) {
  return static_cast<int>(LoadBigEndian<std::uint32_t>(id.value(), 0));
}

double Minutes(Duration d) { return static_cast<double>(d / std::chrono::minutes(1)); }

void Add(const ReviewCase& review, v1::RunReport* report) {
  v1::ReportReview out;
  out.set_rank(static_cast<std::uint32_t>(report->review_size()) + 1);
  out.set_site(review.site);
  out.set_site_devices(review.enrolled);
  for (const DeviceId& id : review.devices) out.add_devices(report->devices(IndexOf(id)).id());
  out.set_gravest(std::string(ReviewCauseName(review.gravest)));
  out.set_before_next(std::string(PlaceReasonName(review.place)));
  out.set_minutes(Minutes(review.effort));
  out.set_minutes_so_far(Minutes(review.effort_so_far));
  out.set_fits(review.fits);
  out.set_reason(ReviewText(review));
  *report->add_review() = std::move(out);
}

}  // namespace

std::string ReviewText(const ReviewCase& review) {
  std::string text;
  for (std::size_t i = 0; i < kReviewCauses; ++i) {
    if (review.by_cause[i] == 0) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", review.by_cause[i], Words(static_cast<ReviewCause>(i)));
  }
  if (review.enrolled > 0) {
    text += fmt::format(" of {} device{}", review.enrolled, review.enrolled == 1 ? "" : "s");
  }
  return fmt::format("{}.{}", text, Words(review.place));
}

void FillReviewQueue(const ReviewEffort& effort, v1::RunReport* report) {
  std::vector<ReviewInput> inputs;
  std::map<std::string, std::uint32_t> enrolled;
  for (int i = 0; i < report->devices_size(); ++i) {
    const v1::ReportDevice& device = report->devices(i);
    ++enrolled[device.declared().site()];
    const auto headline = ParseVerdictName(device.verdict());
    if (!headline.has_value()) continue;
    inputs.push_back({.device = Nth(i),
                      .site = device.declared().site(),
                      .headline = *headline,
                      .site_outage = IsSiteOutage(device),
                      .change = ChangeOf(device)});
  }
  report->clear_review();
  for (const ReviewCase& review : RankForReview(inputs, enrolled, effort)) Add(review, report);
}

}  // namespace earshot
