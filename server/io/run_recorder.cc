#include "server/io/run_recorder.h"

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "core/os/files.h"
#include "core/os/process.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

Status MakeFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0755) == 0 || errno == EEXIST) return {};
  return tl::unexpected<Error>(ErrnoError(errno, "create folder " + path));
}

// Names of verdicts are plain; device names may hold anything.
std::string JsonText(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

// Says of every bound that was carried from an earlier measurement that it was: its counts become
// those of this time.
void MarkCarried(const std::map<LandmarkId, AskedLandmark>& asked, v1::ReportDevice* device) {
  for (v1::ReportBound& bound : *device->mutable_bounds()) {
    const auto found = asked.find(LandmarkId(bound.landmark()));
    if (found == asked.end() || !found->second.carried_age.has_value()) continue;
    bound.set_pings_sent(found->second.pings_sent);
    bound.set_pings_answered(found->second.pings_answered);
    bound.set_tainted(0);
    bound.set_carried_age_s(
        static_cast<double>(*found->second.carried_age / std::chrono::milliseconds(1)) / 1000);
  }
}

}  // namespace

RunRecorder::RunRecorder(std::string out_dir, Clock& clock, std::FILE* events)
    : out_dir_(std::move(out_dir)), events_(events),
      log_([this](std::string_view line) {
        if (std::fwrite(line.data(), 1, line.size(), events_) != line.size()) {
          Keep(tl::unexpected<Error>(ErrnoError(errno, "write " + out_dir_ + "/events.jsonl")));
        }
      }),
      tally_(clock, [this](const EventRecord& event) { log_.Append(event); },
             CurrentScheduling()) {}

RunRecorder::~RunRecorder() { std::fclose(events_); }

Result<std::unique_ptr<RunRecorder>> RunRecorder::Create(const std::string& out_dir,
                                                         Clock* clock) {
  EARSHOT_RETURN_IF_ERROR(MakeFolder(out_dir));
  EARSHOT_RETURN_IF_ERROR(MakeFolder(out_dir + "/bundles"));
  const std::string path = out_dir + "/events.jsonl";
  // Appended to: a server that starts again adds to what the one before it saw.
  std::FILE* events = std::fopen(path.c_str(), "ae");
  if (events == nullptr) return tl::unexpected<Error>(ErrnoError(errno, "create " + path));
  if (flock(fileno(events), LOCK_EX | LOCK_NB) != 0) {
    std::fclose(events);
    return Fail(ErrorCode::kUnavailable,
                fmt::format("another server is writing to {}; stop it or name another out_dir", path));
  }
  return std::unique_ptr<RunRecorder>(new RunRecorder(out_dir, *clock, events));
}

void RunRecorder::Keep(Status status) {
  if (!status.has_value() && !failure_.has_value()) failure_ = std::move(status).error();
}

void RunRecorder::OnSessionOpened(const LandmarkId& landmark, const DeviceId& device,
                                  SessionId session, std::uint64_t counter) {
  tally_.OnSessionOpened(landmark, device, session, counter);
}

void RunRecorder::OnReceipt(const LandmarkId& landmark, const CheckedReceipt& receipt) {
  tally_.OnReceipt(landmark, receipt);
}

void RunRecorder::OnRoundClosed(RoundNumber round, std::vector<DeviceVerdict> verdicts) {
  const std::size_t flagged = static_cast<std::size_t>(std::ranges::count_if(
      verdicts, [](const DeviceVerdict& verdict) { return verdict.appraisal.flagged(); }));
  const std::size_t devices = verdicts.size();
  for (DeviceVerdict& verdict : verdicts) {
    if (verdict.bundle.empty()) continue;
    const std::string file = BundleFile(verdict.name, verdict.appraisal.device);
    Keep(WriteFileAtomically(out_dir_ + "/" + file, std::exchange(verdict.bundle, file),
                             Durability::kAtomicOnly));
  }
  tally_.OnRoundClosed(round, std::move(verdicts));
  std::fflush(events_);
  fmt::print("{{\"event\":\"round\",\"round\":{},\"devices\":{},\"flagged\":{},\"at_s\":{:.3f}}}\n",
             round.value(), devices, flagged, ToSeconds(tally_.SinceStart()));
  std::fflush(stdout);
  WriteReport();
}

void RunRecorder::Finish(std::string_view why) {
  if (engine_ != nullptr) {
    tally_.Finish(*engine_, why);
  } else {
    tally_.FinishWithout(why);
  }
  std::fflush(events_);
  for (const auto& [name, verdict] : tally_.latest()) {
    fmt::print("{{\"event\":\"verdict\",\"device\":{},\"verdict\":\"{}\",\"round\":{}}}\n",
               JsonText(name), VerdictName(verdict.appraisal.headline),
               verdict.appraisal.round.value());
  }
  std::fflush(stdout);
  WriteReport();
}

v1::ReportDevice RunRecorder::ReportOf(const DeviceVerdict& verdict) const {
  v1::ReportDevice report = tally_.ReportOf(verdict, engine_->verifier());
  MarkCarried(verdict.asked, &report);
  return report;
}

v1::RunReport RunRecorder::Report() const {
  v1::RunReport report;
  if (engine_ != nullptr) {
    const Verifier* const verifier = &engine_->verifier();
    report = tally_.Report(std::span(&verifier, 1));
  } else {
    tally_.FillRun(&report);
  }
  report.mutable_run()->set_mode("live");
  report.mutable_run()->set_event_hash(HexEncode(log_.hash()));
  return report;
}

void RunRecorder::WriteReport() {
  Keep(WriteFileAtomically(out_dir_ + "/report.pb", Report().SerializeAsString(),
                           Durability::kAtomicOnly));
}

}  // namespace earshot
