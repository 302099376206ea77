// protocol_vectors FILE: writes the vectors anew into FILE's ```vectors blocks.
//
// For whoever changes the protocol on purpose; everybody else compares (vectors_test.cc).
#include <cstdio>
#include <fstream>
#include <sstream>

#include "tests/core/protocol/vector_session.h"

int main(int argc, char** argv) {
  using namespace earshot;
  if (argc != 2) {
    std::fputs("usage: protocol_vectors docs/PROTOCOL.md\n", stderr);
    return 2;
  }
  std::stringstream text;
  text << std::ifstream(argv[1]).rdbuf();
  protocol_test::VectorMap inputs;
  for (const std::string_view name : protocol_test::kVectorInputs) {
    inputs.emplace(name, protocol_test::DefaultVectorInput(name));
  }
  for (const std::string_view name : protocol_test::kResumptionInputs) {
    inputs.emplace(name, protocol_test::DefaultVectorInput(name));
  }
  Result<std::string> document = protocol_test::ReplaceVectorBlock(
      text.str(), protocol_test::kVectorFence,
      protocol_test::VectorBlock(protocol_test::RunVectorSession(inputs)));
  if (document.has_value()) {
    document = protocol_test::ReplaceVectorBlock(
        *document, protocol_test::kResumptionFence,
        protocol_test::VectorBlock(protocol_test::RunResumedVectorSession(inputs)));
  }
  if (!document.has_value()) {
    std::fprintf(stderr, "%s: %s\n", argv[1], document.error().message().c_str());
    return 2;
  }
  std::ofstream(argv[1]) << *document;
  return 0;
}
