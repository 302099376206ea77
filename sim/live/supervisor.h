// sim/live/supervisor.h: the processes of one live run, from the first start to the last end.
// Internal to the room.
#ifndef EARSHOT_SIM_LIVE_SUPERVISOR_H_
#define EARSHOT_SIM_LIVE_SUPERVISOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/os/system_clock.h"
#include "sim/live/child.h"
#include "sim/live/live_run.h"
#include "sim/live/truth_join.h"
#include "sim/live/watch.h"

namespace earshot {

class Supervisor {
 public:
  // `files` and `options` must outlive the supervisor.
  static Result<std::unique_ptr<Supervisor>> Create(const ResolvedScenario& resolved,
                                                    const RunFiles& files,
                                                    const LiveOptions& options);

  // Server, relay, list, agents, in this order, each ready before the next.
  Status Start();
  // Until the server's rounds are over. Reports deaths as incidents.
  Status RunRounds();
  // Ends what still runs: server, agents, relay. Never fails: what does not end is killed.
  void Stop();

  const std::vector<std::string>& incidents() const { return incidents_; }
  // What the scheduler said of each agent process that came up: its name and class.
  const std::vector<std::pair<std::string, std::string>>& agent_scheduling() const {
    return agent_scheduling_;
  }
  // From the start of the run to the first verdict, as seen here; none when there was none.
  std::optional<Duration> first_verdict() const { return first_verdict_; }

 private:
  struct Agent {
    const AgentProcessPlan* plan = nullptr;
    Child child;
    bool ended = false;  // told to end, or reported
  };

  Supervisor(const ResolvedScenario& resolved, const RunFiles& files, const LiveOptions& options)
      : resolved_(resolved), files_(files), options_(options) {}

  Result<Child> Spawn(const std::string& name, const std::vector<std::string>& command,
                      const std::string& config);
  Status WaitReady(Child& child, const std::string& ready_file);
  Status StartServer();
  Status StartRelay();
  Status StartAgents();
  void WaitForChange(Duration patience_max);
  void LookAtChildren();
  void EndSilentAgents();
  void LookAtVerdicts();
  void ShowVerdict(const LoggedVerdict& verdict);
  void StopChild(Child& child);
  void Say(std::string_view line) const;
  MonotonicInstant Now() { return clock_.Now(); }

  const ResolvedScenario& resolved_;
  const RunFiles& files_;
  const LiveOptions& options_;
  SystemClock clock_;
  MonotonicInstant begin_ = clock_.Now();
  std::unique_ptr<Watch> watch_;
  std::vector<AgentProcessPlan> plans_;
  BoundEndpoints landmarks_;  // as bound
  std::optional<Child> relay_;
  std::optional<Child> server_;
  std::vector<Agent> agents_;
  bool relay_reported_ = false;
  MonotonicInstant listed_;  // the landmark list was there: rounds can begin
  MonotonicInstant agents_started_;
  std::optional<Duration> first_verdict_;
  std::uint64_t events_read_ = 0;  // bytes of events.jsonl already shown
  std::vector<std::string> incidents_;
  std::vector<std::pair<std::string, std::string>> agent_scheduling_;
};

}  // namespace earshot

#endif  // EARSHOT_SIM_LIVE_SUPERVISOR_H_
