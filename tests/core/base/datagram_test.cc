#include "core/base/datagram.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

TEST(Endpoint, TextRoundTrips) {
  const auto endpoint = Endpoint::Parse("127.0.0.1:65535");
  ASSERT_TRUE(endpoint.has_value());
  EXPECT_EQ(endpoint->address, 0x7f000001U);
  EXPECT_EQ(endpoint->ToText(), "127.0.0.1:65535");
}

TEST(Endpoint, AnythingElseIsRefused) {
  for (const char* text : {"", "127.0.0.1", "127.0.0:1", "127.0.0.256:1", "127.0.0.1:65536",
                           "127.0.0.1:1x", "localhost:1", "127.0.0.1:-1", "1.2.3.4.5:6"}) {
    EXPECT_FALSE(Endpoint::Parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace earshot
