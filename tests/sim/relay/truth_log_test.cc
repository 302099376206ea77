#include "sim/relay/truth_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace earshot {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

class TruthLogTest : public testing::Test {
 protected:
  TruthLogTest() {
    path_ = (fs::path(testing::TempDir()) /
             (std::string("truth-") +
              testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl"))
                .string();
  }
  ~TruthLogTest() override { fs::remove(path_); }

  std::string path_;
};

HeldPacket Pong() {
  HeldPacket packet;
  packet.direction = RelayDirection::kToLandmark;
  packet.arrived = MonotonicInstant() + milliseconds(10);
  packet.received = packet.arrived + Duration(40'000);
  packet.target = milliseconds(17);
  packet.original_header = Bytes(32, 0);
  packet.original_header[5] = 6;
  StoreBigEndian<std::uint64_t>(packet.original_header, 8, 0xfedcba9876543210U);
  StoreBigEndian<std::uint32_t>(packet.original_header, 16, 12);
  StoreBigEndian<std::uint32_t>(packet.original_header, 20, 4);
  return packet;
}

TEST_F(TruthLogTest, HoldIsCountedFromTheReceiveCallAndErrorFromTheArrival) {
  const HeldPacket packet = Pong();
  const TruthRecord record =
      MakeTruthRecord(packet, packet.arrived + milliseconds(17) + Duration(5'000));
  EXPECT_EQ(record.held, milliseconds(17) + Duration(5'000) - Duration(40'000));
  EXPECT_EQ(record.error, Duration(5'000));
  EXPECT_EQ(record.type, 6);
  EXPECT_EQ(record.session, 0xfedcba9876543210U);
  EXPECT_EQ(record.index, 12U);
  EXPECT_EQ(record.round, 4U);
}

TEST_F(TruthLogTest, PacketWithoutAWholeHeaderHasNoLabel) {
  HeldPacket packet = Pong();
  packet.original_header.resize(31);
  EXPECT_EQ(MakeTruthRecord(packet, packet.release_at()).type, 0);
}

TEST_F(TruthLogTest, WhatWasAppendedIsReadBack) {
  auto log = TruthLog::Open(path_, {{"C-0001", "sin-1"}});
  ASSERT_TRUE(log.has_value()) << log.error().message();
  log->Append(MakeTruthRecord(Pong(), Pong().release_at()));
  EXPECT_EQ(log->pending(), 1U);
  ASSERT_TRUE(log->Flush(10).has_value());
  EXPECT_EQ(log->pending(), 0U);
  const auto lines = ReadTruth(path_);
  ASSERT_TRUE(lines.has_value()) << lines.error().message();
  ASSERT_EQ(lines->size(), 1U);
  EXPECT_EQ(lines->front().device, "C-0001");
  EXPECT_EQ(lines->front().landmark, "sin-1");
  EXPECT_EQ(lines->front().record.session, 0xfedcba9876543210U);
  EXPECT_EQ(lines->front().record.round, 4U);
  EXPECT_EQ(lines->front().record.index, 12U);
  EXPECT_EQ(lines->front().record.target, milliseconds(17));
  EXPECT_EQ(lines->front().record.held, milliseconds(17) - Duration(40'000));
  EXPECT_EQ(lines->front().record.direction, RelayDirection::kToLandmark);
}

TEST_F(TruthLogTest, PartialFlushKeepsTheOrder) {
  auto log = TruthLog::Open(path_, {{"C-0001", "sin-1"}});
  ASSERT_TRUE(log.has_value());
  for (std::uint32_t i = 1; i <= 5; ++i) {
    TruthRecord record;
    record.index = i;
    log->Append(record);
  }
  ASSERT_TRUE(log->Flush(2).has_value());
  EXPECT_EQ(log->pending(), 3U);
  ASSERT_TRUE(log->Flush(100).has_value());
  const auto lines = ReadTruth(path_);
  ASSERT_TRUE(lines.has_value());
  ASSERT_EQ(lines->size(), 5U);
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_EQ((*lines)[i].record.index, i + 1);
}

TEST_F(TruthLogTest, LineCutShortAtTheEndIsIgnoredAndABrokenOneIsNot) {
  auto log = TruthLog::Open(path_, {{"C-0001", "sin-1"}});
  ASSERT_TRUE(log.has_value());
  log->Append(TruthRecord());
  ASSERT_TRUE(log->Flush(10).has_value());
  std::ofstream(path_, std::ios::app) << R"({"device":"C-00)";
  ASSERT_TRUE(ReadTruth(path_).has_value());
  EXPECT_EQ(ReadTruth(path_)->size(), 1U);
  std::ofstream(path_, std::ios::app) << "\n";
  const auto broken = ReadTruth(path_);
  ASSERT_FALSE(broken.has_value());
  EXPECT_NE(broken.error().message().find(":2"), std::string::npos);
}

TEST_F(TruthLogTest, FolderThatDoesNotExistIsAnError) {
  EXPECT_FALSE(TruthLog::Open(path_ + "/no/truth.jsonl", {}).has_value());
}

}  // namespace
}  // namespace earshot
