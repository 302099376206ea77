// A server process and an agent process on 127.0.0.1, from configuration files to the report.
#include "server/io/server_process.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <thread>

#include "agent/io/agent_process.h"
#include "core/appraisal/nearest_landmark_test.h"
#include "core/appraisal/outline_map.h"
#include "core/crypto/key_file.h"
#include "core/crypto/signed_blob.h"
#include "core/os/files.h"
#include "core/os/system_clock.h"
#include "core/protocol/authority.h"
#include "core/report/bundle.h"
#include "core/report/records.h"
#include "earshot/v1/evidence.pb.h"
#include "earshot/v1/report.pb.h"
#include "server/io/server_commands.h"
#include "tests/support/authority_fixture.h"
#include "tests/support/test_folder.h"

namespace earshot {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string Text(const Bytes& bytes) { return ToString(bytes); }

// Everything a server and an agent read, in a folder that goes with the test.
class ServerProcessTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(WritePublicKeyFile(folder_ + "/root.pem", authority_.root().public_key()));
    Write("verdict.delegation", Text(authority_.VerdictDelegation()));
    Write("maker.delegation", Text(authority_.MakerDelegation()));
    ASSERT_TRUE(WritePrivateKeyFile(folder_ + "/verdict.key", authority_.verdict_key()));
    Write("policy", Text(SignRecord(BlobContext::kPolicy, *ToRecord(Policy{}))));
    config_ = "root_public_key: 'root.pem' out_dir: 'out' landmark_list: 'list' policy: 'policy'\n"
              "verdict_key_file: 'verdict.key' verdict_delegation: 'verdict.delegation'\n"
              "ready_file: 'ready' command_socket: 'server.socket'\n"
              "rounds { first_after: '1 s' length: '2 s' count: 1 trains: 2 }\n";
    // So near to one another that answers within a fraction of a millisecond fit all of them.
    const std::vector<FixturePlace> places = {{"sin-1", "a", 1.300, 103.850},
                                              {"sin-2", "b", 1.301, 103.851},
                                              {"sin-3", "c", 1.302, 103.852},
                                              {"sin-4", "d", 1.303, 103.853}};
    for (const FixturePlace& place : places) AddLandmark(place);
  }

  void Write(const std::string& name, const std::string& contents) {
    ASSERT_TRUE(WriteFileAtomically(folder_ + "/" + name, contents).has_value());
  }
  Bytes SignRecord(BlobContext context, const google::protobuf::Message& record) {
    return SignBlob(context, authority_.root(), AsBytes(record.SerializeAsString()));
  }
  void AddLandmark(const FixturePlace& place) {
    const FixtureLandmark& landmark = authority_.AddLandmark(place, Endpoint{0x7f000001, 1});
    const std::string stem = folder_ + "/" + place.id;
    ASSERT_TRUE(WritePrivateKeyFile(stem + ".signing", landmark.keys.signing));
    ASSERT_TRUE(WritePrivateKeyFile(stem + ".sealing", landmark.keys.sealing));
    Write(place.id + ".delegation", Text(landmark.delegation));
    Write(place.id + ".position", landmark.position_record);
    config_ += fmt::format(
        "landmarks {{ id: '{0}' bind: '127.0.0.1:0' signing_key_file: '{0}.signing'\n"
        "  sealing_key_file: '{0}.sealing' delegation: '{0}.delegation'\n"
        "  position_record: '{0}.position' }}\n",
        place.id);
  }
  void AddDevice(const std::string& name) {
    const Ed25519PrivateKey key = authority_.NewKey();
    ASSERT_TRUE(WritePrivateKeyFile(folder_ + "/" + name + ".key", key));
    const Duration day = std::chrono::hours(24);
    const Declaration declaration{
        DeviceId(key.id().value()), "Example Buyer",
        Site{"Example Hall", *Position::FromDegrees(1.30, 103.85), Distance::Kilometres(200),
             epoch_ - day, epoch_ + day},
        LicenceTerms{LicenceTerms::Kind::kExcluded, {CountryCode::Unchecked('C', 'N')}}};
    Write(name + ".declaration",
          Text(SignRecord(BlobContext::kDeclaration,
                          *ToRecord(NamedDeclaration{name, declaration}))));
    Write(name + ".endorsement",
          Text(authority_.Endorse(key.public_key(), "model-x", Bytes32{})));
    config_ += fmt::format(
        "devices {{ name: '{0}' endorsement: '{0}.endorsement' declaration: '{0}.declaration'\n"
        "  maker_delegation: 'maker.delegation' }}\n",
        name);
  }
  // The list as agents get it, once the landmarks have their ports.
  void WriteList() {
    std::istringstream ready(*ReadFile(folder_ + "/ready"));
    std::string id;
    std::string endpoint;
    while (ready >> id >> endpoint) {
      for (const auto& landmark : authority_.landmarks()) {
        if (landmark->place.id == id) landmark->endpoint = *Endpoint::Parse(endpoint);
      }
    }
    Write("list", Text(authority_.LandmarkList()));
  }
  Result<ServerSettings> Load() {
    Write("server.textproto", config_);
    return LoadServerConfig(folder_ + "/server.textproto");
  }
  // The agent of C-1.
  Result<std::unique_ptr<AgentProcess>> MakeAgent() {
    Write("agent.textproto",
          "identities { name: 'C-1' key_file: 'C-1.key' counter_file: 'C-1.counter'\n"
          "  local_address: '127.0.0.1' model: 'model-x'\n"
          "  firmware_sha256: '" + std::string(64, '0') + "' }\n"
          "landmark_list: 'list' root_public_key: 'root.pem'\n");
    EARSHOT_ASSIGN_OR_RETURN(AgentSettings settings,
                             LoadAgentConfig(folder_ + "/agent.textproto"));
    return AgentProcess::Create(std::move(settings), {});
  }
  // The server from its start to its end, with the agent of C-1; `started`: once the ports are bound
  // and the list is written.
  Status RunWithAgent(const std::function<void()>& started = [] {},
                      const ServerProcessOptions& options = {}) {
    EARSHOT_ASSIGN_OR_RETURN(ServerSettings settings, Load());
    EARSHOT_ASSIGN_OR_RETURN(const auto server,
                             ServerProcess::Create(std::move(settings), options));
    WriteList();
    started();
    EARSHOT_ASSIGN_OR_RETURN(const auto agent, MakeAgent());
    std::thread answering([&] { agent->RunFor(std::chrono::seconds(30)); });
    const Status ran = server->Run();
    agent->Stop();
    answering.join();
    return ran;
  }
  v1::RunReport Report() {
    v1::RunReport report;
    EXPECT_TRUE(report.ParseFromString(ReadFile(folder_ + "/out/report.pb").value()));
    return report;
  }

  // Records hold whole seconds.
  WallInstant epoch_ = WallInstant::FromNanoseconds(
      SystemClock().Read().wall.nanoseconds() / 1'000'000'000 * 1'000'000'000);
  AuthorityFixture authority_{5, epoch_};
  const TestFolder scratch_;
  const std::string folder_ = scratch_.path();
  std::string config_;
};

