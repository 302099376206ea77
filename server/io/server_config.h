// server/io/server_config.h: the configuration of a server process, read and checked.
#ifndef EARSHOT_SERVER_IO_SERVER_CONFIG_H_
#define EARSHOT_SERVER_IO_SERVER_CONFIG_H_

#include <memory>
#include <string>
#include <vector>

#include "core/base/datagram.h"
#include "core/base/result.h"
#include "core/protocol/landmark_keys.h"
#include "server/engine/evidence_check.h"
#include "server/engine/round_plan.h"
#include "server/engine/verifier.h"

namespace earshot {

// Devices enrolled with one server; more are refused before any of their files is read. At each
// landmark a device has an open round and, for some seconds, the one before it: so many rounds are
// what a landmark's table holds (LandmarkEngineOptions::sessions_max), and a device beyond them would
// meet silence and be judged by it. Full, a landmark holds some 120 MB of sessions with chains of 60.
inline constexpr int kEnrolledDevicesMax = 8192;

struct LandmarkSettings {
  LandmarkKeys keys;
  Endpoint bind;
};

struct ServerSettings {
  std::string command_socket;  // empty: no commands
  std::string out_dir;
  std::string ready_file;      // empty: none
  std::string landmark_list_file;
  std::string revocation_list_file;  // empty: none
  RoundOptions rounds;
  std::vector<LandmarkSettings> landmarks;
  // Everything but the landmark list, which may appear after the start.
  Ed25519PublicKey root;
  SharedBlobs blobs;
  Ed25519PrivateKey verdict_key;
  Registry registry;
  unsigned scheduling_priority = 0;  // for RequestScheduling
};

// Reads a ServerConfig in text format and every file it names but the landmark list. Relative paths
// are relative to the folder of the configuration. Errors name file:line:column, cause and fix.
Result<ServerSettings> LoadServerConfig(const std::string& path);

}  // namespace earshot

#endif  // EARSHOT_SERVER_IO_SERVER_CONFIG_H_
