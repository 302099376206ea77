// server/io/command_socket.h: commands from the owner of the server, over a Unix socket.
//
// One line a request, one line of JSON a reply; a connection may ask again and again. The socket
// has mode 0600: whoever can open it owns the process anyway.
#ifndef EARSHOT_SERVER_IO_COMMAND_SOCKET_H_
#define EARSHOT_SERVER_IO_COMMAND_SOCKET_H_

#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"

namespace boost::asio {
class io_context;
}

namespace earshot {

// A longer request closes its connection.
inline constexpr std::size_t kCommandBytesMax = 512;
// Connections beyond these get one line, an error, and are closed.
inline constexpr std::size_t kCommandConnectionsMax = 16;
// A connection that has asked nothing for so long since its last reply is closed.
inline constexpr Duration kCommandIdleMax = std::chrono::seconds(30);

// Sends a reply, which must hold no line break; at most one for a request. May be called later, also
// after the connection is gone.
using CommandReply = std::function<void(std::string json_line)>;
using CommandHandler = std::function<void(const std::string& line, CommandReply reply)>;

// Confined to the thread of its io_context.
class CommandSocket {
 public:
  // Replaces a socket that a dead server left behind, and nothing else (kInvalidArgument).
  // kUnavailable when another server answers there or the path cannot be bound. `handler` gets
  // every line without its break.
  static Result<std::unique_ptr<CommandSocket>> Open(boost::asio::io_context& io,
                                                     const std::string& path,
                                                     CommandHandler handler,
                                                     Duration idle_max = kCommandIdleMax);
  ~CommandSocket();

 private:
  class Impl;
  explicit CommandSocket(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace earshot

#endif  // EARSHOT_SERVER_IO_COMMAND_SOCKET_H_
