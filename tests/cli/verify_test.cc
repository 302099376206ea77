// earshot verify on bundles of a simulated server, as a stranger with the root key would use it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <sstream>

#include "cli/commands.h"
#include "core/appraisal/outline_map.h"
#include "core/crypto/key_file.h"
#include "core/crypto/signed_blob.h"
#include "core/os/files.h"
#include "core/report/bundle.h"
#include "earshot/v1/evidence.pb.h"
#include "tests/support/test_folder.h"
#include "tests/support/server_world.h"

namespace earshot {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

// One round over an honest device, run once: every test changes a copy of its bundle.
class OneRound {
 public:
  static const OneRound& Get() {
    static const OneRound round;
    return round;
  }
  const std::string& bundle() const { return world_.rounds.front().front().bundle; }
  v1::EvidenceBundle Decoded() const { return *DecodeBundle(AsBytes(bundle())); }
  const AuthorityFixture& authority() const { return world_.authority; }
  Bytes32 KeyOfFirstLandmark() const { return first_landmark_; }

 private:
  OneRound() {
    world_.AddDevice("C-0001", world_.singapore());
    world_.Run(std::chrono::seconds(8));
    first_landmark_ = world_.authority.landmarks().front()->keys.signing.public_key().id().value();
  }
  OutlineMap outlines_;
  ServerWorld world_{&outlines_};
  Bytes32 first_landmark_{};
};

class VerifyCommandTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(WritePublicKeyFile(In("root.pem"), OneRound::Get().authority().root().public_key()));
  }

  std::string In(std::string_view name) const { return folder_ + "/" + std::string(name); }
  // Verifies `bundle` under the right root unless `root` names another file.
  ExitCode Check(const std::string& bundle, const std::string& revocations = "",
                 const std::string& root = "root.pem") {
    out_.str("");
    err_.str("");
    EXPECT_TRUE(WriteFileAtomically(In("bundle"), bundle, Durability::kAtomicOnly));
    return Verify(VerifyCommand{.bundle = In("bundle"), .root = root.empty() ? "" : In(root),
                                 .revocations = revocations.empty() ? "" : In(revocations)},
                   console_);
  }
  ExitCode Check(const v1::EvidenceBundle& bundle) { return Check(bundle.SerializeAsString()); }
  void WriteRevocations(std::string_view name, std::uint64_t version,
                        const std::vector<Bytes32>& keys) {
    const Bytes list = OneRound::Get().authority().RevocationList(version, keys);
    ASSERT_TRUE(WriteFileAtomically(In(name), ToString(list), Durability::kAtomicOnly));
  }

  const TestFolder scratch_;
  const std::string folder_ = scratch_.path();
  std::ostringstream out_;
  std::ostringstream err_;
  Console console_{out_, err_, false};
};

TEST_F(VerifyCommandTest, BundleAsItWasWrittenStands) {
  EXPECT_EQ(Check(OneRound::Get().bundle()), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("VERIFIED"));
  EXPECT_THAT(out_.str(), HasSubstr("Device:   C-0001, key "));
  EXPECT_THAT(out_.str(), HasSubstr("licence excludes"));
  EXPECT_THAT(out_.str(), ContainsRegex("Measured: [0-9-]+ [0-9:]+ UTC to [0-9-]+ [0-9:]+ UTC"));
  EXPECT_THAT(out_.str(), HasSubstr("The signed verdict is what its evidence says."));
  EXPECT_EQ(err_.str(), "");
}

TEST_F(VerifyCommandTest, WithoutARootTheReaderIsToldWhatThatIsWorth) {
  EXPECT_EQ(Check(OneRound::Get().bundle(), "", ""), ExitCode::kRan);
  EXPECT_THAT(err_.str(), HasSubstr("not who made it"));
}

TEST_F(VerifyCommandTest, NoChangedByteAnywhereInTheFilePasses) {
  const std::string& bundle = OneRound::Get().bundle();
  for (std::size_t at = 0; at < bundle.size(); at += 61) {
    std::string changed = bundle;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
    EXPECT_NE(Check(changed), ExitCode::kRan) << "byte " << at;
    EXPECT_NE(err_.str() + out_.str(), "");
  }
}

