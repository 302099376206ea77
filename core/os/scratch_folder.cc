#include "core/os/scratch_folder.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "core/os/files.h"

namespace earshot {

Result<ScratchFolder> ScratchFolder::Create(std::string_view stem) {
  std::error_code error;
  std::string pattern =
      (std::filesystem::temp_directory_path(error) / (std::string(stem) + "-XXXXXX")).string();
  if (mkdtemp(pattern.data()) == nullptr) {
    return tl::unexpected<Error>(ErrnoError(errno, "make the temporary folder " + pattern));
  }
  return ScratchFolder(std::move(pattern));
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace earshot
