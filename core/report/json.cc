#include "core/report/json.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <cmath>
#include <vector>

namespace earshot {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Status NumbersAreFinite(const Message& message) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const bool repeated = field->is_repeated();
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
        const double value = repeated ? reflection->GetRepeatedDouble(message, field, i)
                                      : reflection->GetDouble(message, field);
        if (!std::isfinite(value)) {
          return Fail(ErrorCode::kInvalidArgument,
                      fmt::format("{} is not a finite number", field->full_name()));
        }
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        EARSHOT_RETURN_IF_ERROR(
            NumbersAreFinite(repeated ? reflection->GetRepeatedMessage(message, field, i)
                                      : reflection->GetMessage(message, field)));
      }
    }
  }
  return {};
}

}  // namespace

Result<std::string> ToJson(const Message& message) {
  EARSHOT_RETURN_IF_ERROR(NumbersAreFinite(message));
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return Fail(ErrorCode::kInvalidArgument, std::string(status.message()));
  return json;
}

Status FromJson(std::string_view json, Message* message) {
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), message);
  if (!status.ok()) return Fail(ErrorCode::kInvalidArgument, std::string(status.message()));
  return NumbersAreFinite(*message);
}

}  // namespace earshot
