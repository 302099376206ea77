// Any bytes as a key file of either kind, as a public key file and as a session counter.
#include "agent/io/file_session_counter.h"
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
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  earshot::fuzz::Read({reinterpret_cast<const char*>(data), size});
  return 0;
}
