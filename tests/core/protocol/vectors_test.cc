// The vectors of docs/PROTOCOL.md, read from that page and derived anew by the production code.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/core/protocol/vector_session.h"

namespace earshot::protocol_test {
namespace {

std::string ReadDocument() {
  std::ifstream file(EARSHOT_SOURCE_DIR "/docs/PROTOCOL.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class Vectors : public testing::Test {
 protected:
  void SetUp() override {
    const Result<VectorMap> parsed = ParseVectors(ReadDocument(), kVectorFence);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message();
    document_ = *parsed;
    for (const std::string_view input : kVectorInputs) {
      ASSERT_TRUE(document_.contains(input)) << input;
    }
  }
  VectorMap document_;
};

TEST_F(Vectors, DerivedFromTheDocumentsInputsAreTheDocuments) {
  const VectorList derived = RunVectorSession(document_);
  EXPECT_EQ(derived.size(), document_.size());
  for (const auto& [name, value] : derived) {
    const auto found = document_.find(name);
    ASSERT_NE(found, document_.end()) << name << " is missing in docs/PROTOCOL.md";
    EXPECT_EQ(HexEncode(found->second), HexEncode(value)) << name;
  }
}

TEST_F(Vectors, AnotherEphemeralKeyGivesOtherTags) {
  VectorMap inputs = document_;
  inputs["landmark_ephemeral_private"][5] ^= 1U;
  const VectorList derived = RunVectorSession(inputs);
  std::size_t tags = 0;
  for (const auto& [name, value] : derived) {
    if (!name.starts_with("pong_")) continue;
    ++tags;
    EXPECT_NE(value, document_[name]) << name;
  }
  EXPECT_EQ(tags, 9U);  // ten pings, one lost
}

// A second round under one handshake: its inputs beside those of the session above.
TEST_F(Vectors, OfAResumedSessionAreTheDocuments) {
  const Result<VectorMap> resumed = ParseVectors(ReadDocument(), kResumptionFence);
  ASSERT_TRUE(resumed.has_value()) << resumed.error().message();
  VectorMap inputs = document_;
  for (const std::string_view input : kResumptionInputs) {
    ASSERT_TRUE(resumed->contains(input)) << input;
    inputs.insert_or_assign(std::string(input), resumed->find(input)->second);
  }
  const VectorList derived = RunResumedVectorSession(inputs);
  EXPECT_EQ(derived.size(), resumed->size());
  for (const auto& [name, value] : derived) {
    const auto found = resumed->find(name);
    ASSERT_NE(found, resumed->end()) << name << " is missing in docs/PROTOCOL.md";
    EXPECT_EQ(HexEncode(found->second), HexEncode(value)) << name;
  }
  EXPECT_NE(resumed->at("round_key_1"), resumed->at("round_key_2"));
}

TEST(ProtocolPage, HoldsTheSchemaOfSignedObjectsWordForWord) {
  std::ifstream file(EARSHOT_SOURCE_DIR "/proto/earshot/v1/wire.proto");
  std::stringstream schema;
  schema << file.rdbuf();
  const std::string text = schema.str();
  const std::size_t begin = text.find("syntax = \"proto3\";");
  ASSERT_NE(begin, std::string::npos);
  EXPECT_NE(ReadDocument().find("```proto\n" + text.substr(begin) + "```"), std::string::npos)
      << "docs/PROTOCOL.md, section 1, shows another schema than proto/earshot/v1/wire.proto";
}

TEST(VectorBlock, MalformedLinesAreRefused) {
  EXPECT_FALSE(ParseVectors("no block", kVectorFence).has_value());
  EXPECT_FALSE(ParseVectors("```vectors\na = 00\na = 01\n```", kVectorFence).has_value());
  EXPECT_FALSE(ParseVectors("```vectors\na = 0x\n```", kVectorFence).has_value());
  EXPECT_FALSE(ParseVectors("```vectors\nstray\n```", kVectorFence).has_value());
  EXPECT_TRUE(ParseVectors("```vectors\na = 00\n  01\n```", kVectorFence).has_value());
}

}  // namespace
}  // namespace earshot::protocol_test
