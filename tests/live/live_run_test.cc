// Whole live runs: three landmarks, three devices, a few seconds.
#include "sim/live/live_run.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include "core/locate/path_model.h"
#include "earshot/v1/report.pb.h"
#include "sim/live/child.h"
#include "sim/scenario/scenario_load.h"
#include "tests/live/processes.h"
#include "tests/support/test_folder.h"

namespace earshot {
namespace {

namespace fs = std::filesystem;

constexpr char kTiny[] = R"text(name: "tiny"
duration: "6 s"
policy { silent_after: "2500 ms" }
rounds { first_after: "1 s" length: "2500 ms" trains: 2 }
network { jitter: "100 us" }
places { id: "singapore" country: "SG" latitude_deg: 1.2966 longitude_deg: 103.852 }
places { id: "johor" country: "MY" latitude_deg: 1.4927 longitude_deg: 103.7414 }
landmarks { id: "sin-1" place: "singapore" trust_domain: "a" jurisdiction: "SG" }
landmarks { id: "sin-2" place: "singapore" trust_domain: "b" jurisdiction: "GB" }
landmarks { id: "jhb-1" place: "johor" trust_domain: "c" jurisdiction: "MY" }
fleets { id_prefix: "H" count: 1 declared_place: "singapore" excluded_countries: "CN" owner: "o (fictional)" }
fleets { id_prefix: "S" count: 1 declared_place: "singapore" excluded_countries: "CN" behaviour: BEHAVIOUR_SILENT }
fleets { id_prefix: "F" count: 1 declared_place: "singapore" excluded_countries: "CN" behaviour: BEHAVIOUR_REPLAYS_AND_FORGES }
)text";

class LiveRun : public testing::Test {
 protected:
  LiveRun() {
    out_ = (fs::path(testing::TempDir()) /
            (std::string("live-") + std::to_string(getpid()) + "-" +
             testing::UnitTest::GetInstance()->current_test_info()->name()))
               .string();
    options_ = LiveOptionsFor(std::string(EARSHOT_BINARY_DIR) + "/earshot", out_);
    auto scenario = ParseScenario(kTiny, "tiny");
    EXPECT_TRUE(scenario.has_value()) << scenario.error().message();
    auto resolved = ResolveScenario(*scenario, PathModel::Measured2020(), {});
    EXPECT_TRUE(resolved.has_value()) << resolved.error().message();
    resolved_ = *std::move(resolved);
  }
  ~LiveRun() override {
    EXPECT_TRUE(ProcessesNaming(out_).empty()) << "a process was left behind";
    fs::remove_all(out_);
  }

  // Kills the process that was given `config` once all are up.
  void KillOnceUp(const std::string& config) {
    options_.on_progress = [this, config](std::string_view line) {
      if (line.find("are up") == std::string_view::npos) return;
      const auto found = ProcessesNaming(out_ + "/work/" + config);
      ASSERT_EQ(found.size(), 1U) << config;
      kill(found[0], SIGKILL);
    };
  }
  Status Run() { return RunLive(resolved_, options_, &report_); }

  std::map<std::string, std::string> Verdicts() const {
    std::map<std::string, std::string> verdicts;
    for (const auto& device : report_.devices()) verdicts[device.id()] = device.verdict();
    return verdicts;
  }
  // But for a busy machine, which these runs bear.
  std::string Incidents() const {
    std::string all;
    for (const std::string& incident : report_.run().incidents()) {
      if (!incident.starts_with("this machine was busy")) all += incident + "\n";
    }
    return all;
  }

