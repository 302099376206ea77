// sim/adversary/misbehaviour.h: wrong answers to a PING, and a wrong PING, one function each.
//
// What somebody without the session's key can send. All of them must be refused by a landmark or an
// agent, and none may count against or for the device.
#ifndef EARSHOT_SIM_ADVERSARY_MISBEHAVIOUR_H_
#define EARSHOT_SIM_ADVERSARY_MISBEHAVIOUR_H_

#include "core/base/bytes.h"
#include "core/base/random.h"
#include "core/protocol/timed.h"

namespace earshot {

// The PING itself, sent back as it came.
PongBytes ReflectedPing(const PingBytes& ping);
// The PING sent back under a PONG's header: its nonce stands where the tag should.
PongBytes EchoedNonce(const PingBytes& ping);
// A PONG with a tag drawn at random.
PongBytes ForgedTag(const PingBytes& ping, Random& random);
// A PONG with the tag of an earlier, valid PONG.
PongBytes ReplayedTag(const PingBytes& ping, const PongBytes& earlier);
// A PONG to the PING after `ping`, sent before that one can have arrived.
PongBytes EarlyReply(const PingBytes& ping, Random& random);
// A valid PONG moved to another session.
PongBytes WrongSession(const PongBytes& pong);

// What a stranger can send to an agent in a landmark's name: the header of `ping`, which anybody on
// the path can read or guess, and a nonce that is not the chain's.
PingBytes ForgedPing(const PingBytes& ping, Random& random);

}  // namespace earshot

#endif  // EARSHOT_SIM_ADVERSARY_MISBEHAVIOUR_H_
