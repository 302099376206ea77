// server/io/run_recorder.h: what a running server leaves behind.
//
//   OUT/events.jsonl          one line an event, as it happens
//   OUT/bundles/NAME.bundle   evidence of each device's latest verdict
//   OUT/report.pb             RunReport of the latest round, replaced in one step
//   stdout                    one line of JSON a closed round, and one a final verdict
#ifndef EARSHOT_SERVER_IO_RUN_RECORDER_H_
#define EARSHOT_SERVER_IO_RUN_RECORDER_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/report/event_log.h"
#include "server/engine/run_tally.h"
#include "server/engine/server_engine.h"

namespace earshot::v1 {
class ReportDevice;
class RunReport;
}  // namespace earshot::v1

namespace earshot {

// A write that fails stops nothing: the first failure is kept for the end of the run. Confined to
// one thread.
class RunRecorder final : public ServerObserver {
 public:
  // Makes the folders, and events.jsonl or the end of it that an earlier server left. kUnavailable
  // when another server is writing to it. `clock` must outlive the recorder. Samples are
  // recorded with the scheduling class of this moment.
  static Result<std::unique_ptr<RunRecorder>> Create(const std::string& out_dir, Clock* clock);
  ~RunRecorder() override;

  // The engine whose rounds are recorded; must be set before they begin and outlive the recorder's
  // use.
  void Watch(ServerEngine* engine) { engine_ = engine; }

  void OnSessionOpened(const LandmarkId& landmark, const DeviceId& device, SessionId session,
                       std::uint64_t counter) override;
  void OnReceipt(const LandmarkId& landmark, const CheckedReceipt& receipt) override;
  void OnRoundClosed(RoundNumber round, std::vector<DeviceVerdict> verdicts) override;

  // The last words: refused packets, final verdicts, the report. Once.
  void Finish(std::string_view why);

  // The report as it stands.
  v1::RunReport Report() const;
  // One device of it, from a verdict that need not be of a round (earshot ping).
  v1::ReportDevice ReportOf(const DeviceVerdict& verdict) const;
  // Why something could not be written; none when all was.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  RunRecorder(std::string out_dir, Clock& clock, std::FILE* events);
  void Keep(Status status);
  void WriteReport();

  std::string out_dir_;
  std::FILE* events_;
  EventLog log_;
  RunTally tally_;
  ServerEngine* engine_ = nullptr;
  std::optional<Error> failure_;
};

}  // namespace earshot

#endif  // EARSHOT_SERVER_IO_RUN_RECORDER_H_
