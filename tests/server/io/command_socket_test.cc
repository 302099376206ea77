// The owner's socket: its limits, from the other end.
#include "server/io/command_socket.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "core/os/files.h"
#include "tests/support/test_folder.h"

namespace earshot {
namespace {

namespace asio = boost::asio;
using Client = asio::local::stream_protocol::socket;
using testing::HasSubstr;
using testing::IsEmpty;

class CommandSocketTest : public testing::Test {
 protected:
  void Open(Duration idle_max) {
    auto opened = CommandSocket::Open(
        server_io_, path_,
        [](const std::string& line, const CommandReply& reply) { reply("heard " + line); },
        idle_max);
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    socket_ = *std::move(opened);
  }
  Client Connect() {
    Client client(client_io_);
    client.connect(asio::local::stream_protocol::endpoint(path_));
    return client;
  }
  // What the server says to `client` until a line ends or it hangs up.
  std::string Line(Client& client) {
    std::string said;
    bool over = false;
    asio::async_read_until(client, asio::dynamic_buffer(said), '\n',
                           [&](const boost::system::error_code&, std::size_t) { over = true; });
    while (!over) {
      server_io_.run_for(std::chrono::milliseconds(1));
      client_io_.restart();
      client_io_.poll();
    }
    return said;
  }

  const TestFolder folder_;
  const std::string path_ = folder_.Path("socket");
  asio::io_context server_io_;
  asio::io_context client_io_;
  std::unique_ptr<CommandSocket> socket_;
};

TEST_F(CommandSocketTest, FileOfAnotherKindIsLeftAloneAndALeftOverSocketIsReplaced) {
  ASSERT_TRUE(WriteFileAtomically(path_, "a thesis").has_value());
  const auto refused = CommandSocket::Open(server_io_, path_, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(*ReadFile(path_), "a thesis");

  const std::string left_over = folder_.Path("left-over");
  {
    asio::local::stream_protocol::acceptor dead(
        server_io_, asio::local::stream_protocol::endpoint(left_over));
  }
  EXPECT_TRUE(CommandSocket::Open(server_io_, left_over, {}).has_value());
}

TEST_F(CommandSocketTest, ConnectionBeyondTheLimitIsToldSoAndOneThatLeavesMakesRoom) {
  Open(kCommandIdleMax);
  std::vector<Client> clients;
  for (std::size_t i = 0; i < kCommandConnectionsMax; ++i) {
    clients.push_back(Connect());
    asio::write(clients.back(), asio::buffer(fmt::format("{}\n", i)));
    ASSERT_EQ(Line(clients.back()), fmt::format("heard {}\n", i));
  }
  Client late = Connect();
  EXPECT_THAT(Line(late), HasSubstr("commands are under way; ask again"));
  EXPECT_THAT(Line(late), IsEmpty()) << "and closed";
  asio::write(clients.front(), asio::buffer(std::string("still\n")));
  EXPECT_EQ(Line(clients.front()), "heard still\n");
  clients.pop_back();
  std::string said;
  for (int i = 0; i < 1000 && !said.starts_with("heard"); ++i) {
    Client next = Connect();
    asio::write(next, asio::buffer(std::string("next\n")));
    said = Line(next);
  }
  EXPECT_EQ(said, "heard next\n");
}

TEST_F(CommandSocketTest, ConnectionThatAsksNothingIsClosed) {
  Open(std::chrono::milliseconds(50));
  Client idle = Connect();
  EXPECT_THAT(Line(idle), IsEmpty());
  Client asks = Connect();
  asio::write(asks, asio::buffer(std::string("quick\n")));
  EXPECT_EQ(Line(asks), "heard quick\n");
  EXPECT_THAT(Line(asks), IsEmpty());
}

TEST_F(CommandSocketTest, RequestWithoutEndIsClosedAtItsLimit) {
  Open(kCommandIdleMax);
  Client endless = Connect();
  asio::write(endless, asio::buffer(std::string(kCommandBytesMax + 1, 'a')));
  EXPECT_THAT(Line(endless), IsEmpty());
  Client other = Connect();
  asio::write(other, asio::buffer(std::string(kCommandBytesMax - 1, 'a') + "\n"));
  EXPECT_THAT(Line(other), HasSubstr("heard aaa"));
}

}  // namespace
}  // namespace earshot
