// agent/io/file_session_counter.h: the session counter of a device, in a file.
#ifndef EARSHOT_AGENT_IO_FILE_SESSION_COUNTER_H_
#define EARSHOT_AGENT_IO_FILE_SESSION_COUNTER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "core/os/files.h"
#include "core/protocol/agent_session.h"

namespace earshot {

// Numbers handed out between two writes of the file. A crash skips at most so many; skipping is
// harmless, repeating would convict the device.
inline constexpr std::uint64_t kSessionCounterBlock = 64;

// The file holds one decimal number: every number up to it may have been used. It is replaced in
// one step and synced before a number of the new block is handed out. One process a file at a time:
// two would hand out the same numbers, so the file is locked while this object lives. Not
// thread-safe.
class FileSessionCounter final : public SessionCounter {
 public:
  // A missing file starts at 0. kInvalidArgument: it holds something else than a number;
  // kUnavailable: it cannot be read or another process holds it.
  static Result<std::unique_ptr<FileSessionCounter>> Open(const std::string& path);

  Result<std::uint64_t> Next() override;

 private:
  FileSessionCounter(std::string path, UniqueFd lock, std::uint64_t reserved)
      : path_(std::move(path)), lock_(std::move(lock)), used_(reserved), reserved_(reserved) {}

  std::string path_;
  UniqueFd lock_;           // path + ".lock", held exclusively
  std::uint64_t used_;      // highest number handed out
  std::uint64_t reserved_;  // what the file says
};

}  // namespace earshot

#endif  // EARSHOT_AGENT_IO_FILE_SESSION_COUNTER_H_
