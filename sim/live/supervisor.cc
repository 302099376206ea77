#include "sim/live/supervisor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>

namespace earshot {
namespace {

// How often events are looked at while nothing else happens.
constexpr Duration kLook = std::chrono::milliseconds(200);
// What the server may take beyond its rounds to judge the last one.
constexpr Duration kJudging = std::chrono::seconds(3);
constexpr std::size_t kEventBytesAtOnce = std::size_t{4} << 20U;

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

}  // namespace

Result<std::unique_ptr<Supervisor>> Supervisor::Create(const ResolvedScenario& resolved,
                                                       const RunFiles& files,
                                                       const LiveOptions& options) {
  std::unique_ptr<Supervisor> supervisor(new Supervisor(resolved, files, options));
  EARSHOT_ASSIGN_OR_RETURN(supervisor->watch_, Watch::Create(files.work()));
  return supervisor;
}

void Supervisor::Say(std::string_view line) const {
  if (options_.on_progress) options_.on_progress(line);
}

Result<Child> Supervisor::Spawn(const std::string& name, const std::vector<std::string>& command,
                                const std::string& config) {
  std::vector<std::string> argv = command;
  argv.push_back(config);
  return Child::Spawn(name, argv, files_.Path(name + ".log"));
}

// Until the file is there, the child has ended, or the patience is over.
Status Supervisor::WaitReady(Child& child, const std::string& ready_file) {
  const MonotonicInstant deadline = Now() + options_.start_patience;
  while (!Exists(ready_file)) {
    if (child.Poll().has_value()) {
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("{} ended before it was ready ({}): {}", child.name(),
                              child.Poll()->text(), LogTail(child.log_file())));
    }
    if (watch_->interrupted()) return Fail(ErrorCode::kUnavailable, "interrupted");
    const Duration left = deadline - Now();
    if (left <= Duration(0)) {
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("{} was not ready after {:.0f} s: {}", child.name(),
                              ToSeconds(options_.start_patience), LogTail(child.log_file())));
    }
    const int fd = child.pid_fd();
    watch_->Wait(std::span(&fd, 1), std::min(left, kLook));
  }
  return {};
}

Status Supervisor::StartServer() {
  EARSHOT_RETURN_IF_ERROR(files_.WriteServerConfig(options_.out));
  EARSHOT_ASSIGN_OR_RETURN(
      Child server, Spawn("server", options_.server_command, files_.Path("server.textproto")));
  server_.emplace(std::move(server));
  EARSHOT_RETURN_IF_ERROR(WaitReady(*server_, files_.Path("server.ready")));
  EARSHOT_ASSIGN_OR_RETURN(landmarks_, ReadReadyFile(files_.Path("server.ready")));
  EARSHOT_RETURN_IF_ERROR(files_.WriteServerConfig(options_.out, landmarks_));
  if (options_.files.server_priority > 0 &&
      !SchedulingOf(server_->pid()).starts_with("SCHED_FIFO")) {
    Say("real-time scheduling is not permitted here: a busy machine will taint samples");
  }
  return {};
}

Status Supervisor::StartRelay() {
  for (const ScenarioLandmark& landmark : resolved_.scenario.landmarks) {
    if (landmarks_.contains(landmark.id.value())) continue;
    incidents_.push_back(fmt::format("landmark {} could not be started and measured nothing: {}",
                                     landmark.id.value(), LogTail(server_->log_file())));
    Say(incidents_.back());
  }
  const std::string truth = options_.out + "/truth.jsonl";
  EARSHOT_RETURN_IF_ERROR(files_.WriteRelayConfig(landmarks_, truth));
  EARSHOT_ASSIGN_OR_RETURN(
      Child relay, Spawn("relay", options_.relay_command, files_.Path("relay.textproto")));
  relay_.emplace(std::move(relay));
  EARSHOT_RETURN_IF_ERROR(WaitReady(*relay_, files_.Path("relay.ready")));
  EARSHOT_ASSIGN_OR_RETURN(const auto fronts, ReadReadyFile(files_.Path("relay.ready")));
  EARSHOT_RETURN_IF_ERROR(files_.WriteRelayConfig(landmarks_, truth, fronts));
  EARSHOT_RETURN_IF_ERROR(files_.WriteLandmarkList(fronts));
  listed_ = Now();
  return {};
}

Status Supervisor::StartAgents() {
  EARSHOT_ASSIGN_OR_RETURN(plans_, files_.WriteAgentConfigs());
  agents_started_ = Now();
  for (const AgentProcessPlan& plan : plans_) {
    EARSHOT_ASSIGN_OR_RETURN(
        Child child, Spawn(plan.name, plan.forges ? options_.adversary_command
                                                  : options_.agent_command,
                           plan.config));
    agents_.push_back({&plan, std::move(child)});
  }
  // An agent that does not start is one device unheard, not the end of the run.
  for (Agent& agent : agents_) {
    const Status ready = WaitReady(agent.child, agent.plan->ready_file);
    if (watch_->interrupted()) return ready;
    if (ready.has_value()) {
      agent_scheduling_.emplace_back(agent.plan->name, SchedulingOf(agent.child.pid()));
      continue;
    }
    incidents_.push_back(ready.error().message());
    agent.ended = true;
  }
  return {};
}

