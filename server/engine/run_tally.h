// server/engine/run_tally.h: what a report says of a run, gathered as it happens. Sans I/O.
#ifndef EARSHOT_SERVER_ENGINE_RUN_TALLY_H_
#define EARSHOT_SERVER_ENGINE_RUN_TALLY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/report/event_log.h"
#include "server/engine/server_engine.h"

namespace earshot::v1 {
class ReportDevice;
class RunReport;
}  // namespace earshot::v1

namespace earshot {

// Turns what an engine says into events, and keeps what the report needs. Confined to one thread.
class RunTally final : public ServerObserver {
 public:
  using Append = std::function<void(const EventRecord&)>;

  // `clock` must outlive the tally. Instants count from now. `scheduling`: the class that the
  // landmarks' process runs in, in words; empty, as in virtual time: there is none.
  RunTally(Clock& clock, Append append, std::string scheduling = {})
      : clock_(&clock),
        started_(clock.Now()),
        append_(std::move(append)),
        scheduling_(std::move(scheduling)) {}

  void OnSessionOpened(const LandmarkId& landmark, const DeviceId& device, SessionId session,
                       std::uint64_t counter) override;
  void OnReceipt(const LandmarkId& landmark, const CheckedReceipt& receipt) override;
  void OnRoundClosed(RoundNumber round, std::vector<DeviceVerdict> verdicts) override;

  // The last events: what `engine` refused, and why the run is over.
  void Finish(const ServerEngine& engine, std::string_view why);
  void FinishWithout(std::string_view why);

  // Takes over what another tally knows, of other devices. Events stay where they went.
  void Absorb(const RunTally& other);

  Duration SinceStart() const { return clock_->Now() - started_; }
  // By name; `bundle` holds the file's bytes until somebody replaces them with its path.
  std::map<std::string, DeviceVerdict>& latest() { return latest_; }
  const std::map<std::string, DeviceVerdict>& latest() const { return latest_; }

  // One device of the report, from a verdict that need not be of a round (earshot ping).
  v1::ReportDevice ReportOf(const DeviceVerdict& verdict, const Verifier& verifier) const;
  // The report as it stands, without mode and hash. `verifiers` divide the devices among them and
  // are never none (CHECK).
  v1::RunReport Report(std::span<const Verifier* const> verifiers) const;
  void FillRun(v1::RunReport* report) const;  // rounds and instants alone

 private:
  struct LandmarkTally {
    std::uint32_t pings_sent = 0;
    std::uint32_t pings_answered = 0;
    std::uint32_t packets_refused = 0;
    std::map<StampKind, std::uint32_t> stamps;
  };

  void FillLandmarks(const Verifier& verifier, v1::RunReport* report) const;

  Clock* clock_;
  MonotonicInstant started_;
  Append append_;
  std::string scheduling_;
  std::map<std::string, DeviceVerdict> latest_;
  std::map<LandmarkId, LandmarkTally> landmarks_;
  std::uint32_t rounds_ = 0;
  std::optional<Duration> first_verdict_;
};

// The file of a device's bundle, relative to the report. Device names come from signed declarations;
// one that is no plain file name is written as the device id, so that it cannot lead out of the
// folder.
std::string BundleFile(const std::string& name, const DeviceId& device);

}  // namespace earshot

#endif  // EARSHOT_SERVER_ENGINE_RUN_TALLY_H_
