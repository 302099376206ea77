#include "core/report/assumptions.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/report/outward.h"

namespace earshot {
namespace {

std::string LiarsText(std::uint32_t liars) {
  if (liars == 0) return "No operator of landmarks lies about what it measured.";
  return fmt::format("At most {} of the separate operators of landmarks {} about what {} measured.",
                     liars, liars == 1 ? "lies" : "lie", liars == 1 ? "it" : "they");
}

}  // namespace

std::vector<std::string> AssumptionsBehind(std::span<const Basis> bases, const Policy& policy) {
  const auto rests_on = [&](std::initializer_list<Basis> any) {
    return std::ranges::any_of(
        any, [&](Basis b) { return std::ranges::find(bases, b) != bases.end(); });
  };
  std::vector<std::string> lines;
  if (rests_on({Basis::kVacuum, Basis::kFibre})) {
    lines.emplace_back("Nothing travels faster than light in vacuum, 299,792 km a second, "
                       "and no signal cuts through the Earth.");
    lines.push_back(LiarsText(policy.liars_max));
    lines.push_back(fmt::format(
        "Each landmark stands where its signed record says, and its clock runs right to {} parts "
        "in a million.", policy.clock_rate_error * 1e6));
    lines.emplace_back("Nobody can guess the random numbers in the pings.");
    lines.push_back(fmt::format(
        "Where an answer is older than the round of its verdict, the device moved at most {:.0f} metres "
        "a second since.", policy.drift.metres_per_second()));
    lines.push_back(fmt::format(
        "Borders lie within {} of the outlines used here (Natural Earth); for a few countries the "
        "map's own measured error is larger and is used instead.",
        ReachText(policy.zone_margin)));
  }
  if (rests_on({Basis::kFibre})) {
    lines.emplace_back("Where fibre is named: no microwave link, satellite or hollow fibre, all of "
                       "them faster, carried the answer.");
  }
  if (rests_on({Basis::kVacuum, Basis::kFibre, Basis::kCryptographic, Basis::kCalibrated})) {
    lines.emplace_back("The device's key and all that is derived from it stay inside one sealed "
                       "chip, as its maker endorsed; a copied key that answers from the declared "
                       "place looks perfect.");
  }
  const bool statistical = rests_on({Basis::kCalibrated, Basis::kStatistical});
  if (statistical && policy.placement_test == PlacementRule::kCalibrated) {
    lines.push_back(fmt::format(
        "The test of delay is the calibrated one. Honest devices, each compared with its own "
        "neighbourhood, answer like the computers in data centres that it was calibrated on; in any one "
        "round at most {} of them are slower than the limit by chance. The test is made anew in every "
        "round, so more of them are in some round.", FrequencyText(policy.false_alarm_rate)));
    if (!rests_on({Basis::kVacuum, Basis::kFibre})) lines.push_back(LiarsText(policy.liars_max));
  }
  if (statistical && policy.placement_test == PlacementRule::kNearestLandmark) {
    lines.emplace_back("The test of delay asks the landmark nearest to the declared site, and "
                       "believes it.");
    lines.push_back(fmt::format(
        "Honest devices answer about as quickly as the computers that the model of normal delay was "
        "measured on; in any one round {} of them are slower than the limit by chance, and more of them in "
        "some round.",
        FrequencyText(policy.false_alarm_rate)));
  }
  if (policy.change_alarm_rate > 0 && !bases.empty()) {
    lines.push_back(fmt::format(
        "Slower than when it was enrolled: {} of devices that do not change are ever taken for that, if "
        "a block of {} rounds is longer than the memory of their paths. The enrolment is the verifier's "
        "memory alone: no bundle holds it, and it begins anew when the verifier does.",
        FrequencyText(policy.change_alarm_rate), policy.change_block_rounds));
  }
  lines.emplace_back("No delay can tell that a device is absent or has moved, its exact site, which "
                     "chip of a rack answers, what it computes, or who uses it from afar.");
  return lines;
}

}  // namespace earshot
