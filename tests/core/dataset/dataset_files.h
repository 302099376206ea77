// tests/core/dataset/dataset_files.h: small files for the readers, in a folder of their own.
#ifndef EARSHOT_TESTS_CORE_DATASET_DATASET_FILES_H_
#define EARSHOT_TESTS_CORE_DATASET_DATASET_FILES_H_

#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace earshot {

class DatasetFiles : public testing::Test {
 protected:
  DatasetFiles()
      : folder_(std::filesystem::path(testing::TempDir()) /
                (std::string("dataset_") +
                 testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(folder_);
  }
  ~DatasetFiles() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string Write(std::string_view name, std::string_view text) const {
    const std::string path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  // The text as gzip, all of it or only the first `share`.
  std::string WriteGzip(std::string_view name, std::string_view text, double share = 1.0) const {
    const std::string path = folder_ / name;
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
    const auto size = static_cast<double>(std::filesystem::file_size(path));
    if (share < 1.0) std::filesystem::resize_file(path, static_cast<std::uintmax_t>(size * share));
    return path;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace earshot

#endif  // EARSHOT_TESTS_CORE_DATASET_DATASET_FILES_H_
