#include "core/dataset/rtt_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace earshot::internal {

Result<Rtt> RttFromFile(FractionalMilliseconds rtt) {
  const double milliseconds = rtt.count();
  if (!std::isfinite(milliseconds)) {
    return Fail(ErrorCode::kInvalidArgument, "the RTT is not a number; leave it out");
  }
  if (milliseconds < 0) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the RTT {} ms is negative; leave a lost ping out", milliseconds));
  }
  if (milliseconds * 1e6 > static_cast<double>(kRttMax.count())) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the RTT {} ms is above an hour; the unit is milliseconds",
                            milliseconds));
  }
  return Rtt::FromDuration(Duration(std::llround(milliseconds * 1e6)));
}

RttCollector::RttCollector(std::string_view source, Measurements* into)
    : source_(source), into_(into) {
  // Ids first: an address or the end of an id never hides one.
  for (std::uint32_t i = 0; i < into->nodes.size(); ++i) by_name_.try_emplace(into->nodes[i].id, i);
  for (std::uint32_t i = 0; i < into->nodes.size(); ++i) {
    for (const std::string& address : into->nodes[i].addresses) by_name_.try_emplace(address, i);
    const std::string& id = into->nodes[i].id;
    if (const std::size_t colon = id.find(':'); colon != std::string::npos) {
      by_name_.try_emplace(id.substr(colon + 1), i);
    }
  }
}

std::optional<std::uint32_t> RttCollector::Find(
    std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
  }
  return std::nullopt;
}

void RttCollector::Add(std::initializer_list<std::string_view> source,
                       std::initializer_list<std::string_view> target, Rtt rtt,
                       std::string_view place, Duration resolution,
                       std::optional<Duration> jitter) {
  const auto from = Find(source);
  const auto to = Find(target);
  if (!from.has_value() || !to.has_value()) {
    if (unknown_++ == 0) {
      const auto& names = from.has_value() ? target : source;
      first_unknown_ = fmt::format("\"{}\" at {}", *names.begin(), place);
    }
    return;
  }
  if (*from == *to) return;
  into_->rtts.push_back({*from, *to, rtt, resolution, jitter});
  ++added_;
}

Status RttCollector::AddFromNamedSource(std::string_view target, Rtt rtt, std::string_view place) {
  if (source_.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: this form does not say who measured; write it as SOURCE=FILE, "
                            "SOURCE being a node's id",
                            place));
  }
  Add({source_}, {target}, rtt, place);
  return {};
}

Status RttCollector::Finish(std::string_view path) {
  if (unknown_ > 0) {
    if (added_ == 0) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("{}: none of its {} pairs is between known nodes (the first unknown is "
                              "{}); does the nodes file belong to it?",
                              path, unknown_, first_unknown_));
    }
    into_->remarks.push_back(fmt::format("{}: {} RTTs left out, their nodes are not in the nodes "
                                         "file (the first is {})",
                                         path, unknown_, first_unknown_));
  }
  auto& rtts = into_->rtts;
  const auto pair = [](const MeasuredRtt& r) { return std::tuple(r.source, r.target); };
  std::ranges::sort(rtts, {}, [&](const MeasuredRtt& r) {
    return std::tuple_cat(pair(r), std::tuple(r.rtt));
  });
  const auto again = std::ranges::unique(rtts, {}, pair);
  rtts.erase(again.begin(), again.end());
  return {};
}

}  // namespace earshot::internal
