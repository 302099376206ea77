#include "sim/live/live_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/un.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "core/crypto/pooled_random.h"
#include "core/os/files.h"
#include "core/os/system_clock.h"
#include "core/report/json.h"
#include "earshot/v1/report.pb.h"
#include "sim/live/supervisor.h"
#include "sim/live/truth_join.h"
#include "sim/run/out_folder.h"
#include "sim/run/run_report.h"

namespace earshot {
namespace {

// What the processes of a live run cannot be told to do.
Status CheckOffered(const Scenario& scenario) {
  for (const ScenarioLandmark& landmark : scenario.landmarks) {
    if (!landmark.troubled()) continue;
    return Fail(ErrorCode::kUnsupported,
                fmt::format("landmark {} {}, which live runs do not offer; run it in virtual time, "
                            "without --live",
                            landmark.id.value(),
                            landmark.lies() ? "lies about what it measures" : "is interfered with"));
  }
  for (const ScenarioFleet& fleet : scenario.fleets) {
    if (!fleet.virtual_time_only()) continue;
    return Fail(ErrorCode::kUnsupported,
                fmt::format("fleet {} {}, which live runs do not offer; run it in virtual time, "
                            "without --live",
                            fleet.id_prefix,
                            fleet.strangers_ping ? "gets forged pings"
                                                 : BehaviourWords(fleet.behaviour)));
  }
  for (const ScenarioFleet& fleet : scenario.fleets) {
    if (fleet.there_throughout()) continue;
    return Fail(ErrorCode::kUnsupported,
                fmt::format("fleet {} is installed or retired while the run lasts, which live runs do "
                            "not offer; run it in virtual time, without --live",
                            fleet.id_prefix));
  }
  if (!scenario.network.calm()) {
    return Fail(ErrorCode::kUnsupported,
                "routes, queues or cuts of the network come and go, which live runs do not offer; "
                "run it in virtual time, without --live");
  }
  return {};
}

// The server's own report; what it could not know is added by CompleteLiveReport.
Status ReadServerReport(const std::string& out, v1::RunReport* report) {
  const std::string path = out + "/report.pb";
  EARSHOT_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  if (!report->ParseFromString(bytes)) {
    return Fail(ErrorCode::kUnavailable, path + ": cut short or not a report");
  }
  return {};
}

double Microseconds(Duration d) { return static_cast<double>(d.count()) * 1e-3; }

// From here on, what the machine adds could be taken for 150 km of distance, and scenarios are told
// in hundreds. An idle machine stays below it.
constexpr Duration kLateAnswer = std::chrono::milliseconds(1);

// What the relay may add to every path before the run says so of itself.
constexpr Duration kRelayErrorMedianMax = std::chrono::microseconds(20);

// A busy machine lets honest devices answer late, and no landmark can see that from outside. Here
// the truth is known, so the run says it of itself.
void SetLateness(const ResolvedScenario& resolved, const TruthJoin& join, v1::RunReport* report) {
  std::vector<Duration> late;
  std::size_t over = 0;
  std::vector<std::string> devices;
  for (const ResolvedDevice& device : resolved.devices) {
    const auto found = join.lateness.find(device.id);
    if (found == join.lateness.end() || !resolved.scenario.fleets[device.fleet].honest()) continue;
    const std::size_t before = over;
    for (const auto& [round, by] : found->second) {
      late.push_back(by);
      if (by > kLateAnswer) ++over;
    }
    if (over > before) devices.push_back(device.id);
  }
  if (late.empty()) return;
  std::sort(late.begin(), late.end());
  report->mutable_network()->set_answers_late_median_us(Microseconds(late[late.size() / 2]));
  report->mutable_network()->set_answers_late_max_us(Microseconds(late.back()));
  if (over == 0) return;
  report->mutable_run()->add_incidents(fmt::format(
      "this machine was busy: in {} of {} rounds of sessions with honest devices even the quickest "
      "answer came more than 1 ms (150 km) late, at worst {:.1f} ms, so an honest device may look slow "
      "or far ({}); repeat the run when the machine is idle",
      over, late.size(), Microseconds(late.back()) * 1e-3, fmt::join(devices, ", ")));
}

// What the relay really did, against what was measured.
Status SetNetwork(const ResolvedScenario& resolved, const std::string& out,
                  v1::RunReport* report) {
  EARSHOT_ASSIGN_OR_RETURN(const LoggedEvents events, ReadEvents(out + "/events.jsonl"));
  EARSHOT_ASSIGN_OR_RETURN(const std::vector<TruthLine> truth, ReadTruth(out + "/truth.jsonl"));
  const TruthJoin join = JoinWithTruth(events.samples, truth);
  v1::Network* network = report->mutable_network();
  network->set_packets_relayed(join.packets);
  network->set_relay_median_error_us(Microseconds(join.error_median));
  network->set_relay_p99_error_us(Microseconds(join.error_p99));
  network->set_samples(join.samples);
  network->set_samples_below_truth(join.below_truth);
  network->set_samples_tainted(join.tainted);
  network->set_samples_unmatched(join.unmatched);
  if (join.error_median > kRelayErrorMedianMax) {
    report->mutable_run()->add_incidents(fmt::format(
        "the relay held packets {:.0f} us longer than modelled at the median, and 20 us is its limit: "
        "every path was longer than the scenario says; repeat the run when the machine is idle, with "
        "real-time scheduling (see doctor)",
        Microseconds(join.error_median)));
  }
  SetLateness(resolved, join, report);
  return {};
}

// The server would find this out too, after what an earlier run left in the folder is gone.
Status CheckSocketFits(const std::string& out) {
  constexpr std::size_t kPathMax = sizeof(sockaddr_un::sun_path) - 1;
  std::error_code unknown;  // the folder that cannot be named is told of where it is made
  const std::string path =
      (std::filesystem::absolute(out, unknown).lexically_normal() / "work/server.socket").string();
  if (path.size() <= kPathMax) return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("{}: {} bytes, and the path of a socket holds {}; name a folder with a "
                          "shorter path", path, path.size(), kPathMax));
}

}  // namespace

