// sim/sweep/journal.h: the finished points of a sweep, kept one by one, so that a run that was
// killed goes on where it stopped.
//
//   earshot-sweep-journal 1 <hash of the plan> <commit>\n
//   <point> <check> <cells, with commas>\n
//
// The check is the beginning of the SHA-256 of point and cells. What a crash leaves of the last line
// is dropped; anything else that is not as written is an error, for it would become a wrong row.
#ifndef EARSHOT_SIM_SWEEP_JOURNAL_H_
#define EARSHOT_SIM_SWEEP_JOURNAL_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/os/files.h"
#include "sim/sweep/sweep.h"

namespace earshot {

// The first line. Rows of another plan or another program do not go into one table.
std::string JournalHeading(const SweepPlan& plan, std::string_view commit);
std::string JournalLine(const SweepRow& row);
// A line without its end. None: not one that JournalLine wrote of a point of this plan.
std::optional<SweepRow> ReadJournalLine(std::string_view line, const SweepPlan& plan);

struct JournalContents {
  std::map<std::uint32_t, SweepRow> rows;  // by point
  std::size_t sound_bytes = 0;             // up to the end of the last whole line; 0: no heading
};

// kInvalidArgument for a journal of another sweep or program, and for a line that is damaged though
// others follow it, "line 7: ...".
Result<JournalContents> ReadJournal(std::string_view text, const SweepPlan& plan,
                                    std::string_view commit);

// Appends lines to a file, each on the disk before Append returns. Move-only.
class JournalFile {
 public:
  // Opens or makes `path` and cuts it off after `sound_bytes`; writes `heading` when nothing is
  // left. kUnavailable when the file or the disk refuses.
  static Result<JournalFile> Open(const std::string& path, std::size_t sound_bytes,
                                  const std::string& heading);

  // kUnavailable when it cannot be written whole, as on a full disk: then nothing of `line` stays.
  Status Append(std::string_view line);

 private:
  JournalFile(std::string path, UniqueFd file, std::size_t bytes)
      : path_(std::move(path)), file_(std::move(file)), bytes_(bytes) {}

  std::string path_;
  UniqueFd file_;
  std::size_t bytes_ = 0;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_SWEEP_JOURNAL_H_
