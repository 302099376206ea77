#include "sim/run/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/report/report.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

LifecycleState StateOf(const ScenarioFleet& fleet, const v1::ReportDevice& device, Duration at) {
  LifeSigns signs;
  signs.ever_answered = device.bounds_size() > 0;
  signs.answered = std::ranges::any_of(device.bounds(), [](const v1::ReportBound& bound) {
    return bound.carried_age_s() <= 0;
  });
  const std::string silent(VerdictName(Verdict::kSilent));
  signs.past_deadline = device.site().verdict() == silent || device.licence().verdict() == silent;
  return StateAt(fleet.life, signs, at);
}

void CompleteDevice(const Scenario& scenario, const ScenarioFleet& fleet,
                    v1::ReportDevice* device) {
  device->set_order(fleet.order);
  device->set_model(fleet.model);
  device->mutable_declared()->set_country(
      scenario.FindPlace(fleet.declared_place)->country.text());
  v1::ReportTruth* truth = device->mutable_truth();
  *truth = TruthOf(scenario, fleet);
  truth->set_as_expected(truth->expected().empty() ||
                         std::ranges::find(truth->expected(), device->verdict()) !=
                             truth->expected().end());
}

}  // namespace

v1::ReportTruth TruthOf(const Scenario& scenario, const ScenarioFleet& fleet) {
  const ScenarioPlace& place = *scenario.FindPlace(fleet.true_place());
  v1::ReportTruth truth;
  truth.set_place(place.city);
  truth.set_country(place.country.text());
  truth.set_behaviour(std::string(BehaviourName(fleet.behaviour)));
  truth.set_honest(fleet.honest());
  for (const Verdict verdict : fleet.expect_headline) {
    truth.add_expected(std::string(VerdictName(verdict)));
  }
  return truth;
}

void CompleteRunReport(const ResolvedScenario& resolved, const RunFacts& facts,
                       v1::RunReport* report) {
  const Scenario& scenario = resolved.scenario;
  v1::Run* run = report->mutable_run();
  run->set_scenario(scenario.name);
  run->set_title(scenario.title);
  run->set_seed(static_cast<double>(scenario.seed));
  run->set_mode(std::string(facts.mode));
  run->set_commit(facts.commit);
  run->set_duration_s(ToSeconds(scenario.duration));
  if (facts.first_verdict.has_value()) run->set_first_verdict_s(ToSeconds(*facts.first_verdict));
  for (const std::string& incident : facts.incidents) run->add_incidents(incident);

  std::map<std::string, v1::ReportDevice> by_id;
  for (v1::ReportDevice& device : *report->mutable_devices()) {
    by_id.emplace(device.id(), std::move(device));
  }
  report->clear_devices();
  const Duration end = scenario.rounds.first_after + run->rounds() * scenario.rounds.length;
  LifecycleCounts lifecycle{};
  for (const ResolvedDevice& device : resolved.devices) {
    if (device.reference_for.has_value()) continue;
    const ScenarioFleet& fleet = scenario.fleets[device.fleet];
    // Its last verdict is history: nobody asks for one now.
    if (fleet.life.RetiredAt(end)) {
      ++lifecycle[static_cast<std::size_t>(LifecycleState::kRetired)];
      continue;
    }
    const auto found = by_id.find(device.id);
    if (found == by_id.end()) {
      run->add_incidents(fmt::format("no verdict on {}", device.id));
      continue;
    }
    const LifecycleState state = StateOf(fleet, found->second, end);
    ++lifecycle[static_cast<std::size_t>(state)];
    found->second.set_lifecycle(std::string(LifecycleStateName(state)));
    CompleteDevice(scenario, fleet, &found->second);
    *report->add_devices() = std::move(found->second);
  }
  FillLifecycle(lifecycle, {}, report->mutable_lifecycle());
  CompleteReport(scenario.policy, scenario.question, report);
}

void FillLifecycle(const LifecycleCounts& devices, const LifecycleCounts& rounds,
                   google::protobuf::RepeatedPtrField<v1::LifecycleCount>* counts) {
  for (std::size_t i = 0; i < kLifecycleStates; ++i) {
    if (devices[i] + rounds[i] == 0) continue;
    v1::LifecycleCount* count = counts->Add();
    count->set_state(std::string(LifecycleStateName(static_cast<LifecycleState>(i))));
    count->set_devices(static_cast<std::uint32_t>(devices[i]));
    count->set_rounds(static_cast<double>(rounds[i]));
  }
}

}  // namespace earshot
