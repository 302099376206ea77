#include "server/io/run_recorder.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "core/geo/country_zones.h"
#include "core/os/files.h"
#include "core/report/report.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

Status MakeFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0755) == 0 || errno == EEXIST) return {};
  return tl::unexpected<Error>(ErrnoError(errno, "create folder " + path));
}

std::string DeclaredCountry(const Declaration& declaration) {
  const auto countries = CountryZones::Default().CountriesAt(declaration.site.position);
  return countries.empty() ? std::string() : countries.front().text();
}

// Device names come from signed declarations; a name that is no plain file name is written as the
// device id, so that it cannot lead out of the folder.
std::string BundleFile(const std::string& name, const DeviceId& device) {
  const bool plain = !name.empty() && name.front() != '.' &&
                     std::ranges::all_of(name, [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                              (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
                     });
  return fmt::format("bundles/{}.bundle", plain ? name : HexEncode(device.value()));
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

}  // namespace

RunRecorder::RunRecorder(std::string out_dir, Clock* clock, std::FILE* events)
    : out_dir_(std::move(out_dir)), clock_(clock), started_(clock->Now()), events_(events),
      log_([this](std::string_view line) {
        if (std::fwrite(line.data(), 1, line.size(), events_) != line.size()) {
          Keep(Fail(ErrorCode::kUnavailable, out_dir_ + "/events.jsonl: write failed"));
        }
      }) {}

RunRecorder::~RunRecorder() { std::fclose(events_); }

Result<std::unique_ptr<RunRecorder>> RunRecorder::Create(const std::string& out_dir,
                                                         Clock* clock) {
  EARSHOT_RETURN_IF_ERROR(MakeFolder(out_dir));
  EARSHOT_RETURN_IF_ERROR(MakeFolder(out_dir + "/bundles"));
  const std::string path = out_dir + "/events.jsonl";
  std::FILE* events = std::fopen(path.c_str(), "we");
  if (events == nullptr) return tl::unexpected<Error>(ErrnoError(errno, "create " + path));
  return std::unique_ptr<RunRecorder>(new RunRecorder(out_dir, clock, events));
}

void RunRecorder::Keep(Status status) {
  if (!status.has_value() && !failure_.has_value()) failure_ = std::move(status).error();
}

void RunRecorder::OnSessionOpened(const LandmarkId& landmark, const DeviceId& device,
                                  SessionId session, std::uint64_t counter) {
  log_.Append(SessionOpenedEvent(SinceStart(), landmark, device, session, counter));
}

void RunRecorder::OnReceipt(const LandmarkId& landmark, const CheckedReceipt& receipt) {
  const LandmarkObservation& seen = receipt.observation;
  LandmarkTally& tally = landmarks_[landmark];
  tally.pings_sent += seen.pings_sent;
  tally.pings_answered += static_cast<std::uint32_t>(seen.samples.size());
  tally.packets_refused += seen.packets_refused;
  for (const Sample& sample : seen.samples) {
    ++tally.stamps[sample.stamps];
    log_.Append(SampleEvent(SinceStart(), landmark, receipt.device, receipt.session,
                            receipt.verifier_round, sample));
  }
  log_.Append(ReceiptEvent(SinceStart(), landmark, receipt.device, receipt.verifier_round,
                           seen.receipt_sha256, seen.evidence == EvidenceState::kValid));
}

void RunRecorder::OnRoundClosed(RoundNumber round, std::vector<DeviceVerdict> verdicts) {
  ++rounds_;
  if (!first_verdict_.has_value() && !verdicts.empty()) first_verdict_ = SinceStart();
  log_.Append(
      RoundClosedEvent(SinceStart(), round, static_cast<std::uint32_t>(verdicts.size())));
  std::uint32_t flagged = 0;
  for (const DeviceVerdict& verdict : verdicts) {
    log_.Append(VerdictEvent(SinceStart(), verdict.appraisal));
    flagged += verdict.appraisal.flagged() ? 1U : 0U;
  }
  std::fflush(events_);
  fmt::print("{{\"event\":\"round\",\"round\":{},\"devices\":{},\"flagged\":{},\"at_s\":{:.3f}}}\n",
             round.value(), verdicts.size(), flagged, ToSeconds(SinceStart()));
  std::fflush(stdout);
  for (DeviceVerdict& verdict : verdicts) {
    const std::string file = BundleFile(verdict.name, verdict.appraisal.device);
    if (!verdict.bundle.empty()) {
      Keep(WriteFileAtomically(out_dir_ + "/" + file, std::exchange(verdict.bundle, file),
                               Durability::kAtomicOnly));
    }
    latest_.insert_or_assign(verdict.name, std::move(verdict));
  }
  WriteReport();
}

void RunRecorder::Finish(std::string_view why) {
  for (std::size_t i = 0; engine_ != nullptr && i < engine_->landmark_count(); ++i) {
    const LandmarkEngine& landmark = engine_->landmark(i);
    for (std::size_t kind = 1; kind < kRefusalKinds; ++kind) {
      const auto refusal = static_cast<Refusal>(kind);
      const std::uint64_t count = landmark.counters().refusals.count(refusal);
      if (count == 0) continue;
      log_.Append(PacketsRefusedEvent(SinceStart(), landmark.id(), RefusalName(refusal), count));
    }
  }
  log_.Append(RunStoppedEvent(SinceStart(), why));
  std::fflush(events_);
  for (const auto& [name, verdict] : latest_) {
    fmt::print("{{\"event\":\"verdict\",\"device\":{},\"verdict\":\"{}\",\"round\":{}}}\n",
               JsonText(name), VerdictName(verdict.appraisal.headline),
               verdict.appraisal.round.value());
  }
  std::fflush(stdout);
  WriteReport();
}

v1::ReportDevice RunRecorder::ReportOf(const DeviceVerdict& verdict) const {
  const Verifier& verifier = engine_->verifier();
  const EnrolledDevice* device = verifier.registry().FindByName(verdict.name);
  EARSHOT_CHECK(device != nullptr);
  ReportedDevice reported;
  reported.name = verdict.name;
  reported.model = device->endorsement->model;
  reported.declared_country = DeclaredCountry(device->declaration);
  reported.session_keys = device->endorsement->session_keys;
  const auto latest = latest_.find(verdict.name);
  if (latest != latest_.end()) reported.bundle = latest->second.bundle;
  return MakeReportDevice(verdict.appraisal, reported,
                          {device->declaration, verifier.policy(), verifier.landmarks()},
                          started_);
}

v1::RunReport RunRecorder::Report() const {
  v1::RunReport report;
  v1::Run* run = report.mutable_run();
  run->set_mode("live");
  run->set_event_hash(HexEncode(log_.hash()));
  run->set_rounds(rounds_);
  run->set_duration_s(ToSeconds(SinceStart()));
  if (first_verdict_.has_value()) run->set_first_verdict_s(ToSeconds(*first_verdict_));
  if (engine_ == nullptr) return report;
  const Verifier& verifier = engine_->verifier();
  for (const Landmark& landmark : verifier.landmarks()) {
    v1::ReportLandmark* out = report.add_landmarks();
    out->set_id(landmark.id.value());
    out->set_city(landmark.city);
    const auto countries = CountryZones::Default().CountriesAt(landmark.position);
    if (!countries.empty()) out->set_country(countries.front().text());
    out->set_trust_domain(landmark.domain.value());
    out->set_faulty(std::ranges::find(verifier.mesh().faulty, landmark.id) !=
                    verifier.mesh().faulty.end());
    const auto tally = landmarks_.find(landmark.id);
    if (tally == landmarks_.end()) continue;
    out->set_pings_sent(tally->second.pings_sent);
    out->set_pings_answered(tally->second.pings_answered);
    out->set_packets_refused(tally->second.packets_refused);
    const auto most = std::ranges::max_element(
        tally->second.stamps, {}, [](const auto& entry) { return entry.second; });
    if (most != tally->second.stamps.end()) {
      out->set_stamps(std::string(StampKindName(most->first)));
    }
  }
  for (const auto& [name, verdict] : latest_) *report.add_devices() = ReportOf(verdict);
  CompleteReport(verifier.policy(), "", &report);
  return report;
}

void RunRecorder::WriteReport() {
  Keep(WriteFileAtomically(out_dir_ + "/report.pb", Report().SerializeAsString(),
                           Durability::kAtomicOnly));
}

}  // namespace earshot
