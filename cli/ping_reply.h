// cli/ping_reply.h: what a server answers to a ping command, read.
#ifndef EARSHOT_CLI_PING_REPLY_H_
#define EARSHOT_CLI_PING_REPLY_H_

#include <string>

#include "core/base/result.h"

namespace earshot::v1 {
class PingReport;
}  // namespace earshot::v1

namespace earshot {

// One line of a command socket: a PingReport in JSON, or the error that the server reports in its
// place, in its words: kNotFound when the asker made the mistake, kUnavailable otherwise and for an
// answer that is neither.
Result<v1::PingReport> ReadPingReply(const std::string& reply);

}  // namespace earshot

#endif  // EARSHOT_CLI_PING_REPLY_H_