TEST_F(ServerProcessTest, RunWithARealAgentEndsWithReportEventsAndACheckableBundle) {
  AddDevice("C-1");
  AddDevice("C-2");  // no agent answers for it
  const Status ran = RunWithAgent();
  ASSERT_TRUE(ran.has_value()) << ran.error().message();

  const v1::RunReport report = Report();
  ASSERT_EQ(report.devices_size(), 2);
  EXPECT_EQ(report.run().rounds(), 1U);
  EXPECT_EQ(report.devices(0).id(), "C-1");
  EXPECT_EQ(report.devices(0).bounds_size(), 4) << "every landmark heard it";
  // Heard from Singapore within milliseconds: far from China, by physics.
  EXPECT_EQ(report.devices(0).verdict(), "VERIFIED") << report.devices(0).DebugString();
  EXPECT_EQ(report.devices(1).verdict(), "INDETERMINATE") << "too early to call it silent";
  EXPECT_EQ(report.devices(1).bounds_size(), 0);
  EXPECT_LT(report.devices(0).interval_end_s(), 600) << "nobody slept";
  EXPECT_EQ(report.landmarks_size(), 4);
  EXPECT_THAT(ReadFile(folder_ + "/out/events.jsonl").value(), HasSubstr("\"sample\""));

  const auto bundle =
      DecodeBundle(AsBytes(ReadFile(folder_ + "/out/" + report.devices(0).bundle()).value()));
  ASSERT_TRUE(bundle.has_value()) << bundle.error().message();
  const auto recomputed = RecomputeVerdict(*bundle, authority_.root().public_key(),
                                           NearestLandmarkTest(), OutlineMap());
  ASSERT_TRUE(recomputed.has_value()) << recomputed.error().message();
  EXPECT_TRUE(recomputed->differences.empty());
  EXPECT_EQ(VerdictName(recomputed->appraisal.headline), report.devices(0).verdict());
}

