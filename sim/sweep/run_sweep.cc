#include "sim/sweep/run_sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "core/os/files.h"
#include "sim/run/out_folder.h"
#include "sim/sweep/journal.h"
#include "sim/sweep/sweep_picture.h"

namespace earshot {
namespace {

namespace fs = std::filesystem;

struct OutFiles {
  std::string journal;
  std::string rows;
  std::string picture;

  explicit OutFiles(const std::string& out)
      : journal(out + "/journal.txt"), rows(out + "/rows.csv"), picture(out + "/picture.svg") {}
};

// What of the folder may be used: the rows that are there, after an earlier sweep was cleared away
// if it may be.
Result<JournalContents> ReadEarlier(const SweepPlan& plan, const SweepRunOptions& options,
                                    const OutFolder& folder, const OutFiles& files) {
  std::error_code error;
  if (!fs::exists(files.journal, error)) {
    if (fs::is_empty(folder.path, error) && !error) return JournalContents{};
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is not empty and holds no sweep; name another folder", folder.path));
  }
  const bool finished = fs::exists(files.rows, error);
  if (!options.resume && !finished) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} holds a sweep that was interrupted; add --resume to go on with it, "
                            "name another folder, or remove it", folder.path));
  }
  Result<JournalContents> contents{};
  if (options.resume) {
    EARSHOT_ASSIGN_OR_RETURN(const std::string text, ReadFile(files.journal));
    contents = ReadJournal(text, plan, options.commit);
    if (!contents.has_value()) return Fail(contents.error(), files.journal);
  }
  // Whoever finds a table shall find a whole one of this sweep.
  for (const std::string& file : {files.rows, files.picture}) {
    fs::remove(file, error);
    if (error) {
      return Fail(ErrorCode::kUnavailable, fmt::format("remove {}: {}", file, error.message()));
    }
  }
  return contents;
}

}  // namespace

Result<std::vector<SweepRow>> RunSweep(const SweepPlan& plan, const SweepRunOptions& options) {
  EARSHOT_ASSIGN_OR_RETURN(const OutFolder folder, LockOutFolder(options.out));
  const OutFiles files(folder.path);
  EARSHOT_ASSIGN_OR_RETURN(JournalContents earlier, ReadEarlier(plan, options, folder, files));
  EARSHOT_ASSIGN_OR_RETURN(JournalFile journal,
                           JournalFile::Open(files.journal, earlier.sound_bytes,
                                             JournalHeading(plan, options.commit)));
  std::vector<std::uint32_t> todo;
  for (const SweepPoint& point : plan.points) {
    if (!earlier.rows.contains(point.number)) todo.push_back(point.number);
  }
  std::map<std::uint32_t, SweepRow> rows = std::move(earlier.rows);
  const auto tell = [&] {
    if (options.on_point) options.on_point(rows.size(), plan.points.size());
  };
  tell();
  const RowSink keep = [&](SweepRow row) -> Status {
    EARSHOT_RETURN_IF_ERROR(journal.Append(JournalLine(row)));
    const std::uint32_t point = row.point;
    rows.emplace(point, std::move(row));
    tell();
    return {};
  };
  EARSHOT_RETURN_IF_ERROR(options.runner(plan, todo, keep));
  std::vector<SweepRow> table;
  for (auto& [number, row] : rows) table.push_back(std::move(row));
  if (table.size() != plan.points.size()) {
    return Fail(ErrorCode::kUnavailable,
                fmt::format("{} of {} points came back; add --resume to run the others",
                            table.size(), plan.points.size()));
  }
  if (plan.picture.has_value()) {
    EARSHOT_RETURN_IF_ERROR(WriteFileAtomically(files.picture, SweepPicture(plan, table),
                                                Durability::kAtomicOnly));
  }
  EARSHOT_RETURN_IF_ERROR(WriteFileAtomically(files.rows, SweepCsv(plan, table)));
  return table;
}

}  // namespace earshot
