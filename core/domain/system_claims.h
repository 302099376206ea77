// core/domain/system_claims.h: what the device says of itself, and what its maker endorsed.
#ifndef EARSHOT_CORE_DOMAIN_SYSTEM_CLAIMS_H_
#define EARSHOT_CORE_DOMAIN_SYSTEM_CLAIMS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/domain/ids.h"

namespace earshot {

// Signed by the device in its EVIDENCE. Compared with the endorsement; never an excuse for delay.
struct SystemClaims {
  std::string model;
  Bytes32 firmware_sha256{};
  std::uint64_t boot_count = 0;

  friend bool operator==(const SystemClaims&, const SystemClaims&) = default;
};

// Where the maker says the session keys live. A host that holds them can answer from elsewhere, so
// kHost caps a verdict at CONSISTENT.
enum class SessionKeys : std::uint8_t { kSealed, kHost };

// The maker's statement about one device key.
struct Endorsement {
  DeviceId device;
  std::string maker;
  std::string model;
  std::vector<Bytes32> firmware_sha256;  // every firmware the maker vouches for
  SessionKeys session_keys = SessionKeys::kHost;
  WallInstant not_before;
  WallInstant not_after;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_DOMAIN_SYSTEM_CLAIMS_H_