// A machine that sleeps for an hour, one second into the first round.
Duration AnHourInTheFirstRound() {
  using Clock = std::chrono::steady_clock;
  static const Clock::time_point begun = Clock::now();
  const bool slept = Clock::now() - begun >= std::chrono::seconds(2);
  return slept ? std::chrono::hours(1) : Duration(0);
}

// The agent's machine did not sleep: it keeps a session that has lapsed for the server.
TEST_F(ServerProcessTest, RoundInWhichTheMachineSleptIsGivenUpAndHeldAgainstNobody) {
  AddDevice("C-1");
  const Status ran = RunWithAgent([] {}, {.suspended = &AnHourInTheFirstRound});
  ASSERT_TRUE(ran.has_value()) << ran.error().message();
  const v1::RunReport report = Report();
  EXPECT_EQ(report.run().rounds(), 1U) << "the one given up is made good";
  EXPECT_GT(report.devices(0).interval_end_s(), 3'600) << "time asleep counts";
  EXPECT_EQ(report.devices(0).verdict(), "INDETERMINATE") << report.devices(0).DebugString();
}

TEST_F(ServerProcessTest, RevocationSignedDuringTheRunCountsFromTheNextRound) {
  AddDevice("C-1");
  config_ += "revocation_list: 'revoked'\n";
  config_.replace(config_.find("count: 1"), 8, "count: 2");
  Write("revoked", Text(authority_.RevocationList(1, {})));
  const Bytes32 device = Load()->registry.FindByName("C-1")->id().value();
  const Status ran = RunWithAgent(
      [&] { Write("revoked", Text(authority_.RevocationList(2, {device}))); });
  ASSERT_TRUE(ran.has_value()) << ran.error().message();
  EXPECT_EQ(Report().devices(0).verdict(), "INVALID_PROOF") << Report().devices(0).DebugString();
  const std::string events = *ReadFile(folder_ + "/out/events.jsonl");
  EXPECT_THAT(events, HasSubstr("VERIFIED")) << "by the first round, under the list of the start";
}

TEST_F(ServerProcessTest, AgentRefusesAListOlderThanOneItTookBeforeItsRestart) {
  AddDevice("C-1");
  std::uint16_t port = 1;
  for (const auto& landmark : authority_.landmarks()) landmark->endpoint.port = port++;
  Write("list", Text(authority_.LandmarkList(5)));
  ASSERT_TRUE(MakeAgent().has_value());
  Write("list", Text(authority_.LandmarkList(4)));
  const auto older = MakeAgent();
  ASSERT_FALSE(older.has_value());
  EXPECT_EQ(older.error().code(), ErrorCode::kExpired);
  EXPECT_THAT(older.error().message(), HasSubstr("version 4 is older than version 5"));
  for (const std::uint64_t version : {5U, 6U}) {
    Write("list", Text(authority_.LandmarkList(version)));
    EXPECT_TRUE(MakeAgent().has_value()) << version;
  }
}

TEST_F(ServerProcessTest, AgentTakesAsManyLandmarksAsAListMayNameAndNoEmptyList) {
  AddDevice("C-1");
  Write("list", "");
  const auto empty = MakeAgent();
  ASSERT_FALSE(empty.has_value());
  EXPECT_THAT(empty.error().message(), HasSubstr("list"));

  for (std::size_t i = authority_.landmarks().size(); i < kListedLandmarksMax; ++i) {
    authority_.AddLandmark({fmt::format("more-{}", i), "more", 1.3, 103.9}, Endpoint{0x7f000001, 1});
  }
  std::uint16_t port = 1;
  for (const auto& landmark : authority_.landmarks()) landmark->endpoint.port = port++;
  Write("list", Text(authority_.LandmarkList()));
  const auto agent = MakeAgent();
  ASSERT_TRUE(agent.has_value()) << agent.error().message();
  EXPECT_THAT((*agent)->Summary(), HasSubstr("512 landmarks"));
}

TEST_F(ServerProcessTest, WithdrawnVerdictKeyEndsTheRunBeforeItBegins) {
  AddDevice("C-1");
  Write("revocations", Text(authority_.RevocationList(
                           2, {authority_.verdict_key().public_key().id().value()})));
  config_ += "revocation_list: 'revocations'\n";
  auto settings = Load();
  ASSERT_TRUE(settings.has_value()) << settings.error().message();
  auto server = ServerProcess::Create(*std::move(settings), {});
  ASSERT_TRUE(server.has_value()) << server.error().message();
  WriteList();
  const Status ran = (*server)->Run();
  ASSERT_FALSE(ran.has_value());
  EXPECT_EQ(ran.error().code(), ErrorCode::kUnauthenticated);
  EXPECT_THAT(ran.error().message(), HasSubstr("start again with it"));
  EXPECT_EQ(Report().devices_size(), 0);
}

TEST_F(ServerProcessTest, WithdrawnVerdictKeyEndsTheRunOnceTheListIsTaken) {
  AddDevice("C-1");
  config_.replace(config_.find("count: 1"), 8, "count: 0");
  Write("revocations", Text(authority_.RevocationList(1, {})));
  config_ += "revocation_list: 'revocations'\n";
  auto server = ServerProcess::Create(*Load(), {});
  ASSERT_TRUE(server.has_value()) << server.error().message();
  WriteList();
  Write("revocations", Text(authority_.RevocationList(
                           2, {authority_.verdict_key().public_key().id().value()})));
  const Status ran = (*server)->Run();
  ASSERT_FALSE(ran.has_value());
  EXPECT_THAT(ran.error().message(), HasSubstr("revocation list version 2"));
  EXPECT_EQ(Report().run().rounds(), 1U);
}

TEST_F(ServerProcessTest, SecondServerIsRefusedAndALaterOneAddsToTheLog) {
  AddDevice("C-1");
  auto server = ServerProcess::Create(*Load(), {});
  ASSERT_TRUE(server.has_value()) << server.error().message();
  const auto second = ServerProcess::Create(*Load(), {});
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message(), HasSubstr("another server is writing"));
  (*server)->Stop();
  ASSERT_TRUE((*server)->Run().has_value());
  server->reset();
  const std::string first = *ReadFile(folder_ + "/out/events.jsonl");
  EXPECT_THAT(first, HasSubstr("told to stop"));
  server = ServerProcess::Create(*Load(), {});
  ASSERT_TRUE(server.has_value()) << server.error().message();
  (*server)->Stop();
  ASSERT_TRUE((*server)->Run().has_value());
  EXPECT_THAT(*ReadFile(folder_ + "/out/events.jsonl"), StartsWith(first));
}

