#include "core/config/text_proto.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/stubs/common.h>

#include <algorithm>
#include <cctype>
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
  if (message.starts_with("Expected string, got:")) {
    return message + "; write the value in quotes, with its unit if it has one";
  }
  if (message.find("specified multiple times") != std::string::npos) {
    return message + " Write it once.";
  }
  if (message.find("non ascii codepoint") != std::string::npos) {
    return "a byte that no configuration holds outside quotes; this must be a text file";
  }
  return message;
}

// Text that goes to terminals, tables and JSON: valid UTF-8 without control characters.
bool Readable(const std::string& text) {
  return google::protobuf::internal::IsStructurallyValidUTF8(text.data(),
                                                             static_cast<int>(text.size())) &&
         std::ranges::none_of(text, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F;
         });
}

// The first string of `message`, nested ones included, that is not readable.
std::optional<Error> UnreadableValue(const google::protobuf::Message& message,
                                      const TextProtoScope& scope) {
  const google::protobuf::Reflection* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->message_type() != nullptr) {
        const auto& nested = field->is_repeated()
                                 ? reflection->GetRepeatedMessage(message, field, i)
                                 : reflection->GetMessage(message, field);
        if (auto found = UnreadableValue(nested, scope.Nested(field->name(), i))) return found;
      } else if (field->type() == FieldDescriptor::TYPE_STRING) {
        const std::string text = field->is_repeated()
                                     ? reflection->GetRepeatedString(message, field, i)
                                     : reflection->GetString(message, field);
        if (!Readable(text)) {
          return scope.At(field->name(), "holds control characters or bytes that are not UTF-8; "
                                         "write readable text", i);
        }
      } else if (field->enum_type() != nullptr) {
        // Written as a number: the parser keeps one that no enumerator has.
        const int value = field->is_repeated() ? reflection->GetRepeatedEnumValue(message, field, i)
                                               : reflection->GetEnumValue(message, field);
        if (field->enum_type()->FindValueByNumber(value) == nullptr) {
          return scope.At(field->name(),
                          fmt::format("{} is none of its values; write one by its name, as in {}",
                                      value, field->enum_type()->value(0)->name()), i);
        }
      }
    }
  }
  return std::nullopt;
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
  if (auto unreadable = UnreadableValue(*message, result.root())) {
    return tl::unexpected(*std::move(unreadable));
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

Status CheckName(const TextProtoScope& scope, std::string_view field, std::string_view name,
                 std::size_t length_max) {
  const bool sound = !name.empty() && name.size() <= length_max &&
                     std::ranges::all_of(name, [](unsigned char c) {
                       return std::isalnum(c) != 0 || c == '-';
                     });
  if (sound) return {};
  return tl::unexpected(scope.At(
      field, fmt::format("\"{}\" is no name; write 1 to {} letters, digits and hyphens", name,
                         length_max)));
}

}  // namespace earshot
