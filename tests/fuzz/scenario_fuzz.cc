// Any text as a scenario, and as the resolved scenario of a run. What is accepted is printed,
// resolved and read back: the same words must come out.
#include "core/base/check.h"
#include "core/locate/path_model.h"
#include "sim/scenario/resolve.h"
#include "sim/scenario/scenario_load.h"
#include "tests/fuzz/fuzz_target.h"

namespace earshot::fuzz {
namespace {

// Device-landmark pairs that are drawn for one input; a larger scenario is checked and printed only.
constexpr std::uint64_t kPathsMax = 20'000;

void ReadResolvedAgain(const ResolvedScenario& resolved) {
  const std::string text = ResolvedText(resolved);
  const Result<ResolvedScenario> again = ParseResolved(text, "resolved");
  EARSHOT_CHECK(again.has_value());
  EARSHOT_CHECK(ResolvedText(*again) == text);
}

void Read(std::string_view text) {
  const Result<Scenario> scenario = ParseScenario(text, "input");
  if (!scenario.has_value()) {
    EARSHOT_CHECK(scenario.error().message().starts_with("input:"));
    if (const auto resolved = ParseResolved(text, "input")) ReadResolvedAgain(*resolved);
    return;
  }
  const std::string shown = ScenarioText(*scenario);
  const Result<Scenario> again = ParseScenario(shown, "shown");
  EARSHOT_CHECK(again.has_value());
  EARSHOT_CHECK(ScenarioText(*again) == shown);
  const std::uint64_t landmarks = scenario->landmarks.size();
  if ((scenario->DeviceCount() + landmarks) * landmarks > kPathsMax) return;
  const auto resolved = ResolveScenario(*scenario, PathModel::Measured2020(), {});
  EARSHOT_CHECK(resolved.has_value());
  ReadResolvedAgain(*resolved);
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  earshot::fuzz::Read({reinterpret_cast<const char*>(data), size});
  return 0;
}
