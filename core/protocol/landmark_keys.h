// core/protocol/landmark_keys.h: the keys a landmark acts with.
#ifndef EARSHOT_CORE_PROTOCOL_LANDMARK_KEYS_H_
#define EARSHOT_CORE_PROTOCOL_LANDMARK_KEYS_H_

#include "core/crypto/ed25519.h"
#include "core/crypto/x25519.h"
#include "core/domain/ids.h"

namespace earshot {

// Move-only. One per landmark; must outlive its acceptor, its signer and its sessions.
struct LandmarkKeys {
  LandmarkId id;
  Ed25519PrivateKey signing;  // delegated by the root; WELCOME, receipts
  X25519KeyPair sealing;      // listed; agents seal their identity to it
};

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_LANDMARK_KEYS_H_
