// core/domain/ids.h: who is who.
#ifndef EARSHOT_CORE_DOMAIN_IDS_H_
#define EARSHOT_CORE_DOMAIN_IDS_H_

#include <cstdint>
#include <string>

#include "core/base/bytes.h"
#include "core/base/strong_id.h"

namespace earshot {

// SHA-256 of an Ed25519 public key (32 raw bytes). A device, a landmark's signing key, an authority.
using KeyId = StrongId<struct KeyIdTag, Bytes32>;

// The device: the key id of its device key. Immutable; another key is another device.
using DeviceId = StrongId<struct DeviceIdTag, Bytes32>;

// A landmark's short name in list, configuration and report ("sin-1").
using LandmarkId = StrongId<struct LandmarkIdTag, std::string>;

// What one adversary could hold: landmarks that share operator, hosting provider or jurisdiction.
using TrustDomain = StrongId<struct TrustDomainTag, std::string>;

// Chosen by the landmark at random, never zero, unique among its open sessions.
using SessionId = StrongId<struct SessionIdTag, std::uint64_t>;

// The verifier's rounds, counted from 1.
using RoundNumber = StrongId<struct RoundNumberTag, std::uint32_t>;

}  // namespace earshot

#endif  // EARSHOT_CORE_DOMAIN_IDS_H_