TEST_F(ServerProcessTest, StopWhileWaitingForTheListEndsTheRun) {
  AddDevice("C-1");
  auto server = ServerProcess::Create(*Load(), {});
  ASSERT_TRUE(server.has_value()) << server.error().message();
  (*server)->Stop();
  EXPECT_TRUE((*server)->Run().has_value());
  EXPECT_EQ(Report().devices_size(), 0);
}

TEST_F(ServerProcessTest, LandmarkThatCannotBindIsLeftOutAndNoneAtAllIsAnError) {
  AddDevice("C-1");
  // 192.0.2.1 is no address of any machine (RFC 5737).
  const std::size_t first = config_.find("127.0.0.1:0");
  config_.replace(first, 11, "192.0.2.1:0");
  auto server = ServerProcess::Create(*Load(), {});
  ASSERT_TRUE(server.has_value()) << server.error().message();
  const std::string ready = *ReadFile(folder_ + "/ready");
  EXPECT_EQ(std::count(ready.begin(), ready.end(), '\n'), 3);
  EXPECT_THAT(ready, StartsWith("sin-2 "));
  server->reset();
  for (std::size_t at = 0; (at = config_.find("127.0.0.1:0", at)) != std::string::npos;) {
    config_.replace(at, 11, "192.0.2.1:0");
  }
  EXPECT_EQ(ServerProcess::Create(*Load(), {}).error().code(), ErrorCode::kUnavailable);
}

