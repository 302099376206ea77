// tests/support/scratch_folder.h: where a test puts files for code that reads files.
#ifndef EARSHOT_TESTS_SUPPORT_SCRATCH_FOLDER_H_
#define EARSHOT_TESTS_SUPPORT_SCRATCH_FOLDER_H_

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/os/files.h"

namespace earshot {

// A folder of its own below the system's temporary one; goes, with what it holds, when it dies.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "earshot-test-XXXXXX").string();
    EARSHOT_CHECK(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string Path(std::string_view name) const { return path_ + "/" + std::string(name); }

  // Mode 0600; replaces what was there. Returns the path.
  std::string Write(std::string_view name, std::string_view contents) const {
    const std::string path = Path(name);
    const UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    EARSHOT_CHECK(file.valid());
    EARSHOT_CHECK(write(file.get(), contents.data(), contents.size()) ==
                  static_cast<ssize_t>(contents.size()));
    return path;
  }

 private:
  std::string path_;
};

}  // namespace earshot

#endif  // EARSHOT_TESTS_SUPPORT_SCRATCH_FOLDER_H_
