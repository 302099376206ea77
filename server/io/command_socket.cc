#include "server/io/command_socket.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

namespace earshot {
namespace {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;
using AsioError = boost::system::error_code;

// One connection. Lives as long as an operation on it is under way or a reply may still come.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Protocol::socket socket, const CommandHandler& handler, Duration idle_max,
             std::function<void()> closed)
      : socket_(std::move(socket)),
        idle_(socket_.get_executor()),
        handler_(handler),
        idle_max_(idle_max),
        closed_(std::move(closed)) {}
  ~Connection() { closed_(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Read() {
    idle_.expires_after(idle_max_);
    idle_.async_wait([self = shared_from_this()](const AsioError& cancelled) {
      AsioError ignored;
      if (!cancelled) self->socket_.close(ignored);
    });
    asio::async_read_until(
        socket_, asio::dynamic_buffer(received_, kCommandBytesMax), '\n',
        [self = shared_from_this()](const AsioError& failed, std::size_t size) {
          self->idle_.cancel();
          if (failed) return;
          const std::string line = self->received_.substr(0, size - 1);
          self->received_.erase(0, size);
          self->handler_(line, [self](std::string reply) { self->Write(std::move(reply)); });
        });
  }

 private:
  void Write(std::string reply) {
    reply_ = std::move(reply);
    reply_ += '\n';
    asio::async_write(socket_, asio::buffer(reply_),
                      [self = shared_from_this()](const AsioError& failed, std::size_t) {
                        if (!failed) self->Read();
                      });
  }

  Protocol::socket socket_;
  asio::steady_timer idle_;
  CommandHandler handler_;
  Duration idle_max_;
  std::function<void()> closed_;
  std::string received_;
  std::string reply_;
};

// Fits the buffer of a fresh connection, so that this cannot block.
void RefuseForWantOfRoom(Protocol::socket& socket) {
  const std::string refusal = fmt::format(
      R"({{"error":{{"code":"unavailable","message":"{} commands are under way; ask again"}}}})"
      "\n",
      kCommandConnectionsMax);
  AsioError ignored;
  asio::write(socket, asio::buffer(refusal), ignored);
}

}  // namespace

class CommandSocket::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, std::string path, CommandHandler handler, Duration idle_max)
      : io_(io),
        acceptor_(io),
        path_(std::move(path)),
        handler_(std::move(handler)),
        idle_max_(idle_max) {}

  Status Open() {
    if (SomebodyAnswers()) {
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("a server answers at {} already; stop it or name another "
                              "command_socket", path_));
    }
    struct stat there{};
    if (lstat(path_.c_str(), &there) == 0 && !S_ISSOCK(there.st_mode)) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("command socket {}: something that is no socket is there, and it is "
                              "left alone; name another path", path_));
    }
    unlink(path_.c_str());
    AsioError error;
    acceptor_.open(Protocol(), error);
    // The mode must hold from the first moment, not from a later chmod.
    const mode_t usual = umask(0177);
    if (!error) acceptor_.bind(Protocol::endpoint(path_), error);
    umask(usual);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("command socket {}: {}", path_, error.message()));
    }
    bound_ = true;
    return {};
  }

  void Accept() {
    acceptor_.async_accept([self = shared_from_this()](const AsioError& failed,
                                                       Protocol::socket socket) {
      if (failed) return;
      if (self->connections_ < kCommandConnectionsMax) {
        ++self->connections_;
        std::make_shared<Connection>(std::move(socket), self->handler_, self->idle_max_, [self] {
          --self->connections_;
        })->Read();
      } else {
        RefuseForWantOfRoom(socket);
      }
      self->Accept();
    });
  }

  void Close() {
    AsioError ignored;
    acceptor_.close(ignored);
    if (bound_) unlink(path_.c_str());
    bound_ = false;
  }

 private:
  bool SomebodyAnswers() {
    AsioError error;
    Protocol::socket probe(io_);
    probe.connect(Protocol::endpoint(path_), error);
    return !error;
  }

  asio::io_context& io_;
  Protocol::acceptor acceptor_;
  std::string path_;
  CommandHandler handler_;
  Duration idle_max_;
  std::size_t connections_ = 0;
  bool bound_ = false;
};

CommandSocket::CommandSocket(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
CommandSocket::~CommandSocket() { impl_->Close(); }

Result<std::unique_ptr<CommandSocket>> CommandSocket::Open(asio::io_context& io,
                                                           const std::string& path,
                                                           CommandHandler handler,
                                                           Duration idle_max) {
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("command socket {}: the path is longer than {} bytes, the limit of "
                            "socket addresses", path, sizeof(sockaddr_un::sun_path) - 1));
  }
  auto impl = std::make_shared<Impl>(io, path, std::move(handler), idle_max);
  EARSHOT_RETURN_IF_ERROR(impl->Open());
  impl->Accept();
  return std::unique_ptr<CommandSocket>(new CommandSocket(std::move(impl)));
}

}  // namespace earshot