TEST_F(VerifyCommandTest, FileCutShortOrNoBundleAtAllIsRefused) {
  const std::string& bundle = OneRound::Get().bundle();
  EXPECT_NE(Check(bundle.substr(0, bundle.size() / 2)), ExitCode::kRan);
  EXPECT_EQ(Check("not a bundle"), ExitCode::kUsage);
  EXPECT_EQ(Check(std::string()), ExitCode::kUsage);
  EXPECT_EQ(Verify(VerifyCommand{.bundle = In("nothing")}, console_), ExitCode::kUsage);
}

TEST_F(VerifyCommandTest, BundleOfAnotherRootIsRefused) {
  SeededRandom random(9);
  ASSERT_TRUE(WritePublicKeyFile(In("other.pem"), Ed25519PrivateKey::Generate(random).public_key()));
  EXPECT_EQ(Check(OneRound::Get().bundle(), "", "other.pem"), ExitCode::kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("another root key"));
  EXPECT_EQ(out_.str(), "");
}

// Signs the verdict of `bundle` anew, as the verifier itself could.
void SignVerdict(v1::EvidenceBundle* bundle, const std::function<void(v1::VerdictRecord*)>& change) {
  v1::VerdictRecord record;
  ASSERT_TRUE(record.ParseFromString(bundle->verdict().tbs()));
  change(&record);
  const std::string tbs = record.SerializeAsString();
  *bundle->mutable_verdict() = SignBlobMessage(
      BlobContext::kVerdict, OneRound::Get().authority().verdict_key(), AsBytes(tbs));
}

TEST_F(VerifyCommandTest, SignedVerdictThatDoesNotFollowFromItsEvidenceIsCalledSo) {
  v1::EvidenceBundle bundle = OneRound::Get().Decoded();
  SignVerdict(&bundle, [](v1::VerdictRecord* record) { record->set_headline("CONTRADICTED"); });
  EXPECT_EQ(Check(bundle), ExitCode::kFailed);
  EXPECT_THAT(out_.str(), HasSubstr("NOT what its evidence says"));
  EXPECT_THAT(out_.str(),
              HasSubstr("headline: the signed verdict says CONTRADICTED, the evidence says VERIFIED"));
}

TEST_F(VerifyCommandTest, VerdictSignedAnewWithoutAChangeStillStands) {
  v1::EvidenceBundle bundle = OneRound::Get().Decoded();
  SignVerdict(&bundle, [](v1::VerdictRecord*) {});
  EXPECT_EQ(Check(bundle), ExitCode::kRan) << err_.str();
}

TEST_F(VerifyCommandTest, GroundsExchangedForOthersThatAreSignedTooAreRefused) {
  // A revocation list of the same root that the verdict was not signed over.
  v1::EvidenceBundle bundle = OneRound::Get().Decoded();
  const Bytes list = OneRound::Get().authority().RevocationList(1, {});
  ASSERT_TRUE(bundle.mutable_revocation_list()->ParseFromString(ToString(list)));
  EXPECT_EQ(Check(bundle), ExitCode::kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("signed over other lists"));
  // The facts of the round are nobody's signature but the verdict's.
  bundle = OneRound::Get().Decoded();
  bundle.mutable_context()->set_packets_refused(bundle.context().packets_refused() + 1);
  EXPECT_EQ(Check(bundle), ExitCode::kFailed);
}

TEST_F(VerifyCommandTest, RoundAtAnInstantThatNoClockShowsIsRefused) {
  for (const std::int64_t ns : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
    v1::EvidenceBundle bundle = OneRound::Get().Decoded();
    bundle.mutable_context()->set_now_ns(ns);
    EXPECT_EQ(Check(bundle), ExitCode::kUsage);
    EXPECT_THAT(err_.str(), HasSubstr("no clock shows"));
  }
}

TEST_F(VerifyCommandTest, VerdictUnderAnExpiredDelegationIsRefused) {
  v1::EvidenceBundle bundle = OneRound::Get().Decoded();
  v1::Delegation delegation;
  ASSERT_TRUE(delegation.ParseFromString(bundle.verdict_delegation().tbs()));
  delegation.set_not_after_s(delegation.not_before_s() + 1);
  const std::string tbs = delegation.SerializeAsString();
  *bundle.mutable_verdict_delegation() = SignBlobMessage(
      BlobContext::kDelegation, OneRound::Get().authority().root(), AsBytes(tbs));
  EXPECT_EQ(Check(bundle), ExitCode::kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("verdict delegation"));
}