  std::string out_;
  LiveOptions options_;
  ResolvedScenario resolved_;
  v1::RunReport report_;
};

TEST_F(LiveRun, EverySampleIsAtLeastWhatTheRelayHeldAndVerdictsFollowBehaviour) {
  const Status ran = Run();
  ASSERT_TRUE(ran.has_value()) << ran.error().message();
  EXPECT_EQ(Incidents(), "");
  EXPECT_GT(report_.network().samples(), 0U);
  EXPECT_EQ(report_.network().samples_below_truth(), 0U);
  EXPECT_EQ(report_.network().samples_unmatched(), 0U);
  for (const v1::ReportLandmark& landmark : report_.landmarks()) {
    EXPECT_EQ(landmark.scheduling(), RealTimePermitted() ? "SCHED_FIFO 30" : "SCHED_OTHER");
  }
  // Of the agents that have a process: the honest one and the forger, not the silent one.
  std::map<std::string, std::string> classes;
  for (const v1::AgentScheduling& agent : report_.network().agent_scheduling()) {
    classes[agent.process()] = agent.scheduling();
  }
  EXPECT_TRUE(classes.contains("H-0001") && classes.contains("F-0001"));
  EXPECT_FALSE(classes.contains("S-0001"));
  for (const auto& [process, scheduling] : classes) {
    EXPECT_TRUE(scheduling.starts_with("SCHED_")) << process << ": " << scheduling;
  }
  const auto verdicts = Verdicts();
  ASSERT_EQ(verdicts.size(), 3U);
  EXPECT_EQ(verdicts.at("S-0001"), "SILENT");
  EXPECT_NE(verdicts.at("H-0001"), "SILENT");
  EXPECT_TRUE(verdicts.at("F-0001") == "SILENT" || verdicts.at("F-0001") == "INDETERMINATE")
      << verdicts.at("F-0001");
  for (const char* file : {"report.json", "events.jsonl", "truth.jsonl", "resolved.textproto"}) {
    EXPECT_TRUE(fs::is_regular_file(fs::path(out_) / file)) << file;
  }
  struct stat work {};
  ASSERT_EQ(stat((out_ + "/work").c_str(), &work), 0);
  EXPECT_EQ(work.st_mode & 0777U, 0700U);
  EXPECT_FALSE(report_.finding().empty());
  EXPECT_EQ(report_.run().mode(), "live");
}

// An agent written from docs/PROTOCOL.md in another language, against our landmarks.
class ForeignAgentInALiveRun : public LiveRun {
 protected:
  const v1::ReportDevice& RunWith(std::vector<std::string> arguments) {
    options_.agent_command = {EARSHOT_PYTHON3, "-B",
                              EARSHOT_SOURCE_DIR "/tests/foreign_agent/stand_in.py"};
    options_.agent_command.insert(options_.agent_command.end(), arguments.begin(),
                                  arguments.end());
    const Status ran = Run();
    EXPECT_TRUE(ran.has_value()) << ran.error().message();
    EXPECT_EQ(Incidents(), "");
    for (const v1::ReportDevice& device : report_.devices()) {
      if (device.id() == "H-0001") return device;
    }
    ADD_FAILURE() << "no device H-0001";
    return v1::ReportDevice::default_instance();
  }
  static bool Says(const v1::ReportDevice& device, std::string_view code) {
    return std::ranges::any_of(device.site().reasons(),
                               [&](const auto& reason) { return reason.code() == code; });
  }
};

TEST_F(ForeignAgentInALiveRun, IsAcceptedWithItsEvidence) {
  const v1::ReportDevice& device = RunWith({});
  EXPECT_EQ(device.bounds_size(), 3);
  for (const auto& bound : device.bounds()) EXPECT_GT(bound.pings_answered(), 0U);
  EXPECT_FALSE(Says(device, "EVIDENCE_MISSING"));
  const std::string& verdict = device.verdict();
  EXPECT_TRUE(verdict == "VERIFIED" || verdict == "CONSISTENT" || verdict == "UNEXPLAINED_DELAY")
      << verdict;
  EXPECT_EQ(report_.network().samples_below_truth(), 0U);
}

// Its forged answers count for nothing; the EVIDENCE it signs over them convicts it.
TEST_F(ForeignAgentInALiveRun, ThatForgesItsTagsBoundsNothingAndConvictsItself) {
  const v1::ReportDevice& device = RunWith({"--misbehave", "forge-tag"});
  EXPECT_EQ(device.bounds_size(), 0);
  EXPECT_EQ(device.verdict(), "INVALID_PROOF");
}

TEST_F(ForeignAgentInALiveRun, ThatKeepsItsEvidenceProvesNothing) {
  const v1::ReportDevice& device = RunWith({"--misbehave", "no-evidence"});
  EXPECT_TRUE(Says(device, "EVIDENCE_MISSING"));
  EXPECT_NE(device.verdict(), "VERIFIED");
  EXPECT_NE(device.verdict(), "CONSISTENT");
}

TEST_F(ForeignAgentInALiveRun, ThatSignsAFalseRootConvictsItself) {
  const v1::ReportDevice& device = RunWith({"--misbehave", "wrong-root"});
  EXPECT_EQ(device.verdict(), "INVALID_PROOF");
  EXPECT_TRUE(Says(device, "EVIDENCE_MISMATCH"));
}

TEST_F(LiveRun, FolderOfAnEarlierRunIsUsedAgainAndAnyOtherIsLeftAlone) {
  fs::create_directories(out_ + "/work");
  std::ofstream(out_ + "/work/thesis.txt") << "years of it\n";
  const Status refused = Run();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_TRUE(fs::exists(out_ + "/work/thesis.txt"));
  std::ofstream(out_ + "/resolved.textproto") << "";
  EXPECT_TRUE(Run().has_value());
  EXPECT_FALSE(fs::exists(out_ + "/work/thesis.txt"));
}

TEST_F(LiveRun, FolderWithTooLongAPathIsRefusedBeforeAnEarlierRunIsCleared) {
  options_.out = out_ + "/" + std::string(100, 'x');
  fs::create_directories(options_.out);
  std::ofstream(options_.out + "/resolved.textproto") << "";
  std::ofstream(options_.out + "/report.json") << "{}";
  const Status refused = Run();
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message().find("shorter path"), std::string::npos);
  EXPECT_TRUE(fs::exists(options_.out + "/report.json"));
}

