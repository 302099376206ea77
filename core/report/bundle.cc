#include "core/report/bundle.h"

#include <fmt/format.h>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>

#include <vector>

#include "earshot/v1/evidence.pb.h"

namespace earshot {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool HasUnknownFields(const Message& message) {
  const auto* reflection = message.GetReflection();
  if (!reflection->GetUnknownFields(message).empty()) return true;
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const Message& inner = field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                                  : reflection->GetMessage(message, field);
      if (HasUnknownFields(inner)) return true;
    }
  }
  return false;
}

tl::unexpected<Error> TooLarge(std::size_t bytes) {
  return Fail(ErrorCode::kResourceLimit,
              fmt::format("bundle of {} bytes; at most {} are accepted", bytes, kBundleBytesMax));
}

}  // namespace

Result<std::string> EncodeBundle(const v1::EvidenceBundle& bundle) {
  if (bundle.ByteSizeLong() > kBundleBytesMax) return TooLarge(bundle.ByteSizeLong());
  return bundle.SerializeAsString();
}

Result<v1::EvidenceBundle> DecodeBundle(ByteSpan bytes) {
  if (bytes.size() > kBundleBytesMax) return TooLarge(bytes.size());
  v1::EvidenceBundle bundle;
  if (!bundle.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Fail(ErrorCode::kInvalidArgument, "not an evidence bundle");
  }
  if (bundle.format() != kBundleFormat) {
    return Fail(ErrorCode::kUnsupported, fmt::format("bundle format {}; this program reads {}",
                                                     bundle.format(), kBundleFormat));
  }
  if (HasUnknownFields(bundle)) {
    return Fail(ErrorCode::kInvalidArgument, "the bundle holds fields that this program does not know");
  }
  const bool complete = bundle.has_landmark_list() && bundle.has_endorsement() &&
                        bundle.has_maker_delegation() && bundle.has_declaration() &&
                        bundle.has_policy() && bundle.has_context() && bundle.has_verdict() &&
                        bundle.has_verdict_delegation();
  if (!complete) {
    return Fail(ErrorCode::kInvalidArgument,
                "the bundle lacks a blob that every verdict needs: landmark list, endorsement, "
                "maker and verdict delegation, declaration, policy, context, verdict");
  }
  return bundle;
}

}  // namespace earshot
