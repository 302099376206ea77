#include "agent/io/file_session_counter.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/test_folder.h"

namespace earshot {
namespace {

class FileSessionCounterTest : public testing::Test {
 protected:
  const TestFolder scratch_;
  const std::string folder_ = scratch_.path();
  const std::string path_ = folder_ + "/counter";
};

TEST_F(FileSessionCounterTest, NumbersRiseByOneFromOne) {
  auto counter = *FileSessionCounter::Open(path_);
  for (std::uint64_t i = 1; i <= 3 * kSessionCounterBlock; ++i) {
    ASSERT_EQ(counter->Next().value(), i);
  }
}

TEST_F(FileSessionCounterTest, RestartNeverRepeatsANumber) {
  std::uint64_t highest = 0;
  for (int restart = 0; restart < 5; ++restart) {
    auto counter = *FileSessionCounter::Open(path_);
    for (int i = 0; i < 3; ++i) {
      const std::uint64_t next = counter->Next().value();
      ASSERT_GT(next, highest);
      highest = next;
    }
  }
}

TEST_F(FileSessionCounterTest, FileIsDurableBeforeANumberIsHandedOut) {
  auto counter = *FileSessionCounter::Open(path_);
  const std::uint64_t next = counter->Next().value();
  EXPECT_GE(std::stoull(ReadFile(path_).value()), next);
}

TEST_F(FileSessionCounterTest, SecondProcessIsRefused) {
  auto counter = *FileSessionCounter::Open(path_);
  auto second = FileSessionCounter::Open(path_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code(), ErrorCode::kUnavailable);
}

TEST_F(FileSessionCounterTest, DamagedFileIsRefusedRatherThanStartedAnew) {
  ASSERT_TRUE(WriteFileAtomically(path_, "12x\n").has_value());
  EXPECT_EQ(FileSessionCounter::Open(path_).error().code(), ErrorCode::kInvalidArgument);
  ASSERT_TRUE(WriteFileAtomically(path_, "").has_value());
  EXPECT_EQ(FileSessionCounter::Open(path_).error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(FileSessionCounterTest, UnwritableFolderFailsTheHandshakeNotTheProcess) {
  auto counter = *FileSessionCounter::Open(path_);
  std::filesystem::remove_all(folder_);
  EXPECT_FALSE(counter->Next().has_value());
}

}  // namespace
}  // namespace earshot
