// core/report/json.h: protobuf messages as JSON, for --json and report.json.
#ifndef EARSHOT_CORE_REPORT_JSON_H_
#define EARSHOT_CORE_REPORT_JSON_H_

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace earshot {

// One JSON document with the field names of the .proto file, fields at their default included (a
// reader should not have to know which were left out), indented, newline at the end. Absent
// optional fields and absent messages are left out. kInvalidArgument, naming the field, when a
// number is not finite: "NaN" in quotation marks is no number to a reader of JSON.
Result<std::string> ToJson(const google::protobuf::Message& message);

// Reads what ToJson wrote into `message`. Unknown fields and numbers that are not finite are refused.
// kInvalidArgument otherwise.
Status FromJson(std::string_view json, google::protobuf::Message* message);

}  // namespace earshot

#endif  // EARSHOT_CORE_REPORT_JSON_H_
