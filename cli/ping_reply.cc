#include "cli/ping_reply.h"

#include <google/protobuf/struct.pb.h>

#include <optional>

#include "core/report/json.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

// The error that a server reports in place of an answer; none when it reports none.
std::optional<Error> ErrorIn(const std::string& reply) {
  google::protobuf::Struct document;
  if (!FromJson(reply, &document)) return std::nullopt;
  const auto error = document.fields().find("error");
  if (error == document.fields().end()) return std::nullopt;
  const auto& fields = error->second.struct_value().fields();
  const auto text = [&](const char* name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second.string_value();
  };
  // Of the server's codes, these two are the asker's mistakes.
  const std::string code = text("code");
  const bool mistake = code == ErrorCodeName(ErrorCode::kNotFound) ||
                       code == ErrorCodeName(ErrorCode::kInvalidArgument);
  return Error(mistake ? ErrorCode::kNotFound : ErrorCode::kUnavailable, text("message"));
}

}  // namespace

Result<v1::PingReport> ReadPingReply(const std::string& reply) {
  if (auto error = ErrorIn(reply)) return tl::unexpected<Error>(*std::move(error));
  v1::PingReport report;
  if (auto read = FromJson(reply, &report); !read) {
    return Fail(ErrorCode::kUnavailable, "the server's answer cannot be read: " + read.error().message());
  }
  return report;
}

}  // namespace earshot
