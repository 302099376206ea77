#include "core/config/text_proto.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "core/base/suggest.h"
#include "core/os/files.h"

namespace earshot {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::TextFormat;

// Configuration is written by people; anything larger is a mistake.
constexpr std::size_t kTextProtoBytesMax = std::size_t{16} << 20U;

// The quoted words of a parser message, in order.
std::vector<std::string> QuotedWords(const std::string& message) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while ((at = message.find('"', at)) != std::string::npos) {
    const std::size_t end = message.find('"', at + 1);
    if (end == std::string::npos) break;
    words.push_back(message.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return words;
}

// `type` and every message type that its fields can hold.
void CollectTypes(const Descriptor* type, std::set<const Descriptor*>* into) {
  if (!into->insert(type).second) return;
  for (int i = 0; i < type->field_count(); ++i) {
    if (const Descriptor* nested = type->field(i)->message_type()) CollectTypes(nested, into);
  }
}

std::vector<std::string> FieldNames(const std::set<const Descriptor*>& types,
                                    const std::string& type_name) {
  std::vector<std::string> names;
  for (const Descriptor* type : types) {
    if (type->full_name() != type_name) continue;
    for (int i = 0; i < type->field_count(); ++i) names.push_back(type->field(i)->name());
  }
  return names;
}

std::vector<std::string> EnumeratorNames(const std::set<const Descriptor*>& types,
                                         const std::string& field_name) {
  std::vector<std::string> names;
  for (const Descriptor* type : types) {
    const FieldDescriptor* field = type->FindFieldByName(field_name);
    if (field == nullptr || field->enum_type() == nullptr) continue;
    for (int i = 0; i < field->enum_type()->value_count(); ++i) {
      names.push_back(field->enum_type()->value(i)->name());
    }
  }
  return names;
}

// Says in our words what the parser's message means, and names the nearest known name.
std::string Explain(const std::string& message, const Descriptor* root) {
  const std::vector<std::string> words = QuotedWords(message);
  std::set<const Descriptor*> types;
  CollectTypes(root, &types);
  if (message.find("has no field named") != std::string::npos && words.size() == 2) {
    const std::vector<std::string> known = FieldNames(types, words[0]);
    return fmt::format("unknown field \"{}\"{}; known fields: {}", words[1],
                       DidYouMean(words[1], known), fmt::join(known, ", "));
  }
  if (message.find("Unknown enumeration value") != std::string::npos && words.size() == 2) {
    const std::vector<std::string> known = EnumeratorNames(types, words[1]);
    return fmt::format("unknown value \"{}\" of field \"{}\"{}; known values: {}", words[0],
                       words[1], DidYouMean(words[0], known), fmt::join(known, ", "));
  }
  return message;
}

// Keeps the first error: later ones are mostly its consequences.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (error_.has_value()) return;
    error_ = Found{line + 1, column + 1, message};
  }
  struct Found {
    int line;
    int column;
    std::string message;
  };
  const std::optional<Found>& error() const { return error_; }

 private:
  std::optional<Found> error_;
};

}  // namespace

Result<TextProto> TextProto::Parse(std::string_view text, std::string_view file_name,
                                   google::protobuf::Message* message) {
  TextProto result;
  result.file_name_ = std::make_unique<const std::string>(file_name);
  result.tree_ = std::make_unique<TextFormat::ParseInfoTree>();
  result.type_ = message->GetDescriptor();
  if (text.size() > kTextProtoBytesMax) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: more than {} bytes, too many for a configuration", file_name,
                            kTextProtoBytesMax));
  }
  FirstError collector;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&collector);
  parser.WriteLocationsTo(result.tree_.get());
  parser.SetRecursionLimit(20);
  if (!parser.ParseFromString(std::string(text), message)) {
    const FirstError::Found found =
        collector.error().value_or(FirstError::Found{1, 1, "not in protobuf text format"});
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{}:{}:{}: {}", file_name, found.line, found.column,
                            Explain(found.message, result.type_)));
  }
  return result;
}

Result<TextProto> TextProto::Load(const std::string& path, google::protobuf::Message* message) {
  EARSHOT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kTextProtoBytesMax));
  return Parse(text, path, message);
}

TextProtoScope TextProto::root() const {
  return TextProtoScope(*file_name_, type_, tree_.get(), TextProtoScope::Place{});
}

TextProtoScope::Place TextProtoScope::Locate(std::string_view field, int index) const {
  const FieldDescriptor* descriptor = type_->FindFieldByName(std::string(field));
  EARSHOT_CHECK(descriptor != nullptr);
  if (tree_ == nullptr) return place_;
  // For a singular field the parser records index -1.
  TextFormat::ParseLocation at =
      tree_->GetLocation(descriptor, descriptor->is_repeated() ? index : -1);
  // Of the elements of a list in brackets the parser records the first alone.
  while (at.line < 0 && descriptor->is_repeated() && index > 0) {
    at = tree_->GetLocation(descriptor, --index);
  }
  if (at.line < 0) return place_;
  return Place{at.line + 1, at.column + 1};
}

TextProtoScope TextProtoScope::Nested(std::string_view field, int index) const {
  const FieldDescriptor* descriptor = type_->FindFieldByName(std::string(field));
  EARSHOT_CHECK(descriptor != nullptr && descriptor->message_type() != nullptr);
  const TextFormat::ParseInfoTree* nested = nullptr;
  if (tree_ != nullptr) {
    nested = tree_->GetTreeForNested(descriptor, descriptor->is_repeated() ? index : -1);
  }
  return TextProtoScope(file_, descriptor->message_type(), nested, Locate(field, index));
}

Error TextProtoScope::At(std::string_view field, std::string_view cause, int index) const {
  const Place place = Locate(field, index);
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("{}:{}:{}: {}: {}", file_, place.line, place.column, field, cause));
}

Error TextProtoScope::At(std::string_view field, const Error& cause, int index) const {
  return At(field, cause.message(), index);
}

}  // namespace earshot
