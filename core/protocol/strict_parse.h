// core/protocol/strict_parse.h: protobuf, in its one encoding or not at all.
//
// For those who open signed blobs; generated code stays out of public headers.
#ifndef EARSHOT_CORE_PROTOCOL_STRICT_PARSE_H_
#define EARSHOT_CORE_PROTOCOL_STRICT_PARSE_H_

#include "core/base/bytes.h"

namespace google::protobuf {
class Message;
}

namespace earshot {

// Fills `out` from signed bytes. False for anything that is not the message's one encoding: fields
// of known numbers in rising order, singular ones once, defaults left out, shortest integers. One
// signed statement then has one meaning and one hash.
bool ParseStrictly(ByteSpan tbs, google::protobuf::Message& out);

// That encoding.
Bytes Serialise(const google::protobuf::Message& message);

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_STRICT_PARSE_H_
