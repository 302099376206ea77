#include "agent/io/list_memory.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/os/files.h"

namespace earshot {
namespace {

constexpr std::size_t kListMemoryBytesMax = 256;

std::vector<std::string_view> Words(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

template <typename Integer>
bool ReadInteger(std::string_view text, Integer* out) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && stop == text.data() + text.size();
}

}  // namespace

Result<ListMemory> ListMemory::Open(std::string path, const Ed25519PublicKey& root) {
  ListMemory memory(std::move(path), HexEncode(root.id().value()));
  Result<std::string> text = ReadFile(memory.path_, kListMemoryBytesMax);
  if (!text.has_value()) {
    if (text.error().code() == ErrorCode::kNotFound) return memory;
    return tl::unexpected<Error>(std::move(text).error());
  }
  while (!text->empty() && text->back() == '\n') text->pop_back();
  const std::vector<std::string_view> words = Words(*text);
  HighestList highest;
  std::int64_t epoch_ns = 0;
  if (words.size() != 3 || !HexDecode32(words[0]).has_value() ||
      !ReadInteger(words[1], &highest.version) || !ReadInteger(words[2], &epoch_ns)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} does not say which landmark list was taken last; restore it, or "
                            "remove it if the list at hand is known to be the newest",
                            memory.path_));
  }
  highest.epoch = WallInstant::FromNanoseconds(epoch_ns);
  if (words[0] == memory.root_) memory.highest_ = highest;
  return memory;
}

Status ListMemory::Keep(const HighestList& highest) {
  if (highest.version == highest_.version && highest.epoch == highest_.epoch) return {};
  EARSHOT_RETURN_IF_ERROR(WriteFileAtomically(
      path_, fmt::format("{} {} {}\n", root_, highest.version, highest.epoch.nanoseconds())));
  highest_ = highest;
  return {};
}

}  // namespace earshot