TEST_F(ServerProcessTest, WrongConfigurationNamesLineCauseAndFix) {
  AddDevice("C-1");
  const std::string good = config_;
  config_ = good + "devices { name: 'C-1' endorsement: 'C-1.endorsement' declaration: "
                   "'C-1.declaration' maker_delegation: 'maker.delegation' }\n";
  EXPECT_THAT(Load().error().message(), HasSubstr("enrolled already"));
  config_ = good + "landmarks { id: 'x' bind: 'nowhere' }\n";
  EXPECT_THAT(Load().error().message(), HasSubstr("bind"));
  config_ = good;
  config_.replace(config_.find("length: '2 s'"), 13, "length: '2'");
  EXPECT_THAT(Load().error().message(), HasSubstr("server.textproto:4:"));
  config_ = good + "scheduling_priority: 100\n";
  EXPECT_THAT(Load().error().message(), HasSubstr("use 1 to 99, or 0 for none"));
  config_ = good + "polcy: 'x'\n";
  EXPECT_THAT(Load().error().message(), HasSubstr("did you mean \"policy\"?"));
}

TEST_F(ServerProcessTest, PolicyWithARateThatTheTestCannotStateIsRefused) {
  AddDevice("C-1");
  Policy policy;
  policy.false_alarm_rate = 0.01;
  Write("policy", Text(SignRecord(BlobContext::kPolicy, *ToRecord(policy))));
  EXPECT_TRUE(Load().has_value());
  policy.false_alarm_rate = 0.001;
  Write("policy", Text(SignRecord(BlobContext::kPolicy, *ToRecord(policy))));
  const auto refused = Load();
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message(),
              AllOf(HasSubstr("server.textproto:1:"), HasSubstr("0.001 is a rate"), HasSubstr("0.01 to")));
}

TEST_F(ServerProcessTest, OneDeviceMoreThanOneServerServesIsRefusedAndAsManyAreNot) {
  for (int i = 0; i < kEnrolledDevicesMax; ++i) config_ += "devices {}\n";
  const auto as_many = Load();
  ASSERT_FALSE(as_many.has_value());
  EXPECT_THAT(as_many.error().message(), HasSubstr("endorsement")) << "files are asked for";
  config_ += "devices { name: 'C-9999' }\n";
  const auto more = Load();
  ASSERT_FALSE(more.has_value());
  EXPECT_THAT(more.error().message(), HasSubstr("8193 are enrolled, and one server serves at most 8192"));
  EXPECT_THAT(more.error().message(), HasSubstr("several servers"));
}

TEST_F(ServerProcessTest, CommandBeforeTheListSaysThatTheServerWaits) {
  std::string answer;
  const CommandReply reply = [&](std::string line) { answer = std::move(line); };
  bool stopped = false;
  const CommandTargets targets{nullptr, nullptr, [&] { stopped = true; }};
  AnswerCommand("ping C-1 5", targets, reply);
  EXPECT_THAT(answer, HasSubstr("\"unavailable\""));
  AnswerCommand("status", targets, reply);
  EXPECT_THAT(answer, HasSubstr("\"running\":false"));
  AnswerCommand("dance", targets, reply);
  EXPECT_THAT(answer, HasSubstr("commands: status"));
  EXPECT_FALSE(stopped);
  AnswerCommand("stop", targets, reply);
  EXPECT_TRUE(stopped);
}

}  // namespace
}  // namespace earshot
