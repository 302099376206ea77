#include "server/engine/counter_book.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

Bytes32 Hash(std::uint8_t fill) {
  Bytes32 bytes{};
  bytes.fill(fill);
  return bytes;
}
const DeviceId kDevice(Hash(1));

TEST(CounterBookTest, RisingCountersAreFresh) {
  CounterBook book;
  EXPECT_EQ(book.Judge(kDevice, 5, Hash(5)), CounterJudgement::kFresh);
  EXPECT_EQ(book.Judge(kDevice, 9, Hash(9)), CounterJudgement::kFresh);
  EXPECT_EQ(book.Judge(DeviceId(Hash(2)), 5, Hash(6)), CounterJudgement::kFresh);
}

TEST(CounterBookTest, SameHelloAgainIsARepetitionNotAReuse) {
  CounterBook book;
  static_cast<void>(book.Judge(kDevice, 5, Hash(5)));
  static_cast<void>(book.Judge(kDevice, 6, Hash(6)));
  EXPECT_EQ(book.Judge(kDevice, 5, Hash(5)), CounterJudgement::kRepeated);
  EXPECT_EQ(book.Judge(kDevice, 6, Hash(6)), CounterJudgement::kRepeated);
}

TEST(CounterBookTest, SameCounterInAnotherHelloIsReuse) {
  CounterBook book;
  static_cast<void>(book.Judge(kDevice, 5, Hash(5)));
  EXPECT_EQ(book.Judge(kDevice, 5, Hash(6)), CounterJudgement::kReused);
}

TEST(CounterBookTest, LowerCounterThatWasNeverSeenWentBack) {
  CounterBook book;
  static_cast<void>(book.Judge(kDevice, 50, Hash(5)));
  EXPECT_EQ(book.Judge(kDevice, 5, Hash(6)), CounterJudgement::kWentBack);
}

}  // namespace
}  // namespace earshot