LiveOptions LiveOptionsFor(const std::string& program, std::string out) {
  LiveOptions options;
  options.out = std::move(out);
  options.server_command = {program, "serve", "--config"};
  options.relay_command = {program, "relay", "--config"};
  options.agent_command = {program, "agent", "--config"};
  options.adversary_command = {program, "adversary", "--config"};
  return options;
}

Status RunLive(const ResolvedScenario& resolved, const LiveOptions& given,
               v1::RunReport* report) {
  EARSHOT_RETURN_IF_ERROR(CheckOffered(resolved.scenario));
  EARSHOT_RETURN_IF_ERROR(CheckSocketFits(given.out));
  LiveOptions options = given;
  EARSHOT_ASSIGN_OR_RETURN(const OutFolder folder,
                           PrepareOutFolder(given.out, ResolvedText(resolved)));
  options.out = folder.path;
  SystemRandom random;
  SystemClock clock;
  EARSHOT_ASSIGN_OR_RETURN(const RunFiles files,
                           RunFiles::Create(resolved, options.out + "/work", random,
                                            clock.Read().wall, options.files));
  EARSHOT_ASSIGN_OR_RETURN(const std::unique_ptr<Supervisor> supervisor,
                           Supervisor::Create(resolved, files, options));
  Status status = supervisor->Start();
  if (status.has_value()) status = supervisor->RunRounds();
  supervisor->Stop();
  EARSHOT_RETURN_IF_ERROR(status);

  report->Clear();
  EARSHOT_RETURN_IF_ERROR(ReadServerReport(options.out, report));
  if (report->run().rounds() < files.rounds()) {
    report->mutable_run()->add_incidents(
        fmt::format("the server judged {} of {} rounds; the verdicts are of the last of these",
                    report->run().rounds(), files.rounds()));
  }
  EARSHOT_RETURN_IF_ERROR(SetNetwork(resolved, options.out, report));
  for (const auto& [process, scheduling] : supervisor->agent_scheduling()) {
    v1::AgentScheduling* to = report->mutable_network()->add_agent_scheduling();
    to->set_process(process);
    to->set_scheduling(scheduling);
  }
  CompleteRunReport(resolved,
                    {"live", options.commit, supervisor->first_verdict(), supervisor->incidents()},
                    report);
  EARSHOT_ASSIGN_OR_RETURN(const std::string json, ToJson(*report));
  return WriteFileAtomically(options.out + "/report.json", json);
}

}  // namespace earshot
