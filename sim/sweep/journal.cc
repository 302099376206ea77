#include "sim/sweep/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "core/crypto/sha256.h"

namespace earshot {
namespace {

constexpr std::size_t kCheckDigits = 16;

std::string CheckOf(std::uint32_t point, std::string_view cells) {
  const std::string text = fmt::format("{} {}", point, cells);
  return HexEncode(Sha256(AsBytes(text))).substr(0, kCheckDigits);
}

// The next of `text` up to `separator`, which is taken away too.
std::string_view Take(char separator, std::string_view* text) {
  const std::size_t end = text->find(separator);
  const std::string_view taken = text->substr(0, end);
  text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
  return taken;
}

}  // namespace

std::string JournalHeading(const SweepPlan& plan, std::string_view commit) {
  return fmt::format("earshot-sweep-journal 1 {} {}\n", HexEncode(plan.Hash()), commit);
}

std::string JournalLine(const SweepRow& row) {
  const std::string cells = fmt::format("{}", fmt::join(row.cells, ","));
  return fmt::format("{} {} {}\n", row.point, CheckOf(row.point, cells), cells);
}

std::optional<SweepRow> ReadJournalLine(std::string_view line, const SweepPlan& plan) {
  const std::string_view point = Take(' ', &line);
  const std::string_view check = Take(' ', &line);
  SweepRow row;
  const auto [end, error] = std::from_chars(point.data(), point.data() + point.size(), row.point);
  if (error != std::errc() || end != point.data() + point.size()) return std::nullopt;
  if (row.point >= plan.points.size() || check != CheckOf(row.point, line)) return std::nullopt;
  for (std::size_t i = 0; i < SweepColumns().size(); ++i) {
    row.cells.emplace_back(Take(',', &line));
  }
  return line.empty() ? std::optional(std::move(row)) : std::nullopt;
}

Result<JournalContents> ReadJournal(std::string_view text, const SweepPlan& plan,
                                    std::string_view commit) {
  JournalContents contents;
  const std::string heading = JournalHeading(plan, commit);
  if (text.find('\n') == std::string_view::npos) return contents;  // torn at once
  if (!text.starts_with(heading)) {
    return Fail(ErrorCode::kInvalidArgument,
                "line 1: begun by another sweep, another scenario or another version of the program; "
                "name another folder, or remove this one to begin anew");
  }
  contents.sound_bytes = heading.size();
  for (int number = 2; contents.sound_bytes < text.size(); ++number) {
    const std::string_view rest = text.substr(contents.sound_bytes);
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) break;
    const std::optional<SweepRow> row = ReadJournalLine(rest.substr(0, end), plan);
    const bool last = end + 1 == rest.size();
    if (!row.has_value() && last) break;
    if (!row.has_value() || !contents.rows.emplace(row->point, *row).second) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("line {}: {}; cut the file off before it, or remove the folder to begin "
                              "anew", number,
                              row.has_value() ? "a point that stands there already" : "damaged"));
    }
    contents.sound_bytes += end + 1;
  }
  return contents;
}

Result<JournalFile> JournalFile::Open(const std::string& path, std::size_t sound_bytes,
                                      const std::string& heading) {
  UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (!file.valid()) return tl::unexpected(ErrnoError(errno, "open " + path));
  if (ftruncate(file.get(), static_cast<off_t>(sound_bytes)) != 0) {
    return tl::unexpected(ErrnoError(errno, "cut off " + path));
  }
  JournalFile journal(path, std::move(file), sound_bytes);
  if (sound_bytes == 0) EARSHOT_RETURN_IF_ERROR(journal.Append(heading));
  return journal;
}

Status JournalFile::Append(std::string_view line) {
  std::size_t written = 0;
  while (written < line.size()) {
    const ssize_t n = pwrite(file_.get(), line.data() + written, line.size() - written,
                             static_cast<off_t>(bytes_ + written));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    written += static_cast<std::size_t>(n);
  }
  const bool whole = written == line.size();
  if (whole && fdatasync(file_.get()) == 0) {
    bytes_ += written;
    return {};
  }
  Error error = ErrnoError(errno, "write " + path_);
  // A torn line would be dropped by the next reader; that this fails too changes nothing.
  [[maybe_unused]] const int cut = ftruncate(file_.get(), static_cast<off_t>(bytes_));
  return tl::unexpected(std::move(error));
}

}  // namespace earshot