TEST_F(LiveRun, RelayKilledMidRunIsAnIncidentAndNobodyIsVerified) {
  KillOnceUp("relay.textproto");
  const Status ran = Run();
  ASSERT_TRUE(ran.has_value()) << ran.error().message();
  EXPECT_NE(Incidents().find("the relay ended early (signal 9)"), std::string::npos);
  EXPECT_NE(Verdicts().at("H-0001"), "VERIFIED");
  EXPECT_EQ(report_.network().samples_below_truth(), 0U);
}

TEST_F(LiveRun, AgentKilledMidRunIsAnIncidentThatNamesItAndTheOthersGoOn) {
  KillOnceUp("agent-H-0001.textproto");
  const Status ran = Run();
  ASSERT_TRUE(ran.has_value()) << ran.error().message();
  EXPECT_NE(Incidents().find("H-0001 ended early (signal 9)"), std::string::npos);
  EXPECT_EQ(Verdicts().at("H-0001"), "SILENT");
  EXPECT_GT(report_.network().samples(), 0U) << "the reference agents still answer";
}

TEST_F(LiveRun, ServerKilledMidRunEndsTheRunWithAnErrorThatSaysSo) {
  KillOnceUp("server.textproto");
  const Status ran = Run();
  ASSERT_FALSE(ran.has_value());
  EXPECT_NE(ran.error().message().find("the server died (signal 9)"), std::string::npos)
      << ran.error().message();
}

TEST_F(LiveRun, AgentsThatDoNotStartAreIncidents) {
  options_.agent_command = {"/bin/false"};
  const Status ran = Run();
  ASSERT_TRUE(ran.has_value()) << ran.error().message();
  EXPECT_NE(Incidents().find("H-0001 ended before it was ready"), std::string::npos);
  EXPECT_EQ(Verdicts().at("H-0001"), "INDETERMINATE") << "those beside the landmarks are dead too";
}

// With so few descriptors the server cannot open its landmarks' sockets.
TEST_F(LiveRun, LandmarkThatCannotBindEndsTheRunWithItsCause) {
  options_.server_command = {"/bin/sh", "-c",
                             "ulimit -n 8; exec \"" + std::string(EARSHOT_BINARY_DIR) +
                                 "/earshot\" serve --config \"$0\""};
  const Status ran = Run();
  ASSERT_FALSE(ran.has_value());
  EXPECT_NE(ran.error().message().find("server ended before it was ready"), std::string::npos)
      << ran.error().message();
  EXPECT_NE(ran.error().message().find("open"), std::string::npos) << ran.error().message();
}

TEST_F(LiveRun, SupervisorThatIsKilledLeavesNoProcess) {
  int up[2];
  ASSERT_EQ(pipe(up), 0);
  const pid_t supervisor = fork();
  ASSERT_GE(supervisor, 0);
  if (supervisor == 0) {
    options_.on_progress = [&](std::string_view line) {
      if (line.find("are up") == std::string_view::npos) return;
      if (write(up[1], "u", 1) != 1) _exit(1);
    };
    static_cast<void>(Run());
    _exit(0);
  }
  close(up[1]);
  char told = 0;
  ASSERT_EQ(read(up[0], &told, 1), 1) << "the run did not start";
  close(up[0]);
  const std::vector<pid_t> children = ProcessesNaming(out_ + "/work/");
  EXPECT_GE(children.size(), 5U);  // server, relay, two devices, reference agents
  kill(supervisor, SIGKILL);
  waitpid(supervisor, nullptr, 0);
  EXPECT_TRUE(AllEnd(children));
}

// The exit code of the program with its output in `file`; -1: it hangs, or died of a signal.
int ExitWithOutputIn(const std::string& file, std::vector<std::string> argv) {
  argv.insert(argv.begin(), std::string(EARSHOT_BINARY_DIR) + "/earshot");
  auto child = Child::Spawn("earshot", argv, file);
  if (!child.has_value()) return -1;
  pollfd end{child->pid_fd(), POLLIN, 0};
  constexpr int kPatienceMs = 60'000;
  if (poll(&end, 1, kPatienceMs) != 1) return -1;
  const std::optional<ChildExit> exit = child->Poll();
  return exit.has_value() ? exit->code : -1;
}

TEST(Program, WhatCannotBeWrittenIsAFailureOfEveryCommand) {
  const TestFolder folder;
  for (const std::vector<std::string>& argv : std::vector<std::vector<std::string>>{
           {"--help"}, {"run", "--help"}, {"--version"}, {"scenario", "list"}}) {
    EXPECT_EQ(ExitWithOutputIn("/dev/full", argv), 3) << argv.front();
    EXPECT_EQ(ExitWithOutputIn(folder.Path("out"), argv), 0) << argv.front();
  }
  EXPECT_EQ(ExitWithOutputIn(folder.Path("out"), {"--halp"}), 2);
}

TEST_F(LiveRun, InterruptEndsEverythingInOrder) {
  options_.on_progress = [](std::string_view line) {
    if (line.find("are up") != std::string_view::npos) kill(getpid(), SIGTERM);
  };
  const Status ran = Run();
  ASSERT_FALSE(ran.has_value());
  EXPECT_NE(ran.error().message().find("interrupted"), std::string::npos);
}

}  // namespace
}  // namespace earshot
