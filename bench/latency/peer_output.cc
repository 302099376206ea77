#include "bench/latency/peer_output.h"

#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace earshot {
namespace {

Duration FromMilliseconds(double ms) { return Duration(std::llround(ms * 1e6)); }

// The number that stands directly after `before`; none when there is no such place.
std::optional<double> NumberAfter(std::string_view line, std::string_view before,
                                  std::size_t* digits_after_point = nullptr) {
  const std::size_t at = line.find(before);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(at + before.size());
  double value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (error != std::errc()) return std::nullopt;
  if (digits_after_point != nullptr) {
    const std::string_view text = rest.substr(0, static_cast<std::size_t>(end - rest.data()));
    const std::size_t point = text.find('.');
    *digits_after_point = point == std::string_view::npos ? 0 : text.size() - point - 1;
  }
  return value;
}

template <typename Visit>
void ForEachLine(std::string_view text, const Visit& visit) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    visit(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

// A count that another program printed; as many as it can be when it is absurd.
std::uint32_t Count(double printed) {
  return static_cast<std::uint32_t>(std::clamp(printed, 0.0, 4e9));
}

// What one digit after the point is worth, in milliseconds printed.
Duration ResolutionOf(std::size_t digits) {
  return FromMilliseconds(std::pow(10.0, -static_cast<double>(digits)));
}

Result<PeerSamples> OrComplain(PeerSamples found, std::string_view program,
                               std::string_view output) {
  if (!found.samples.empty()) return found;
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("{} printed no round-trip time: {}", program, output.substr(0, 200)));
}

void AddIcmp(PeerSamples& found, double sequence, double ms, std::size_t digits) {
  found.samples.push_back({Rtt::FromDuration(FromMilliseconds(ms)),
                           static_cast<std::uint16_t>(sequence), std::nullopt});
  found.resolution = std::max(found.resolution, ResolutionOf(digits));
}

// The member `name` of a JSON object; null when it is absent or `value` is none.
const google::protobuf::Value* Member(const google::protobuf::Value* value,
                                      const std::string& name) {
  if (value == nullptr || !value->has_struct_value()) return nullptr;
  const auto found = value->struct_value().fields().find(name);
  return found == value->struct_value().fields().end() ? nullptr : &found->second;
}

std::optional<double> Number(const google::protobuf::Value* value) {
  if (value == nullptr || value->kind_case() != google::protobuf::Value::kNumberValue) {
    return std::nullopt;
  }
  return value->number_value();
}

}  // namespace

Result<PeerSamples> ReadPing(std::string_view output) {
  PeerSamples found;
  ForEachLine(output, [&](std::string_view line) {
    std::size_t digits = 0;
    const auto sequence = NumberAfter(line, "icmp_seq=");
    const auto ms = NumberAfter(line, "time=", &digits);
    if (sequence.has_value() && ms.has_value() && line.find("DUP!") == std::string_view::npos) {
      AddIcmp(found, *sequence, *ms, digits);
    } else if (const auto least = NumberAfter(line, "min/avg/max/mdev = ")) {
      found.least = Rtt::FromDuration(FromMilliseconds(*least));
    }
  });
  return OrComplain(std::move(found), "ping", output);
}

Result<PeerSamples> ReadFping(std::string_view output) {
  PeerSamples found;
  ForEachLine(output, [&](std::string_view line) {
    std::size_t digits = 0;
    const auto sequence = NumberAfter(line, " : [");
    const auto ms = NumberAfter(line, " bytes, ", &digits);
    const bool duplicate = line.find("duplicate") != std::string_view::npos;
    if (sequence.has_value() && ms.has_value() && !duplicate) {
      AddIcmp(found, *sequence, *ms, digits);
    }
  });
  return OrComplain(std::move(found), "fping", output);
}

Result<PeerSamples> ReadIrtt(std::string_view json) {
  google::protobuf::Value document;
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      {json.data(), json.size()}, document.mutable_struct_value());
  if (!parsed.ok()) {
    return Fail(ErrorCode::kInvalidArgument, "irtt: " + parsed.ToString());
  }
  PeerSamples found;
  const google::protobuf::Value* trips = Member(&document, "round_trips");
  if (trips != nullptr && trips->has_list_value()) {
    for (const google::protobuf::Value& trip : trips->list_value().values()) {
      const auto rtt = Number(Member(Member(&trip, "delay"), "rtt"));
      const auto sent = Number(
          Member(Member(Member(Member(&trip, "timestamps"), "client"), "send"), "monotonic"));
      if (!rtt.has_value() || !sent.has_value()) continue;
      found.samples.push_back({Rtt::FromDuration(Duration(std::llround(*rtt))), std::nullopt,
                               Duration(std::llround(*sent))});
    }
  }
  if (const auto sent = Number(Member(Member(&document, "stats"), "packets_sent"))) {
    found.sent = Count(*sent);
  }
  found.resolution = Duration(1);
  return OrComplain(std::move(found), "irtt", json);
}

Result<PeerSamples> ReadSockperf(std::string_view log) {
  PeerSamples found;
  ForEachLine(log, [&](std::string_view line) {
    if (line.find("[Valid Duration]") != std::string_view::npos) {
      if (const auto sent = NumberAfter(line, "SentMessages=")) found.sent = Count(*sent);
    }
    // Rows begin with a digit: "12, 2.751988613, 2.752004735, 8.061".
    if (line.empty() || line.front() < '0' || line.front() > '9') return;
    const std::size_t first = line.find(", ");
    if (first == std::string_view::npos) return;
    const std::string_view times = line.substr(first);
    const auto sent = NumberAfter(times, ", ");
    const auto received = NumberAfter(times.substr(2), ", ");
    if (!sent.has_value() || !received.has_value()) return;
    const auto nanoseconds = [](double seconds) { return Duration(std::llround(seconds * 1e9)); };
    found.samples.push_back({Rtt::FromDuration(nanoseconds(*received) - nanoseconds(*sent)),
                             std::nullopt, nanoseconds(*sent)});
  });
  found.resolution = Duration(1);
  return OrComplain(std::move(found), "sockperf", log);
}

}  // namespace earshot