TEST_F(VerifyCommandTest, LandmarkWhoseDelegationExpiredBeforeTheListSignsNothing) {
  v1::EvidenceBundle bundle = OneRound::Get().Decoded();
  v1::LandmarkList list;
  ASSERT_TRUE(list.ParseFromString(bundle.landmark_list().tbs()));
  v1::Delegation delegation;
  ASSERT_TRUE(delegation.ParseFromString(list.landmarks(0).delegation().tbs()));
  delegation.set_not_after_s(list.epoch_s() - 1);
  const Ed25519PrivateKey& root = OneRound::Get().authority().root();
  const std::string delegation_tbs = delegation.SerializeAsString();
  *list.mutable_landmarks(0)->mutable_delegation() =
      SignBlobMessage(BlobContext::kDelegation, root, AsBytes(delegation_tbs));
  const std::string list_tbs = list.SerializeAsString();
  *bundle.mutable_landmark_list() =
      SignBlobMessage(BlobContext::kLandmarkList, root, AsBytes(list_tbs));
  EXPECT_EQ(Check(bundle), ExitCode::kFailed);
}

TEST_F(VerifyCommandTest, ReceiptsOfAWithdrawnLandmarkAreRefused) {
  WriteRevocations("revocations", 1, {OneRound::Get().KeyOfFirstLandmark()});
  EXPECT_EQ(Check(OneRound::Get().bundle(), "revocations"), ExitCode::kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("the key of landmark sin-1 was withdrawn"));
  EXPECT_EQ(out_.str(), "");
}

TEST_F(VerifyCommandTest, WithdrawalOfAStrangersKeyChangesNothing) {
  WriteRevocations("revocations", 1, {Bytes32{7}});
  EXPECT_EQ(Check(OneRound::Get().bundle(), "revocations"), ExitCode::kRan) << err_.str();
}

TEST_F(VerifyCommandTest, VerdictUnderAWithdrawnKeyIsRefused) {
  WriteRevocations("revocations", 1,
                   {OneRound::Get().authority().verdict_key().public_key().id().value()});
  EXPECT_EQ(Check(OneRound::Get().bundle(), "revocations"), ExitCode::kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("its key was withdrawn"));
}

TEST_F(VerifyCommandTest, RevocationListOfAnotherRootOrNoneAtAllIsRefused) {
  const AuthorityFixture other(77);
  ASSERT_TRUE(WriteFileAtomically(In("revocations"), ToString(other.RevocationList(1, {}))));
  EXPECT_EQ(Check(OneRound::Get().bundle(), "revocations"), ExitCode::kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("the revocation list given"));
  ASSERT_TRUE(WriteFileAtomically(In("revocations"), ""));
  EXPECT_EQ(Check(OneRound::Get().bundle(), "revocations"), ExitCode::kUsage);
}

// The bundle's own list is version 5: an older one, in which the key still stood, does not help.
TEST_F(VerifyCommandTest, RevocationListOlderThanTheBundlesOwnIsRefused) {
  const OutlineMap outlines;
  ServerWorld world(&outlines);
  world.AddDevice("C-0001", world.singapore());
  world.Begin();
  ASSERT_TRUE(world.engine->verifier().UpdateRevocations(world.authority.RevocationList(5, {})));
  world.Run(std::chrono::seconds(8));
  ASSERT_EQ(world.rounds.size(), 1U);
  const std::string& bundle = world.rounds[0][0].bundle;
  EXPECT_EQ(Check(bundle), ExitCode::kRan) << err_.str();
  WriteRevocations("older", 4, {});
  EXPECT_EQ(Check(bundle, "older"), ExitCode::kFailed);
  EXPECT_THAT(err_.str(), HasSubstr("which was accepted before"));
  WriteRevocations("newer", 6, {});
  EXPECT_EQ(Check(bundle, "newer"), ExitCode::kRan) << err_.str();
}

}  // namespace
}  // namespace earshot
