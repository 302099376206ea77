#include "core/dataset/text_source.h"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <string_view>

#include "core/os/files.h"

namespace earshot::internal {
namespace {

// Ends the stream however the caller leaves.
struct Inflater {
  z_stream stream{};
  bool ready = inflateInit2(&stream, 15 + 16) == Z_OK;  // 16: gzip, not zlib
  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready) inflateEnd(&stream);
  }
};

bool IsGzip(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

Result<std::string> Unpack(const std::string& path, std::string packed) {
  Inflater inflater;
  if (!inflater.ready) return Fail(ErrorCode::kResourceLimit, "zlib could not start");
  z_stream& stream = inflater.stream;
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());  // at most kFileBytesMax
  std::string text;
  std::array<char, 1U << 16U> block;
  while (true) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    const int status = inflate(&stream, Z_NO_FLUSH);
    text.append(block.data(), block.size() - stream.avail_out);
    if (text.size() > kUnpackedBytesMax) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("{}: unpacks to more than {} bytes, the limit; split it", path,
                              kUnpackedBytesMax));
    }
    if (status == Z_STREAM_END) {
      if (stream.avail_in == 0) return text;
      if (inflateReset(&stream) != Z_OK) break;  // another member
    } else if (status == Z_BUF_ERROR || (status == Z_OK && stream.avail_in == 0 &&
                                         stream.avail_out == block.size())) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("{}: the gzip is cut short after {} bytes of text; fetch it again",
                              path, text.size()));
    } else if (status != Z_OK) {
      break;
    }
  }
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("{}: the gzip is damaged after {} bytes of text ({}); fetch it again", path,
                          text.size(), stream.msg == nullptr ? "no more is known" : stream.msg));
}

}  // namespace

Result<std::string> ReadText(const std::string& path) {
  auto bytes = ReadFile(path);
  if (bytes.has_value() && IsGzip(*bytes)) bytes = Unpack(path, *std::move(bytes));
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (bytes.has_value() && bytes->starts_with(kByteOrderMark)) bytes->erase(0, kByteOrderMark.size());
  return bytes;
}

}  // namespace earshot::internal
