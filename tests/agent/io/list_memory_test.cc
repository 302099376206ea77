#include "agent/io/list_memory.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/crypto/seeded_random.h"
#include "core/os/files.h"
#include "tests/support/test_folder.h"

namespace earshot {
namespace {

class ListMemoryTest : public testing::Test {
 protected:
  ListMemoryTest() {
    SeededRandom random(1);
    root_ = Ed25519PrivateKey::Generate(random).public_key();
    other_ = Ed25519PrivateKey::Generate(random).public_key();
  }

  static constexpr HighestList kSeven{7, WallInstant::FromNanoseconds(1'767'225'600'000'000'000)};
  std::optional<Ed25519PublicKey> root_;
  std::optional<Ed25519PublicKey> other_;
  const TestFolder scratch_;
  const std::string folder_ = scratch_.path();
  const std::string path_ = folder_ + "/counter.list";
};

TEST_F(ListMemoryTest, MissingFileRemembersNothing) {
  EXPECT_EQ(ListMemory::Open(path_, *root_)->highest().version, 0U);
}

TEST_F(ListMemoryTest, WhatWasKeptIsThereAfterARestart) {
  ASSERT_TRUE(ListMemory::Open(path_, *root_)->Keep(kSeven));
  const auto again = ListMemory::Open(path_, *root_);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->highest().version, kSeven.version);
  EXPECT_EQ(again->highest().epoch, kSeven.epoch);
}

TEST_F(ListMemoryTest, ListsOfAnotherRootAreNotCompared) {
  ASSERT_TRUE(ListMemory::Open(path_, *root_)->Keep(kSeven));
  EXPECT_EQ(ListMemory::Open(path_, *other_)->highest().version, 0U);
}

TEST_F(ListMemoryTest, DamagedFileIsRefusedRatherThanForgotten) {
  ASSERT_TRUE(ListMemory::Open(path_, *root_)->Keep(kSeven));
  const std::string good = *ReadFile(path_);
  for (const std::string& bad :
       {std::string(), std::string("7\n"), "x" + good, good.substr(0, 65), good + "more"}) {
    ASSERT_TRUE(WriteFileAtomically(path_, bad));
    const auto memory = ListMemory::Open(path_, *root_);
    ASSERT_FALSE(memory.has_value()) << bad;
    EXPECT_EQ(memory.error().code(), ErrorCode::kInvalidArgument) << bad;
  }
}

TEST_F(ListMemoryTest, UnwritableFolderIsAnErrorAndForgetsNothing) {
  auto memory = *ListMemory::Open(path_, *root_);
  ASSERT_TRUE(memory.Keep(kSeven));
  std::filesystem::remove_all(folder_);
  EXPECT_TRUE(memory.Keep(kSeven)) << "nothing to write";
  EXPECT_FALSE(memory.Keep({8, kSeven.epoch}));
  EXPECT_EQ(memory.highest().version, 7U);
}

}  // namespace
}  // namespace earshot
