#include "server/io/server_commands.h"

#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <vector>

#include "core/report/json.h"
#include "core/report/report.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

// ToJson indents; strings hold no raw line breaks, so taking them out changes no value.
std::string OneLine(std::string json) {
  std::erase(json, '\n');
  return json;
}

std::string ToLine(const google::protobuf::Message& message) {
  Result<std::string> json = ToJson(message);
  if (!json.has_value()) return R"({"error":{"code":"unsupported","message":"not a number"}})";
  return OneLine(*std::move(json));
}

std::string ErrorLine(const Error& error) {
  google::protobuf::Struct inner;
  (*inner.mutable_fields())["code"].set_string_value(std::string(ErrorCodeName(error.code())));
  (*inner.mutable_fields())["message"].set_string_value(error.message());
  google::protobuf::Struct outer;
  *(*outer.mutable_fields())["error"].mutable_struct_value() = std::move(inner);
  std::string json;
  EARSHOT_CHECK(google::protobuf::util::MessageToJsonString(outer, &json).ok());
  return json;
}

std::string StatusLine(const CommandTargets& targets) {
  google::protobuf::Struct status;
  auto& fields = *status.mutable_fields();
  fields["running"].set_bool_value(targets.engine != nullptr);
  if (targets.engine != nullptr) {
    std::size_t sessions = 0;
    for (std::size_t i = 0; i < targets.engine->landmark_count(); ++i) {
      sessions += targets.engine->landmark(i).sessions();
    }
    fields["landmarks"].set_number_value(static_cast<double>(targets.engine->landmark_count()));
    fields["devices"].set_number_value(
        static_cast<double>(targets.engine->verifier().registry().devices().size()));
    fields["sessions"].set_number_value(static_cast<double>(sessions));
    fields["rounds"].set_number_value(targets.engine->rounds_closed().value());
  }
  std::string json;
  EARSHOT_CHECK(google::protobuf::util::MessageToJsonString(status, &json).ok());
  return json;
}

v1::PingReport MakePingReport(const DeviceVerdict& verdict, const RunRecorder& recorder) {
  v1::PingReport report;
  report.set_device(verdict.name);
  *report.mutable_appraisal() = recorder.ReportOf(verdict);
  *report.mutable_landmarks() = report.appraisal().bounds();
  for (const auto& [landmark, asked] : verdict.asked) {
    report.set_pings_sent(report.pings_sent() + asked.pings_sent);
    report.set_pings_answered(report.pings_answered() + asked.pings_answered);
    if (asked.pings_sent > 0 && asked.pings_answered == 0) report.add_unheard(landmark.value());
  }
  return report;
}

template <typename Number>
bool ReadNumber(const std::string& word, Number& number) {
  const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && stop == word.data() + word.size();
}

void Ping(const std::vector<std::string>& words, const CommandTargets& targets,
          const CommandReply& reply) {
  std::uint32_t pings = 5;
  if (words.size() >= 3 && !ReadNumber(words[2], pings)) {
    return reply(ErrorLine(Error(ErrorCode::kInvalidArgument,
                                 fmt::format("\"{}\" is not a number of pings", words[2]))));
  }
  std::optional<Duration> interval;
  if (words.size() == 4) {
    std::int64_t ns = 0;
    if (!ReadNumber(words[3], ns)) {
      return reply(ErrorLine(Error(ErrorCode::kInvalidArgument,
                                   fmt::format("\"{}\" is not a number of nanoseconds", words[3]))));
    }
    interval = Duration(ns);
  }
  const RunRecorder* recorder = targets.recorder;
  const Status asked = targets.engine->OnDemandPing(
      words[1], pings, interval, [reply, recorder](Result<DeviceVerdict> verdict) {
        reply(verdict.has_value() ? ToLine(MakePingReport(*verdict, *recorder))
                                  : ErrorLine(verdict.error()));
      });
  if (!asked.has_value()) reply(ErrorLine(asked.error()));
}

}  // namespace

void AnswerCommand(const std::string& line, const CommandTargets& targets, CommandReply reply) {
  // Refusals quote their cause, and JSON can quote no bytes that are not UTF-8.
  if (!std::ranges::all_of(line, [](char c) {
        return (c >= ' ' && c <= '~') || c == '\t' || c == '\r';
      })) {
    return reply(ErrorLine(Error(ErrorCode::kInvalidArgument,
                                 "a command is one line of printable ASCII characters")));
  }
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  const std::string command = words.empty() ? std::string() : words[0];
  if (command == "status" && words.size() == 1) return reply(StatusLine(targets));
  if (command == "stop" && words.size() == 1) {
    reply(R"({"stopping":true})");
    return targets.stop();
  }
  const bool is_ping = command == "ping" && words.size() >= 2 && words.size() <= 4;
  const bool is_report = command == "report" && words.size() == 1;
  if (!is_ping && !is_report) {
    return reply(ErrorLine(Error(ErrorCode::kInvalidArgument,
                                 "commands: status, ping DEVICE [N [INTERVAL_NS]], report, stop")));
  }
  if (targets.engine == nullptr) {
    return reply(ErrorLine(
        Error(ErrorCode::kUnavailable, "the server still waits for its landmark list")));
  }
  if (is_report) return reply(ToLine(targets.recorder->Report()));
  Ping(words, targets, reply);
}

}  // namespace earshot
