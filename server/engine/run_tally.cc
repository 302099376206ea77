#include "server/engine/run_tally.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/check.h"
#include "core/geo/country_zones.h"
#include "core/report/report.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

std::string CountryAt(Position position) {
  const auto countries = CountryZones::Default().CountriesAt(position);
  return countries.empty() ? std::string() : countries.front().text();
}

}  // namespace

std::string BundleFile(const std::string& name, const DeviceId& device) {
  const bool plain = !name.empty() && name.front() != '.' &&
                     std::ranges::all_of(name, [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                              (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
                     });
  return fmt::format("bundles/{}.bundle", plain ? name : HexEncode(device.value()));
}

void RunTally::OnSessionOpened(const LandmarkId& landmark, const DeviceId& device,
                               SessionId session, std::uint64_t counter) {
  append_(SessionOpenedEvent(SinceStart(), landmark, device, session, counter));
}

void RunTally::OnReceipt(const LandmarkId& landmark, const CheckedReceipt& receipt) {
  const LandmarkObservation& seen = receipt.observation;
  LandmarkTally& tally = landmarks_[landmark];
  tally.pings_sent += seen.pings_sent;
  tally.pings_answered += static_cast<std::uint32_t>(seen.samples.size());
  tally.packets_refused += seen.packets_refused;
  for (const Sample& sample : seen.samples) {
    ++tally.stamps[sample.stamps];
    append_(SampleEvent(SinceStart(), landmark, receipt.device, receipt.session,
                        receipt.session_round, receipt.verifier_round, sample, scheduling_));
  }
  append_(ReceiptEvent(SinceStart(), landmark, receipt.device, receipt.verifier_round,
                       seen.receipt_sha256, seen.evidence == EvidenceState::kValid));
}

void RunTally::OnRoundClosed(RoundNumber round, std::vector<DeviceVerdict> verdicts) {
  ++rounds_;
  if (!first_verdict_.has_value() && !verdicts.empty()) first_verdict_ = SinceStart();
  append_(RoundClosedEvent(SinceStart(), round, static_cast<std::uint32_t>(verdicts.size())));
  for (DeviceVerdict& verdict : verdicts) {
    append_(VerdictEvent(SinceStart(), verdict.appraisal));
    latest_.insert_or_assign(verdict.name, std::move(verdict));
  }
}

void RunTally::Finish(const ServerEngine& engine, std::string_view why) {
  for (std::size_t i = 0; i < engine.landmark_count(); ++i) {
    const LandmarkEngine& landmark = engine.landmark(i);
    for (std::size_t kind = 1; kind < kRefusalKinds; ++kind) {
      const auto refusal = static_cast<Refusal>(kind);
      const std::uint64_t count = landmark.counters().refusals.count(refusal);
      if (count == 0) continue;
      append_(PacketsRefusedEvent(SinceStart(), landmark.id(), RefusalName(refusal), count));
    }
    if (const std::uint64_t dropped = landmark.counters().dropped; dropped > 0) {
      append_(PacketsRefusedEvent(SinceStart(), landmark.id(), "dropped_unread", dropped));
    }
  }
  FinishWithout(why);
}

void RunTally::FinishWithout(std::string_view why) { append_(RunStoppedEvent(SinceStart(), why)); }

void RunTally::Absorb(const RunTally& other) {
  for (const auto& [landmark, more] : other.landmarks_) {
    LandmarkTally& tally = landmarks_[landmark];
    tally.pings_sent += more.pings_sent;
    tally.pings_answered += more.pings_answered;
    tally.packets_refused += more.packets_refused;
    for (const auto& [kind, count] : more.stamps) tally.stamps[kind] += count;
  }
  for (const auto& [name, verdict] : other.latest_) latest_.insert_or_assign(name, verdict);
  rounds_ = std::max(rounds_, other.rounds_);
  if (other.first_verdict_.has_value()) {
    first_verdict_ = std::min(first_verdict_.value_or(*other.first_verdict_), *other.first_verdict_);
  }
}

v1::ReportDevice RunTally::ReportOf(const DeviceVerdict& verdict, const Verifier& verifier) const {
  const EnrolledDevice* device = verifier.registry().FindByName(verdict.name);
  EARSHOT_CHECK(device != nullptr);
  ReportedDevice reported;
  reported.name = verdict.name;
  reported.model = device->endorsement->model;
  reported.declared_country = CountryAt(device->declaration.site.position);
  reported.session_keys = device->endorsement->session_keys;
  const auto latest = latest_.find(verdict.name);
  if (latest != latest_.end()) reported.bundle = latest->second.bundle;
  return MakeReportDevice(verdict.appraisal, reported,
                          {device->declaration, verifier.policy(), verifier.landmarks()},
                          started_);
}

void RunTally::FillRun(v1::RunReport* report) const {
  v1::Run* run = report->mutable_run();
  run->set_rounds(rounds_);
  run->set_duration_s(ToSeconds(SinceStart()));
  if (first_verdict_.has_value()) run->set_first_verdict_s(ToSeconds(*first_verdict_));
}

void RunTally::FillLandmarks(const Verifier& verifier, v1::RunReport* report) const {
  for (const Landmark& landmark : verifier.landmarks()) {
    v1::ReportLandmark* out = report->add_landmarks();
    out->set_id(landmark.id.value());
    out->set_city(landmark.city);
    out->set_country(CountryAt(landmark.position));
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
      out->set_scheduling(scheduling_);
    }
  }
}

v1::RunReport RunTally::Report(std::span<const Verifier* const> verifiers) const {
  EARSHOT_CHECK(!verifiers.empty());
  v1::RunReport report;
  FillRun(&report);
  FillLandmarks(*verifiers.front(), &report);
  for (const auto& [name, verdict] : latest_) {
    const auto knows = std::ranges::find_if(verifiers, [&](const Verifier* verifier) {
      return verifier->registry().FindByName(name) != nullptr;
    });
    EARSHOT_CHECK(knows != verifiers.end());
    *report.add_devices() = ReportOf(verdict, **knows);
  }
  CompleteReport(verifiers.front()->policy(), "", &report);
  return report;
}

}  // namespace earshot
