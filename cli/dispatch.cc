#include "cli/commands.h"

namespace earshot {
namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace

ExitCode Execute(const Command& command, const Console& console) {
  return std::visit(
      Overloaded{[&](const RunCommand& c) { return Run(c, console); },
                 [&](const SweepCommand& c) { return Sweep(c, console); },
                 [&](const ServiceCommand& c) { return RunService(c, console); },
                 [&](const PingCommand& c) { return Ping(c, console); },
                 [&](const ExplainCommand& c) { return Explain(c, console); },
                 [&](const VerifyCommand& c) { return Verify(c, console); },
                 [&](const ScenarioCommand& c) { return ScenarioTool(c, console); },
                 [&](const AttacksCommand& c) { return Attacks(c, console); },
                 [&](const KeysCommand& c) { return Keys(c, console); },
                 [&](const CalibrateCommand& c) { return Calibrate(c, console); },
                 [&](const EvaluateCommand& c) { return EvaluateEstimators(c, console); },
                 [&](const PlanCommand& c) { return PlanLandmarks(c, console); },
                 [&](const BudgetCommand& c) { return PlanAlarmBudget(c, console); },
                 [&](const DoctorCommand& c) { return Doctor(c, console); },
                 [&](const BenchCommand& c) { return Bench(c, console); }},
      command);
}

}  // namespace earshot
