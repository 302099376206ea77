#include "sim/relay/truth_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/base/bytes.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

// Offsets of EWP1's clear header (docs/PROTOCOL.md, section 2).
constexpr std::size_t kTypeAt = 5;
constexpr std::size_t kSessionAt = 8;
constexpr std::size_t kIndexAt = 16;
constexpr std::size_t kRoundAt = 20;
constexpr std::size_t kHeaderBytes = 32;

constexpr std::size_t kTruthFileBytesMax = std::size_t{1} << 30U;

std::string_view DirectionName(RelayDirection direction) {
  return direction == RelayDirection::kToLandmark ? "to_landmark" : "to_agent";
}

Status WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return tl::unexpected<Error>(ErrnoError(errno, "write the truth log"));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<TruthLine> ParseLine(std::string_view text) {
  v1::TruthPacket packet;
  const auto status = google::protobuf::util::JsonStringToMessage(
      {text.data(), text.size()}, &packet);
  std::uint64_t session = 0;
  const char* const end = packet.session().data() + packet.session().size();
  const bool numbers = std::isfinite(packet.target_ns()) && std::isfinite(packet.held_ns()) &&
                       std::isfinite(packet.error_ns());
  if (!status.ok() || packet.type() > 255 || !numbers ||
      std::from_chars(packet.session().data(), end, session, 16).ptr != end) {
    return Fail(ErrorCode::kInvalidArgument, "not a line of a truth log");
  }
  TruthLine line{packet.device(), packet.landmark(), {}};
  line.record.direction = packet.direction() == "to_agent" ? RelayDirection::kToAgent
                                                           : RelayDirection::kToLandmark;
  line.record.type = static_cast<std::uint8_t>(packet.type());
  line.record.session = session;
  line.record.round = packet.round();
  line.record.index = packet.index();
  line.record.copy = packet.copy();
  line.record.corrupted = packet.corrupted();
  line.record.target = Duration(std::llround(packet.target_ns()));
  line.record.held = Duration(std::llround(packet.held_ns()));
  line.record.error = Duration(std::llround(packet.error_ns()));
  return line;
}

}  // namespace

TruthRecord MakeTruthRecord(const HeldPacket& packet, MonotonicInstant leaving) {
  TruthRecord record;
  record.path = packet.path;
  record.direction = packet.direction;
  if (packet.original_header.size() >= kHeaderBytes) {
    record.type = packet.original_header[kTypeAt];
    record.session = LoadBigEndian<std::uint64_t>(packet.original_header, kSessionAt);
    record.index = LoadBigEndian<std::uint32_t>(packet.original_header, kIndexAt);
    record.round = LoadBigEndian<std::uint32_t>(packet.original_header, kRoundAt);
  }
  record.copy = packet.copy;
  record.corrupted = packet.corrupted;
  record.target = packet.target;
  record.held = leaving - packet.received;
  record.error = leaving - packet.release_at();
  return record;
}

Result<TruthLog> TruthLog::Open(const std::string& path, std::vector<PathName> names) {
  UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.valid()) return tl::unexpected<Error>(ErrnoError(errno, "create " + path));
  return TruthLog(std::move(file), std::move(names));
}

Status TruthLog::Flush(std::size_t records_max) {
  const std::size_t end = std::min(pending_.size(), written_ + records_max);
  std::string text;
  for (; written_ < end; ++written_) {
    const TruthRecord& r = pending_[written_];
    const PathName& name = names_[r.path];
    // Names are letters, digits and hyphens (relay_plan.cc refuses others): nothing to escape.
    fmt::format_to(std::back_inserter(text),
                   R"({{"device":"{}","landmark":"{}","direction":"{}","type":{},)"
                   R"("session":"{:016x}","round":{},"index":{},"copy":{},"corrupted":{},)"
                   R"("target_ns":{},"held_ns":{},"error_ns":{}}})"
                   "\n",
                   name.device, name.landmark, DirectionName(r.direction), r.type, r.session,
                   r.round, r.index, r.copy, r.corrupted, r.target.count(), r.held.count(),
                   r.error.count());
  }
  if (written_ == pending_.size()) {
    pending_.clear();
    written_ = 0;
  }
  return WriteAll(file_.get(), text);
}

Result<std::vector<TruthLine>> ReadTruth(const std::string& path) {
  EARSHOT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kTruthFileBytesMax));
  std::vector<TruthLine> lines;
  std::size_t at = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', at)) {
    Result<TruthLine> line = ParseLine(std::string_view(text).substr(at, end - at));
    if (!line.has_value()) {
      return Fail(std::move(line).error(), fmt::format("{}:{}", path, lines.size() + 1));
    }
    lines.push_back(*std::move(line));
    at = end + 1;
  }
  return lines;
}

}  // namespace earshot
