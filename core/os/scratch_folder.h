// core/os/scratch_folder.h: a folder that goes with what is in it.
#ifndef EARSHOT_CORE_OS_SCRATCH_FOLDER_H_
#define EARSHOT_CORE_OS_SCRATCH_FOLDER_H_

#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.h"

namespace earshot {

// A folder of mode 0700 of its own below the system's temporary one; removed, with what it holds,
// when it dies. Move-only.
class ScratchFolder {
 public:
  // `stem` begins its name. kUnavailable when it cannot be made.
  static Result<ScratchFolder> Create(std::string_view stem);
  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchFolder& operator=(ScratchFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  const std::string& path() const { return path_; }
  std::string Path(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;  // empty once moved from
};

}  // namespace earshot

#endif  // EARSHOT_CORE_OS_SCRATCH_FOLDER_H_
