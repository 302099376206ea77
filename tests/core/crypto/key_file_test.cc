#include "core/crypto/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "core/crypto/seeded_random.h"
#include "tests/core/crypto/hex.h"
#include "tests/support/test_folder.h"

namespace earshot {
namespace {

using testing::HasSubstr;

// RFC 8410, 10.3: the seed and the public key that its appendix prints.
constexpr const char* kRfc8410Private =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* kRfc8410Public =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
    "-----END PUBLIC KEY-----\n";

// A throw-away key of `openssl genpkey -algorithm ed25519 -aes-128-cbc -pass pass:x`.
constexpr const char* kEncryptedPrivate =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgOYwwcmlnIkQICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEENpSmceXFrW2m1cHdnumOAwEQJMI\n"
    "zg0GhZYwxxRU4789Rxm8rSXvE0epaTeJJeIAQ/yHbF/C3Tg/UjogECRsJTufm5NF\n"
    "SJ2trqHX6ymABY8aECk=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

class KeyFileTest : public testing::Test {
 protected:

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  std::string Put(const std::string& name, const std::string& text, mode_t mode) const {
    std::ofstream(Path(name)) << text;
    EXPECT_EQ(chmod(Path(name).c_str(), mode), 0);
    return Path(name);
  }

  SeededRandom random_{1};
  const TestFolder scratch_;
  const std::string folder_ = scratch_.path();
};

mode_t ModeOf(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(stat(path.c_str(), &status), 0);
  return status.st_mode & 07777U;
}

std::string TextOf(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(KeyFileTest, PrivateKeysAreWrittenForTheOwnerAloneAndReadBack) {
  const Ed25519PrivateKey signer = Ed25519PrivateKey::Generate(random_);
  const X25519KeyPair pair = X25519KeyPair::Generate(random_);
  ASSERT_TRUE(WritePrivateKeyFile(Path("signer.pem"), signer).has_value());
  ASSERT_TRUE(WritePrivateKeyFile(Path("pair.pem"), pair).has_value());
  EXPECT_EQ(ModeOf(Path("signer.pem")), 0600U);
  EXPECT_EQ(ModeOf(Path("pair.pem")), 0600U);
  EXPECT_EQ(ReadEd25519PrivateKeyFile(Path("signer.pem")).value().id(), signer.id());
  EXPECT_EQ(ReadX25519PrivateKeyFile(Path("pair.pem")).value().public_key(), pair.public_key());
}

TEST_F(KeyFileTest, KeyOfRfc8410IsReadAndWrittenByteForByte) {
  const auto key = ReadEd25519PrivateKeyFile(Put("in.pem", kRfc8410Private, 0600));
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(HexEncode(key->public_key().bytes()),
            "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
  ASSERT_TRUE(WritePrivateKeyFile(Path("out.pem"), *key).has_value());
  EXPECT_EQ(TextOf(Path("out.pem")), kRfc8410Private);
  ASSERT_TRUE(WritePublicKeyFile(Path("public.pem"), key->public_key()).has_value());
  EXPECT_EQ(TextOf(Path("public.pem")), kRfc8410Public);
  EXPECT_EQ(ReadEd25519PublicKeyFile(Path("public.pem")).value(), key->public_key());
}

TEST_F(KeyFileTest, ExistingFileIsNeverOverwritten) {
  const std::string path = Put("key.pem", "something else", 0600);
  const Status status = WritePrivateKeyFile(path, Ed25519PrivateKey::Generate(random_));
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code(), ErrorCode::kUnavailable);
  EXPECT_THAT(status.error().message(), HasSubstr("never overwritten"));
  EXPECT_EQ(TextOf(path), "something else");
}

TEST_F(KeyFileTest, PrivateKeyOpenToGroupOrOthersIsRefusedWithTheMend) {
  for (const mode_t mode : {0640U, 0620U, 0610U, 0604U, 0602U, 0601U, 0644U, 0777U}) {
    const std::string path = Put("key.pem", kRfc8410Private, mode);
    const auto key = ReadEd25519PrivateKeyFile(path);
    ASSERT_FALSE(key.has_value()) << mode;
    EXPECT_EQ(key.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_THAT(key.error().message(), HasSubstr("chmod 600 " + path));
  }
  EXPECT_TRUE(ReadEd25519PrivateKeyFile(Put("key.pem", kRfc8410Private, 0400)).has_value());
}

TEST_F(KeyFileTest, KeyOfTheOtherKindIsRefused) {
  ASSERT_TRUE(WritePrivateKeyFile(Path("pair.pem"), X25519KeyPair::Generate(random_)).has_value());
  EXPECT_THAT(ReadEd25519PrivateKeyFile(Path("pair.pem")).error().message(),
              HasSubstr("not an unencrypted Ed25519 private key"));
  EXPECT_THAT(ReadX25519PrivateKeyFile(Put("key.pem", kRfc8410Private, 0600)).error().message(),
              HasSubstr("not an unencrypted X25519 private key"));
  EXPECT_FALSE(ReadEd25519PublicKeyFile(Path("key.pem")).has_value());
  EXPECT_FALSE(ReadEd25519PrivateKeyFile(Put("public.pem", kRfc8410Public, 0600)).has_value());
}

TEST_F(KeyFileTest, MissingFileAndMissingFolderAreNotFound) {
  EXPECT_EQ(ReadEd25519PrivateKeyFile(Path("none")).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(WritePrivateKeyFile(Path("none/key"), X25519KeyPair::Generate(random_)).error().code(),
            ErrorCode::kNotFound);
}

TEST_F(KeyFileTest, FolderPipeEmptyTruncatedAndOversizeFilesAreRefused) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  std::filesystem::create_directory(Path("folder"));
  ASSERT_EQ(chmod(Path("folder").c_str(), 0700), 0);
  const std::string text = kRfc8410Private;
  for (const std::string& path :
       {Path("pipe"), Path("folder"), Put("empty", "", 0600),
        Put("half", text.substr(0, text.size() / 2), 0600), Put("noise", "not a key", 0600),
        Put("large", text + std::string(kKeyFileBytesMax, '\n'), 0600)}) {
    const auto key = ReadEd25519PrivateKeyFile(path);
    ASSERT_FALSE(key.has_value()) << path;
    EXPECT_EQ(key.error().code(), ErrorCode::kInvalidArgument) << path;
  }
}

TEST_F(KeyFileTest, EncryptedKeyIsRefusedWithoutAskingForAPassword) {
  const auto key = ReadEd25519PrivateKeyFile(Put("locked.pem", kEncryptedPrivate, 0600));
  ASSERT_FALSE(key.has_value());
  EXPECT_THAT(key.error().message(), HasSubstr("not an unencrypted"));
}

}  // namespace
}  // namespace earshot
