#include "bench/latency/peer_output.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

TEST(ReadPingTest, LinesSequencesResolutionAndMinimumAreRead) {
  const auto found = ReadPing(
      "PING 10.77.0.2 (10.77.0.2) 56(84) bytes of data.\n"
      "64 bytes from 10.77.0.2: icmp_seq=1 ttl=64 time=5.03 ms\n"
      "64 bytes from 10.77.0.2: icmp_seq=2 ttl=64 time=0.037 ms\n"
      "64 bytes from 10.77.0.2: icmp_seq=2 ttl=64 time=9.03 ms (DUP!)\n\n"
      "--- 10.77.0.2 ping statistics ---\n"
      "2 packets transmitted, 2 received, +1 duplicates, 0% packet loss, time 5ms\n"
      "rtt min/avg/max/mdev = 0.037/2.533/5.030/2.496 ms\n");
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->samples.size(), 2U);
  EXPECT_EQ(found->samples[0].rtt.duration(), microseconds(5030));
  EXPECT_EQ(found->samples[1].rtt.duration(), microseconds(37));
  EXPECT_EQ(found->samples[1].sequence, 2);
  EXPECT_EQ(found->resolution, microseconds(10));
  EXPECT_EQ(found->least->duration(), microseconds(37));
}

TEST(ReadPingTest, OutputWithoutAnAnswerIsAnErrorThatQuotesIt) {
  const auto found = ReadPing("ping: connect: Network is unreachable\n");
  ASSERT_FALSE(found.has_value());
  EXPECT_NE(found.error().message().find("unreachable"), std::string::npos);
}

TEST(ReadFpingTest, LinesAreReadAndTheSummaryIsNot) {
  const auto found = ReadFping(
      "10.77.0.2 : [0], 64 bytes, 5.04 ms (5.04 avg, 0% loss)\n"
      "10.77.0.2 : [1], 64 bytes, 5.02 ms (5.03 avg, 0% loss)\n"
      "10.77.0.2 : duplicate for [1], 64 bytes, 7.00 ms\n\n"
      "10.77.0.2 : xmt/rcv/%loss = 2/2/0%, min/avg/max = 5.02/5.03/5.04\n");
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->samples.size(), 2U);
  EXPECT_EQ(found->samples[1].rtt.duration(), microseconds(5020));
  EXPECT_EQ(found->samples[1].sequence, 1);
  EXPECT_FALSE(ReadFping("10.77.0.2 : [0], timed out (NaN avg, 100% loss)\n").has_value());
}

TEST(ReadIrttTest, RoundTripsAreReadAndLostOnesLeftOut) {
  const auto found = ReadIrtt(R"({"version": {}, "stats": {"packets_sent": 3}, "round_trips": [
    {"seqno": 0, "lost": "false", "delay": {"rtt": 5121974},
     "timestamps": {"client": {"send": {"wall": 1, "monotonic": 1000000}}}},
    {"seqno": 1, "lost": "true", "timestamps": {"client": {"send": {"monotonic": 6000000}}}},
    {"seqno": 2, "lost": "false", "delay": {"rtt": 5100000},
     "timestamps": {"client": {"send": {"monotonic": 11000001}}}}]})");
  ASSERT_TRUE(found.has_value()) << found.error().message();
  ASSERT_EQ(found->samples.size(), 2U);
  EXPECT_EQ(found->samples[0].rtt.duration(), nanoseconds(5121974));
  EXPECT_EQ(found->samples[1].sent, nanoseconds(11000001));
  EXPECT_EQ(found->sent, 3U);
  EXPECT_FALSE(ReadIrtt("{\"round_trips\": []}").has_value());
  EXPECT_FALSE(ReadIrtt("Error: no reply from server").has_value());
  EXPECT_FALSE(ReadIrtt("{\"round_trips\": 7}").has_value());
}

TEST(ReadSockperfTest, BothTimesGiveAWholeRoundTrip) {
  const auto found = ReadSockperf(
      "sockperf: [Total Run] RunTime=2.004 sec; SentMessages=400; ReceivedMessages=400\n"
      "sockperf: [Valid Duration] RunTime=1.532 sec; SentMessages=308; ReceivedMessages=308\n"
      "sockperf: Summary: Latency is 43.791 usec\n------------------------------\n"
      "packet, txTime(sec), rxTime(sec), latency(usec)\n"
      "0, 2.746726508, 2.751845819, 2559.656\n1, 2.751846059, 2.751868071, 11.006\nbroken\n3, x\n");
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->samples.size(), 2U);
  EXPECT_NEAR(static_cast<double>(found->samples[0].rtt.duration().count()), 5119311, 2);
  EXPECT_NEAR(static_cast<double>(found->samples[1].sent->count()), 2751846059, 2);
  EXPECT_EQ(found->sent, 308U);
  EXPECT_FALSE(ReadSockperf("sockperf: ERROR: connection refused\n").has_value());
}

}  // namespace
}  // namespace earshot