Status Supervisor::Start() {
  EARSHOT_RETURN_IF_ERROR(StartServer());
  EARSHOT_RETURN_IF_ERROR(StartRelay());
  EARSHOT_RETURN_IF_ERROR(StartAgents());
  Say(fmt::format("{} landmarks, the relay and {} agent processes are up after {:.1f} s",
                  resolved_.scenario.landmarks.size(), agents_.size(),
                  ToSeconds(Now() - begin_)));
  return {};
}

void Supervisor::WaitForChange(Duration patience_max) {
  std::vector<int> running;
  const auto add = [&](Child& child) {
    if (!child.Poll().has_value()) running.push_back(child.pid_fd());
  };
  if (server_.has_value()) add(*server_);
  if (relay_.has_value()) add(*relay_);
  for (Agent& agent : agents_) add(agent.child);
  watch_->Wait(running, patience_max);
}

void Supervisor::LookAtChildren() {
  if (relay_->Poll().has_value() && !relay_reported_) {
    relay_reported_ = true;
    incidents_.push_back(fmt::format("the relay ended early ({}): no packet passed afterwards",
                                     relay_->Poll()->text()));
    Say(incidents_.back());
  }
  for (Agent& agent : agents_) {
    if (agent.ended || !agent.child.Poll().has_value()) continue;
    agent.ended = true;
    incidents_.push_back(
        fmt::format("the agent process {} ended early ({}): its devices were not heard afterwards",
                    agent.plan->name, agent.child.Poll()->text()));
    Say(incidents_.back());
  }
}

void Supervisor::EndSilentAgents() {
  for (Agent& agent : agents_) {
    if (agent.ended || !agent.plan->stop_after.has_value()) continue;
    if (Now() - agents_started_ < *agent.plan->stop_after) continue;
    agent.ended = true;
    agent.child.Signal(SIGTERM);
  }
}

void Supervisor::ShowVerdict(const LoggedVerdict& verdict) {
  for (std::size_t i = 0; i < files_.device_ids().size(); ++i) {
    if (HexEncode(files_.device_ids()[i].value()) != verdict.device_id) continue;
    if (resolved_.devices[i].reference_for.has_value()) return;
    if (!first_verdict_.has_value()) first_verdict_ = Now() - begin_;
    if (options_.on_verdict) options_.on_verdict(resolved_.devices[i].id, verdict.headline);
  }
}

// Hands on the verdicts that the server has written since the last look.
void Supervisor::LookAtVerdicts() {
  std::ifstream events(options_.out + "/events.jsonl", std::ios::binary);
  events.seekg(static_cast<std::streamoff>(events_read_));
  std::string text(kEventBytesAtOnce, '\0');
  events.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(events.gcount(), 0)));
  text.resize(text.rfind('\n') + 1);  // nothing when no line is whole yet
  events_read_ += text.size();
  std::size_t at = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', at)) {
    const std::string_view line = std::string_view(text).substr(at, end + 1 - at);
    at = end + 1;
    if (line.find("\"verdict\"") == std::string_view::npos) continue;
    const Result<LoggedEvents> parsed = ParseEvents(line);
    if (!parsed.has_value()) continue;
    for (const LoggedVerdict& verdict : parsed->verdicts) ShowVerdict(verdict);
  }
}

Status Supervisor::RunRounds() {
  const ScenarioRounds& rounds = resolved_.scenario.rounds;
  const MonotonicInstant over =
      listed_ + rounds.first_after + rounds.length * files_.rounds() + kJudging;
  while (Now() < over) {
    LookAtChildren();
    EndSilentAgents();
    LookAtVerdicts();
    if (watch_->interrupted()) return Fail(ErrorCode::kUnavailable, "interrupted");
    if (const auto& exit = server_->Poll(); exit.has_value()) {
      if (exit->clean()) return {};
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("the server died ({}): {}", exit->text(),
                              LogTail(server_->log_file())));
    }
    WaitForChange(std::min(kLook, over - Now()));
  }
  return {};
}

void Supervisor::StopChild(Child& child) {
  child.Signal(SIGTERM);
  const MonotonicInstant deadline = Now() + options_.stop_patience;
  while (!child.Poll().has_value()) {
    const Duration left = deadline - Now();
    if (left <= Duration(0)) {
      incidents_.push_back(fmt::format("{} did not end when told and was killed", child.name()));
      child.Signal(SIGKILL);
      return;  // collected when it dies with this object
    }
    const int fd = child.pid_fd();
    watch_->Wait(std::span(&fd, 1), std::min(left, kLook));
  }
}

void Supervisor::Stop() {
  if (server_.has_value()) StopChild(*server_);
  LookAtVerdicts();
  // All at once, then one by one: the waits overlap.
  for (Agent& agent : agents_) agent.child.Signal(SIGTERM);
  for (Agent& agent : agents_) StopChild(agent.child);
  if (relay_.has_value()) StopChild(*relay_);
}

}  // namespace earshot
