// tests/support/test_folder.h: where a test puts files for code that reads files.
#ifndef EARSHOT_TESTS_SUPPORT_TEST_FOLDER_H_
#define EARSHOT_TESTS_SUPPORT_TEST_FOLDER_H_

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/os/files.h"
#include "core/os/scratch_folder.h"

namespace earshot {

// A scratch folder that a test cannot do without.
class TestFolder {
 public:
  const std::string& path() const { return folder_.path(); }
  std::string Path(std::string_view name) const { return folder_.Path(name); }

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
  static ScratchFolder Make() {
    Result<ScratchFolder> made = ScratchFolder::Create("earshot-test");
    EARSHOT_CHECK(made.has_value());
    return *std::move(made);
  }

  const ScratchFolder folder_ = Make();
};

}  // namespace earshot

#endif  // EARSHOT_TESTS_SUPPORT_TEST_FOLDER_H_
