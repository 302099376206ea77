#include "core/os/files.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/test_folder.h"

namespace earshot {
namespace {

class FilesTest : public testing::Test {
 protected:
  const TestFolder scratch_;
  const std::string folder_ = scratch_.path();
};

TEST_F(FilesTest, WrittenFileReadsBackAndLeavesNothingBeside) {
  const std::string path = folder_ + "/a";
  ASSERT_TRUE(WriteFileAtomically(path, "one").has_value());
  ASSERT_TRUE(WriteFileAtomically(path, "two").has_value());
  EXPECT_EQ(ReadFile(path).value(), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(FilesTest, FileLongerThanTheLimitIsRefused) {
  const std::string path = folder_ + "/a";
  ASSERT_TRUE(WriteFileAtomically(path, "12345").has_value());
  EXPECT_EQ(ReadFile(path, 5).value(), "12345");
  EXPECT_EQ(ReadFile(path, 4).error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(FilesTest, MissingFileAndFolderAreSaidSo) {
  EXPECT_EQ(ReadFile(folder_ + "/none").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(ReadFile(folder_).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(WriteFileAtomically(folder_ + "/none/a", "x").error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace earshot
