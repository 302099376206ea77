// Any bytes as a key file of either kind, as a public key file, as a session counter and as what an
// agent remembers of landmark lists.
#include "agent/io/file_session_counter.h"
#include "agent/io/list_memory.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/key_file.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/test_folder.h"

namespace earshot::fuzz {
namespace {

void Read(std::string_view contents) {
  static const TestFolder folder;
  const std::string path = folder.Write("file", contents);
  const bool signs = ReadEd25519PrivateKeyFile(path).has_value();
  const bool agrees = ReadX25519PrivateKeyFile(path).has_value();
  // One key is of one kind.
  EARSHOT_CHECK(!(signs && agrees));
  static_cast<void>(ReadEd25519PublicKeyFile(path));
  // What counts is no key.
  const bool counts = FileSessionCounter::Open(path).has_value();
  EARSHOT_CHECK(!(counts && (signs || agrees)));

  static const Ed25519PublicKey root = Ed25519PrivateKey::FromSeed(Secret32(Bytes32{})).public_key();
  const Result<ListMemory> memory = ListMemory::Open(path, root);
  EARSHOT_CHECK(!(memory.has_value() && (signs || agrees)));
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  earshot::fuzz::Read({reinterpret_cast<const char*>(data), size});
  return 0;
}
