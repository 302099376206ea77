#include "agent/io/agent_config.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/crypto/key_file.h"
#include "core/crypto/seeded_random.h"
#include "core/os/files.h"
#include "tests/support/test_folder.h"

namespace earshot {
namespace {

using testing::HasSubstr;

class AgentConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    SeededRandom random(1);
    const Ed25519PrivateKey root = Ed25519PrivateKey::Generate(random);
    ASSERT_TRUE(WritePublicKeyFile(folder_ + "/root.pem", root.public_key()).has_value());
    ASSERT_TRUE(WritePrivateKeyFile(folder_ + "/a.pem", Ed25519PrivateKey::Generate(random)));
  }

  Result<AgentSettings> Load(const std::string& text) {
    const std::string path = folder_ + "/agent.textproto";
    EXPECT_TRUE(WriteFileAtomically(path, text).has_value());
    return LoadAgentConfig(path);
  }
  static std::string Identity(const std::string& name, const std::string& address) {
    return fmt::format(
        "identities {{\n  name: '{}'\n  key_file: 'a.pem'\n  counter_file: 'a.counter'\n"
        "  local_address: '{}'\n  model: 'x'\n}}\n",
        name, address);
  }
  static constexpr const char* kRest = "landmark_list: 'list'\nroot_public_key: 'root.pem'\n";

  const TestFolder scratch_;
  const std::string folder_ = scratch_.path();
};

TEST_F(AgentConfigTest, FilesAreFoundBesideTheConfiguration) {
  const auto settings = Load(Identity("C-1", "127.0.0.7") + kRest);
  ASSERT_TRUE(settings.has_value()) << settings.error().message();
  EXPECT_EQ(settings->landmark_list_file, folder_ + "/list");
  EXPECT_EQ(settings->identities[0].local_address, 0x7f000007U);
  EXPECT_EQ(settings->identities[0].counter_file, folder_ + "/a.counter");
}

TEST_F(AgentConfigTest, SessionsAreOfferedToBeResumedUnlessItSaysOtherwise) {
  EXPECT_FALSE(Load(Identity("C-1", "127.0.0.7") + kRest)->handshake_each_round);
  EXPECT_TRUE(Load(Identity("C-1", "127.0.0.7") + kRest + "handshake_each_round: true\n")
                  ->handshake_each_round);
}

TEST_F(AgentConfigTest, WrongAddressIsReportedAtItsLine) {
  const auto settings = Load(Identity("C-1", "localhost") + kRest);
  ASSERT_FALSE(settings.has_value());
  EXPECT_THAT(settings.error().message(), HasSubstr("agent.textproto:5:3: local_address"));
}

TEST_F(AgentConfigTest, MisspeltFieldNamesTheRightOne) {
  const auto settings = Load(Identity("C-1", "127.0.0.1") + "landmark_lst: 'x'\n" + kRest);
  ASSERT_FALSE(settings.has_value());
  EXPECT_THAT(settings.error().message(), HasSubstr("did you mean \"landmark_list\"?"));
}

TEST_F(AgentConfigTest, OneKeyForTwoDevicesIsRefused) {
  const auto settings =
      Load(Identity("C-1", "127.0.0.1") + Identity("C-2", "127.0.0.2") + kRest);
  ASSERT_FALSE(settings.has_value());
  EXPECT_THAT(settings.error().message(), HasSubstr("agent.textproto:10:3: key_file"));
}

TEST_F(AgentConfigTest, AgentWithoutIdentityIsRefused) {
  const auto settings = Load(kRest);
  ASSERT_FALSE(settings.has_value());
  EXPECT_THAT(settings.error().message(), HasSubstr("identities: is missing"));
}

TEST_F(AgentConfigTest, MissingKeyFileIsReportedAtTheFieldThatNamesIt) {
  std::filesystem::remove(folder_ + "/a.pem");
  const auto settings = Load(Identity("C-1", "127.0.0.1") + kRest);
  ASSERT_FALSE(settings.has_value());
  EXPECT_THAT(settings.error().message(), HasSubstr("agent.textproto:3:3: key_file"));
}

}  // namespace
}  // namespace earshot
