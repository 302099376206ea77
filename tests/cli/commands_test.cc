#include "cli/commands.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "core/crypto/key_file.h"
#include "core/os/files.h"
#include "core/protocol/authority.h"
#include "core/report/json.h"
#include "earshot/v1/attacks.pb.h"
#include "earshot/v1/report.pb.h"
#include "earshot/v1/sweep.pb.h"
#include "tests/support/test_folder.h"

namespace earshot {
namespace {

using testing::HasSubstr;

class Commands : public testing::Test {
 protected:
  void SetUp() override {
    setenv("EARSHOT_SCENARIOS", EARSHOT_SOURCE_DIR "/scenarios", 1);
  }

  std::string In(std::string_view name) const { return folder_ + "/" + std::string(name); }
  ExitCode Do(const Command& command) {
    out_.str("");
    err_.str("");
    return Execute(command, console_);
  }

  const TestFolder scratch_;
  const std::string folder_ = scratch_.path();
  std::ostringstream out_;
  std::ostringstream err_;
  Console console_{out_, err_, false};
};

TEST_F(Commands, ScenariosAreListedShownAndChecked) {
  EXPECT_EQ(Do(ScenarioCommand{ScenarioCommand::Kind::kList, ""}), ExitCode::kRan);
  EXPECT_THAT(out_.str(), HasSubstr("half-order"));
  EXPECT_EQ(Do(ScenarioCommand{ScenarioCommand::Kind::kCheck, "half-order"}), ExitCode::kRan);
  EXPECT_THAT(out_.str(), HasSubstr("nothing wrong"));
  ASSERT_EQ(Do(ScenarioCommand{ScenarioCommand::Kind::kShow, "half-order"}), ExitCode::kRan);
  EXPECT_THAT(out_.str(), HasSubstr("landmarks sin-1, sin-3"));
  ASSERT_EQ(Do(ScenarioCommand{ScenarioCommand::Kind::kShow, "half-order", true}), ExitCode::kRan);
  // What is printed is itself a scenario.
  ASSERT_TRUE(WriteFileAtomically(In("shown.textproto"), out_.str()));
  EXPECT_EQ(Do(ScenarioCommand{ScenarioCommand::Kind::kCheck, In("shown.textproto")}), ExitCode::kRan)
      << err_.str();
}

TEST_F(Commands, AttackTableFitsATerminalAndItsDocumentStandsAlone) {
  AttacksCommand attacks;
  attacks.only = "landmark-outage";
  attacks.seeds = 1;
  ASSERT_EQ(Do(attacks), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("6 UNEXPLAINED_DELAY"));
  EXPECT_THAT(out_.str(), HasSubstr("6 INDETERMINATE"));
  EXPECT_THAT(out_.str(), HasSubstr("Devices of one seed and name"));
  EXPECT_THAT(out_.str(), testing::Not(HasSubstr("Undetected until")));
  std::istringstream lines(out_.str());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
  attacks.json = true;
  ASSERT_EQ(Do(attacks), ExitCode::kRan) << err_.str();
  v1::AttackTable table;
  ASSERT_TRUE(FromJson(out_.str(), &table));
  ASSERT_EQ(table.rows_size(), 2);
  EXPECT_EQ(table.rows(0).detected().of(), 6U);
  EXPECT_FALSE(table.rows(0).cost().source().empty());
  attacks.only = "landmark-outrage";
  EXPECT_EQ(Do(attacks), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean \"landmark-outage\"?"));
}

TEST_F(Commands, AttackThatOnlyAGrantedWithdrawalCatchesIsUndetectedUntilThen) {
  AttacksCommand attacks;
  attacks.only = "stolen-key";
  attacks.seeds = 1;
  ASSERT_EQ(Do(attacks), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Undetected with everything in place: none."));
  EXPECT_THAT(out_.str(), HasSubstr("Undetected until its maker hears of the theft"));
}

TEST_F(Commands, UnknownScenarioGetsDidYouMeanOnStderrAlone) {
  EXPECT_EQ(Do(ScenarioCommand{ScenarioCommand::Kind::kCheck, "half-ordr"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean \"half-order\"?"));
  EXPECT_EQ(out_.str(), "");
}

TEST_F(Commands, MistakeInAScenarioIsReportedWithItsPlace) {
  ASSERT_TRUE(WriteFileAtomically(In("bad.textproto"), "name: \"bad\"\nnetwork { jiter: \"5 ms\" }\n"));
  EXPECT_EQ(Do(ScenarioCommand{ScenarioCommand::Kind::kCheck, In("bad.textproto")}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("bad.textproto:2:"));
  EXPECT_THAT(err_.str(), HasSubstr("jitter"));
}

TEST_F(Commands, RunInVirtualTimeWritesWhatALiveRunWritesAndRepeatsItself) {
  RunCommand run{.scenario = "honest-fleet"};
  run.devices = 4;
  run.duration = std::chrono::seconds(7);
  run.json = true;
  std::string hashes[2];
  for (const std::uint32_t threads : {1U, 2U}) {
    run.threads = threads;
    run.out = In("run-" + std::to_string(threads));
    ASSERT_EQ(Do(run), ExitCode::kRan) << err_.str();
    v1::RunReport report;
    ASSERT_TRUE(FromJson(out_.str(), &report));
    EXPECT_EQ(report.run().mode(), "virtual");
    EXPECT_EQ(report.devices_size(), 4);
    EXPECT_THAT(report.assumptions(report.assumptions_size() - 1), HasSubstr("from its seed"));
    for (const char* file : {"report.json", "events.jsonl", "resolved.textproto"}) {
      EXPECT_TRUE(std::filesystem::exists(run.out + "/" + file)) << file;
    }
    for (const v1::ReportDevice& device : report.devices()) {
      EXPECT_EQ(Do(VerifyCommand{run.out + "/" + device.bundle(), run.out + "/work/root.pem"}),
                ExitCode::kRan)
          << err_.str();
    }
    hashes[threads - 1] = report.run().event_hash();
  }
  EXPECT_EQ(hashes[0], hashes[1]);
  // What determined it runs again.
  RunCommand again{.scenario = In("run-2") + "/resolved.textproto", .out = In("again"), .json = true};
  ASSERT_EQ(Do(again), ExitCode::kRan) << err_.str();
  v1::RunReport report;
  ASSERT_TRUE(FromJson(out_.str(), &report).has_value());
  EXPECT_EQ(report.run().event_hash(), hashes[0]);
  again.seed = 7;
  EXPECT_EQ(Do(again), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("whose paths are drawn already"));
}

TEST_F(Commands, SweepPrintsItsTableAndLimitsAndOneDocumentWithJson) {
  const std::string text = R"(name: "s" question: "How slow?" not_to_conclude: "much"
scenario: "relay-in-singapore"
axes { parameter: "network.jitter" values: ["100 us", "1 ms"] })";
  ASSERT_TRUE(WriteFileAtomically(In("s.textproto"), text));
  SweepCommand sweep{.file = In("s.textproto"), .out = In("swept")};
  sweep.threads = 2;
  ASSERT_EQ(Do(sweep), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), testing::AllOf(HasSubstr("How slow?"), HasSubstr("caught_share"),
                                         HasSubstr("Not to be concluded: much")));
  EXPECT_THAT(err_.str(), HasSubstr("2 of 2 points"));
  sweep.json = true;
  ASSERT_EQ(Do(sweep), ExitCode::kRan) << err_.str();
  v1::SweepReport report;
  ASSERT_TRUE(FromJson(out_.str(), &report));
  ASSERT_EQ(report.rows_size(), 2);
  EXPECT_EQ(report.rows(1).at().at("network.jitter"), "1 ms");
  EXPECT_EQ(report.rows(1).found().at("dishonest"), 8);
  sweep.file = In("none.textproto");
  EXPECT_EQ(Do(sweep), ExitCode::kUsage);
}

TEST_F(Commands, FolderThatAnotherRunWritesIsRefusedAndLeftAlone) {
  RunCommand run{.scenario = "honest-fleet"};
  run.devices = 4;
  run.duration = std::chrono::seconds(7);
  run.out = In("run");
  std::filesystem::create_directory(run.out);
  {
    const UniqueFd other(open(run.out.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_EQ(flock(other.get(), LOCK_EX | LOCK_NB), 0);
    EXPECT_EQ(Do(run), ExitCode::kFailed);
    EXPECT_THAT(err_.str(), HasSubstr("another run is writing"));
    EXPECT_TRUE(std::filesystem::is_empty(run.out));
  }
  EXPECT_EQ(Do(run), ExitCode::kRan) << err_.str();
}

TEST_F(Commands, RunOfRoundsReportsFleetsAndItsShareOfPackets) {
  RunCommand run{.scenario = "honest-fleet"};
  run.by_rounds = true;
  run.devices = 200;
  run.duration = std::chrono::hours(3);
  run.every = std::chrono::hours(1);
  run.packet_devices = 4;
  run.out = In("rounds");
  run.json = true;
  ASSERT_EQ(Do(run), ExitCode::kRan) << err_.str();
  v1::RunReport report;
  ASSERT_TRUE(FromJson(out_.str(), &report));
  EXPECT_EQ(report.run().mode(), "rounds");
  EXPECT_EQ(report.fleet_run().device_rounds(), 600);
  EXPECT_EQ(report.summary().devices(), 200U);
  EXPECT_EQ(report.summary().false_contradictions(), 0U);
  EXPECT_EQ(report.fleets_size(), 4);
  EXPECT_EQ(report.fleet_run().packet_share().devices(), 4U);
  EXPECT_EQ(report.run().incidents_size(), 0);
  // What determined it is a scenario of its own.
  EXPECT_EQ(Do(ScenarioCommand{ScenarioCommand::Kind::kCheck, run.out + "/resolved.textproto"}),
            ExitCode::kRan)
      << err_.str();
  run.json = false;
  EXPECT_EQ(Do(run), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("600 device rounds"));
}

TEST_F(Commands, NumberOfThreadsFromTheEnvironmentMustBeOne) {
  setenv("EARSHOT_THREADS", "many", 1);
  EXPECT_EQ(Do(RunCommand{.scenario = "half-order", .out = In("x")}), ExitCode::kUsage);
  unsetenv("EARSHOT_THREADS");
  EXPECT_THAT(err_.str(), HasSubstr("EARSHOT_THREADS is \"many\"; write 1 to"));
}

KeysCommand LandmarkDelegation(const std::string& folder) {
  KeysCommand command;
  command.kind = KeysCommand::Kind::kDelegate;
  command.out = folder;
  command.signer = folder + "/root.key";
  command.role = "landmark";
  command.subject = "sin-1";
  command.city = "Singapore";
  command.latitude_deg = 1.29;
  command.longitude_deg = 103.85;
  command.trust_domain = "straits";
  command.operator_name = "Straits Timing (fictional)";
  command.jurisdiction = "SG";
  return command;
}

TEST_F(Commands, DelegatedKeyStandsUnderItsRootAndNoOther) {
  ASSERT_EQ(Do(KeysCommand{.kind = KeysCommand::Kind::kRoot, .out = folder_}), ExitCode::kRan);
  ASSERT_EQ(Do(LandmarkDelegation(folder_)), ExitCode::kRan) << err_.str();
  const auto root = ReadEd25519PublicKeyFile(In("root.pub"));
  const auto blob = ReadFile(In("sin-1.delegation"));
  ASSERT_TRUE(root && blob);
  const auto delegated = OpenDelegation(AsBytes(*blob), *root);
  ASSERT_TRUE(delegated) << delegated.error().message();
  EXPECT_EQ(delegated->role, Role::kLandmark);
  EXPECT_EQ(delegated->subject, "sin-1");
  const auto key = ReadEd25519PrivateKeyFile(In("sin-1.key"));
  ASSERT_TRUE(key);
  EXPECT_TRUE(delegated->key == key->public_key());
  EXPECT_FALSE(OpenDelegation(AsBytes(*blob), key->public_key()));
}

TEST_F(Commands, KeyThatWouldNeverServeIsNotMade) {
  ASSERT_EQ(Do(KeysCommand{.kind = KeysCommand::Kind::kRoot, .out = folder_}), ExitCode::kRan);
  KeysCommand over = LandmarkDelegation(folder_);
  over.valid_for = std::chrono::milliseconds(999);
  EXPECT_EQ(Do(over), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("write 1 s or more"));
  KeysCommand anywhere = LandmarkDelegation(folder_);
  anywhere.uncertainty_m = 1'000'001;
  EXPECT_EQ(Do(anywhere), ExitCode::kUsage);
  EXPECT_FALSE(std::filesystem::exists(In("sin-1.key")));
}

TEST_F(Commands, ExistingKeyIsNeverOverwritten) {
  ASSERT_EQ(Do(KeysCommand{.kind = KeysCommand::Kind::kRoot, .out = folder_}), ExitCode::kRan);
  const auto before = ReadFile(In("root.key"));
  EXPECT_NE(Do(KeysCommand{.kind = KeysCommand::Kind::kRoot, .out = folder_}), ExitCode::kRan);
  EXPECT_EQ(ReadFile(In("root.key")), before);

  KeysCommand landmark = LandmarkDelegation(folder_);
  ASSERT_EQ(Do(landmark), ExitCode::kRan) << err_.str();
  const auto position = ReadFile(In("sin-1.position"));
  landmark.latitude_deg = 22.3;
  EXPECT_NE(Do(landmark), ExitCode::kRan);
  EXPECT_EQ(ReadFile(In("sin-1.position")), position) << "it belongs to the key that stays";
}

TEST_F(Commands, LandmarkWithoutAPlaceOrForTooLongIsRefused) {
  ASSERT_EQ(Do(KeysCommand{.kind = KeysCommand::Kind::kRoot, .out = folder_}), ExitCode::kRan);
  KeysCommand nowhere = LandmarkDelegation(folder_);
  nowhere.latitude_deg.reset();
  EXPECT_EQ(Do(nowhere), ExitCode::kUsage);
  KeysCommand too_long = LandmarkDelegation(folder_);
  too_long.valid_for = std::chrono::hours(24 * 8);
  EXPECT_EQ(Do(too_long), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("7 d"));
}

TEST_F(Commands, EndorsementStandsUnderTheMaker) {
  ASSERT_EQ(Do(KeysCommand{.kind = KeysCommand::Kind::kRoot, .out = folder_}), ExitCode::kRan);
  const KeysCommand maker{.kind = KeysCommand::Kind::kDelegate, .out = folder_,
                          .signer = In("root.key"), .role = "maker", .subject = "maker"};
  ASSERT_EQ(Do(maker), ExitCode::kRan) << err_.str();
  const KeysCommand endorse{.kind = KeysCommand::Kind::kEndorse, .out = folder_,
                            .signer = In("maker.key"), .subject = "C-0001", .maker = "maker",
                            .model = "A-100", .firmware = {std::string(64, 'a')},
                            .session_keys = "host"};
  ASSERT_EQ(Do(endorse), ExitCode::kRan) << err_.str();
  const auto delegated = OpenDelegation(AsBytes(*ReadFile(In("maker.delegation"))),
                                        *ReadEd25519PublicKeyFile(In("root.pub")));
  ASSERT_TRUE(delegated);
  const auto endorsement = OpenEndorsement(AsBytes(*ReadFile(In("C-0001.endorsement"))), *delegated);
  ASSERT_TRUE(endorsement) << endorsement.error().message();
  EXPECT_EQ(endorsement->session_keys, SessionKeys::kHost);
  EXPECT_EQ(endorsement->model, "A-100");
  const auto key = ReadEd25519PublicKeyFile(In("C-0001.pub"));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->id().value(), endorsement->device.value());
}

TEST_F(Commands, NameThatLeavesTheFolderIsRefusedAndNothingIsWritten) {
  ASSERT_EQ(Do(KeysCommand{.kind = KeysCommand::Kind::kRoot, .out = folder_}), ExitCode::kRan);
  for (const char* name : {"../evil", "a/b", ".hidden", ""}) {
    KeysCommand delegate = LandmarkDelegation(folder_);
    delegate.subject = name;
    EXPECT_EQ(Do(delegate), ExitCode::kUsage) << name;
    EXPECT_EQ(Do(KeysCommand{.kind = KeysCommand::Kind::kEndorse, .out = folder_,
                             .signer = In("root.key"), .subject = name}), ExitCode::kUsage) << name;
  }
  EXPECT_FALSE(ReadFile(folder_ + "/../evil.key"));
}

TEST_F(Commands, OnlyALandmarkIsGivenAPlace) {
  ASSERT_EQ(Do(KeysCommand{.kind = KeysCommand::Kind::kRoot, .out = folder_}), ExitCode::kRan);
  KeysCommand verdict = LandmarkDelegation(folder_);
  verdict.role = "verdict";
  EXPECT_EQ(Do(verdict), ExitCode::kUsage);
  EXPECT_FALSE(ReadFile(In("sin-1.key")));
}

TEST_F(Commands, RevocationListIsNotReplacedByOneThatForgets) {
  ASSERT_EQ(Do(KeysCommand{.kind = KeysCommand::Kind::kRoot, .out = folder_}), ExitCode::kRan);
  const KeysCommand revoke{.kind = KeysCommand::Kind::kRevoke, .out = folder_,
                           .signer = In("root.key"), .key = std::string(64, 'b'), .why = "lost"};
  ASSERT_EQ(Do(revoke), ExitCode::kRan) << err_.str();
  const auto before = ReadFile(In("revocations"));
  EXPECT_EQ(Do(revoke), ExitCode::kUsage);
  EXPECT_EQ(ReadFile(In("revocations")), before);
}

TEST_F(Commands, RevocationListOfAnotherFolderDoesNotReplaceOneThatKnowsMore) {
  ASSERT_EQ(Do(KeysCommand{.kind = KeysCommand::Kind::kRoot, .out = folder_}), ExitCode::kRan);
  KeysCommand revoke{.kind = KeysCommand::Kind::kRevoke, .out = In("b"), .signer = In("root.key"),
                     .key = std::string(64, 'b'), .why = "lost"};
  ASSERT_EQ(Do(revoke), ExitCode::kRan) << err_.str();
  revoke.out = In("a");
  revoke.key = std::string(64, 'c');
  ASSERT_EQ(Do(revoke), ExitCode::kRan) << err_.str();
  const auto before = ReadFile(In("a/revocations"));
  revoke.list = In("b/revocations");
  EXPECT_EQ(Do(revoke), ExitCode::kUsage);
  EXPECT_EQ(ReadFile(In("a/revocations")), before);
  revoke.list = In("a/../a/revocations");
  EXPECT_EQ(Do(revoke), ExitCode::kRan) << err_.str();
}

TEST_F(Commands, RevocationListsGrowAndTheirVersionsRise) {
  ASSERT_EQ(Do(KeysCommand{.kind = KeysCommand::Kind::kRoot, .out = folder_}), ExitCode::kRan);
  KeysCommand revoke{.kind = KeysCommand::Kind::kRevoke, .out = folder_, .signer = In("root.key"),
                     .key = std::string(64, 'b'), .why = "lost"};
  ASSERT_EQ(Do(revoke), ExitCode::kRan) << err_.str();
  revoke.list = In("revocations");
  revoke.key = std::string(64, 'c');
  ASSERT_EQ(Do(revoke), ExitCode::kRan) << err_.str();
  ListTrust trust(*ReadEd25519PublicKeyFile(In("root.pub")));
  const auto list = trust.AcceptRevocationList(AsBytes(*ReadFile(In("revocations"))));
  ASSERT_TRUE(list) << list.error().message();
  EXPECT_EQ(list->version, 2U);
  ASSERT_EQ(list->revoked.size(), 2U);
  EXPECT_EQ(list->revoked[0].why, "lost");
}

TEST_F(Commands, RootCannotWithdrawItself) {
  ASSERT_EQ(Do(KeysCommand{.kind = KeysCommand::Kind::kRoot, .out = folder_}), ExitCode::kRan);
  const KeysCommand revoke{.kind = KeysCommand::Kind::kRevoke, .out = folder_,
                           .signer = In("root.key"), .key = In("root.pub"), .why = "tired"};
  EXPECT_EQ(Do(revoke), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("make a new root"));
  EXPECT_FALSE(ReadFile(In("revocations")));
}

TEST_F(Commands, DoctorPrintsOneJsonDocumentAndNothingElse) {
  ASSERT_EQ(Do(DoctorCommand{.json = true}), ExitCode::kRan) << err_.str();
  v1::DoctorReport report;
  ASSERT_TRUE(FromJson(out_.str(), &report)) << out_.str();
  EXPECT_GT(report.rows_size(), 5);
  EXPECT_GT(report.accuracy_km(), 0);
}

TEST_F(Commands, ExplainFindsTheDeviceOrSaysWhichWasMeant) {
  v1::RunReport report;
  report.add_devices()->set_id("C-0042");
  report.mutable_devices(0)->set_sentence("It answered from where it should.");
  report.mutable_devices(0)->set_verdict("VERIFIED");
  report.mutable_devices(0)->set_bundle("bundles/C-0042.bundle");
  ASSERT_TRUE(WriteFileAtomically(In("report.json"), *ToJson(report)));
  EXPECT_EQ(Do(ExplainCommand{folder_, "C-0042"}), ExitCode::kRan);
  EXPECT_THAT(out_.str(), HasSubstr("It answered from where it should."));
  EXPECT_THAT(out_.str(), HasSubstr("earshot verify " + folder_ + "/bundles/C-0042.bundle"));
  EXPECT_EQ(Do(ExplainCommand{folder_, "C-0043"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean \"C-0042\"?"));
  EXPECT_EQ(Do(ExplainCommand{In("nothing"), "C-0042"}), ExitCode::kUsage);
}

}  // namespace
}  // namespace earshot
