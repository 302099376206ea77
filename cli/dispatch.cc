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
      Overloaded{[&](const ExplainCommand& c) { return Explain(c, console); },
                 [&](const ScenarioCommand& c) { return ScenarioTool(c, console); },
                 [&](const KeysCommand& c) { return Keys(c, console); },
                 [&](const DoctorCommand& c) { return Doctor(c, console); },
                 [&](const BenchCommand& c) { return Bench(c, console); },
                 [&](const auto&) {
                   return Complain(console, Error(ErrorCode::kUnsupported,
                                                  "this command is not there yet"));
                 }},
      command);
}

}  // namespace earshot
