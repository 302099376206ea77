// core/config/text_proto.h: reads configuration in protobuf text format and remembers where every
// field stands, so that a wrong value is reported as file:line:column, cause, fix.
#ifndef EARSHOT_CORE_CONFIG_TEXT_PROTO_H_
#define EARSHOT_CORE_CONFIG_TEXT_PROTO_H_

#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace earshot {

// One message of a parsed file and the places of its fields. A cheap copyable view: valid while the
// TextProto it came from lives.
class TextProtoScope {
 public:
  // The scope of element `index` of the message field `field` (0 for a singular one).
  TextProtoScope Nested(std::string_view field, int index = 0) const;

  // "file:line:column: field: cause" for element `index` of `field`; where the file does not name
  // the field, the place of the message that lacks it. The cause ends with the fix.
  Error At(std::string_view field, std::string_view cause, int index = 0) const;
  Error At(std::string_view field, const Error& cause, int index = 0) const;

 private:
  friend class TextProto;
  struct Place {
    int line = 1;
    int column = 1;
  };
  TextProtoScope(std::string_view file, const google::protobuf::Descriptor* type,
                 const google::protobuf::TextFormat::ParseInfoTree* tree, Place place)
      : file_(file), type_(type), tree_(tree), place_(place) {}
  Place Locate(std::string_view field, int index) const;

  std::string_view file_;
  const google::protobuf::Descriptor* type_;
  const google::protobuf::TextFormat::ParseInfoTree* tree_;  // null: the file does not name it
  Place place_;
};

// The places of a whole file. Move-only.
class TextProto {
 public:
  // Parses `text` into `message`, which is cleared first. `file_name` stands in errors. Any
  // generated message will do. kInvalidArgument with file:line:column, cause and, for unknown
  // fields and enumerators, the nearest known name.
  static Result<TextProto> Parse(std::string_view text, std::string_view file_name,
                                 google::protobuf::Message* message);
  // As Parse, from a file; kNotFound and kUnavailable when it cannot be read.
  static Result<TextProto> Load(const std::string& path, google::protobuf::Message* message);

  TextProtoScope root() const;

 private:
  TextProto() = default;

  std::unique_ptr<const std::string> file_name_;  // at a fixed address: scopes view it
  std::unique_ptr<google::protobuf::TextFormat::ParseInfoTree> tree_;
  const google::protobuf::Descriptor* type_ = nullptr;
};

// Letters, digits and hyphens, 1 to `length_max` of them: what may be an id, a file's name, a column
// of a table and text in JSON without a second thought.
Status CheckName(const TextProtoScope& scope, std::string_view field, std::string_view name,
                 std::size_t length_max);

}  // namespace earshot

#endif  // EARSHOT_CORE_CONFIG_TEXT_PROTO_H_
