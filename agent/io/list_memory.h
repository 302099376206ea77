// agent/io/list_memory.h: the newest landmark list an agent ever took, in a file.
#ifndef EARSHOT_AGENT_IO_LIST_MEMORY_H_
#define EARSHOT_AGENT_IO_LIST_MEMORY_H_

#include <string>
#include <utility>

#include "core/base/result.h"
#include "core/crypto/ed25519.h"
#include "core/protocol/authority.h"

namespace earshot {

// Without it a restart would let whoever writes the list file bring back an old list, and with it
// landmark keys that were replaced. The file holds one line: the root's key id in hex, version,
// epoch in nanoseconds. It is replaced in one step and synced. Not thread-safe.
class ListMemory {
 public:
  // A missing file, or one about another root, remembers nothing. kInvalidArgument: it holds
  // something else; kUnavailable: it cannot be read.
  static Result<ListMemory> Open(std::string path, const Ed25519PublicKey& root);

  const HighestList& highest() const { return highest_; }
  // Remembers `highest`; writes only when it differs. An error leaves the file as it was.
  Status Keep(const HighestList& highest);

 private:
  ListMemory(std::string path, std::string root) : path_(std::move(path)), root_(std::move(root)) {}

  std::string path_;
  std::string root_;  // key id, in hex
  HighestList highest_;
};

}  // namespace earshot

#endif  // EARSHOT_AGENT_IO_LIST_MEMORY_H_
