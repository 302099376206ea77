// agent/io/agent_config.h: the configuration of an agent process, read and checked.
#ifndef EARSHOT_AGENT_IO_AGENT_CONFIG_H_
#define EARSHOT_AGENT_IO_AGENT_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/ed25519.h"
#include "core/domain/system_claims.h"

namespace earshot {

struct AgentIdentitySettings {
  std::string name;
  Ed25519PrivateKey key;
  std::string counter_file;
  std::uint32_t local_address = 0;
  SystemClaims claims;
};

struct AgentSettings {
  std::vector<AgentIdentitySettings> identities;
  std::string landmark_list_file;
  Ed25519PublicKey root;
  std::string ready_file;  // empty: none is written
  unsigned scheduling_priority = 0;
  bool handshake_each_round = false;
};

// More identities in one process are refused.
inline constexpr int kAgentIdentitiesMax = 1024;

// Reads an AgentConfig in text format and the keys it names. Relative paths are relative to the
// folder of the configuration. Errors name file:line:column, cause and fix.
Result<AgentSettings> LoadAgentConfig(const std::string& path);

}  // namespace earshot

#endif  // EARSHOT_AGENT_IO_AGENT_CONFIG_H_
