// cli/argument_tree.h: what the files that build the tree of subcommands share. CLI11 stays in them.
#ifndef EARSHOT_CLI_ARGUMENT_TREE_H_
#define EARSHOT_CLI_ARGUMENT_TREE_H_

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <functional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "core/base/quantity_text.h"

namespace earshot {

// What the options were parsed into. CLI11 keeps pointers to the members.
struct ParsedArguments {
  RunCommand run;
  SweepCommand sweep;
  ServiceCommand service;
  PingCommand ping;
  ExplainCommand explain;
  VerifyCommand verify;
  ScenarioCommand scenario;
  AttacksCommand attacks;
  KeysCommand keys;
  DoctorCommand doctor;
  BenchCommand bench;
  EvaluateCommand evaluate;
  CalibrateCommand calibrate;
  PlanCommand plan;
  BudgetCommand budget;
  std::string budget_every = "1h";
  std::string declared_for = "8766h";
  std::string adversary = "none";
  std::string fail_on;
  std::string duration;
  std::string every;
  std::string fidelity = "packet";
  std::string valid_for = "7 d";
};

using ChosenCommand = std::function<Command(const ParsedArguments&)>;

// One leaf of the tree of subcommands and what it makes of the parsed options.
struct ArgumentLeaf {
  CLI::App* app;
  ChosenCommand choose;
};

// Throws CLI11's own exception, caught in ParseArguments, so that a wrong unit is reported like any
// other wrong value.
inline void CheckDuration(CLI::Option* option) {
  option->check(CLI::Validator(
      [](const std::string& text) {
        const auto parsed = ParseDuration(text);
        return parsed ? std::string() : parsed.error().message();
      },
      "TIME"));
}

inline CLI::Option* AddJson(CLI::App* app, bool* json) {
  return app->add_flag("--json", *json, "Print one JSON document and nothing else");
}

inline CLI::Validator NotEmpty() {
  return CLI::Validator(
      [](const std::string& text) { return text.empty() ? "an empty name" : std::string(); }, "PATH");
}

// strtoull, which reads the number, takes a sign and wraps.
inline CLI::Validator Unsigned() {
  return CLI::Validator(
      [](const std::string& text) {
        const bool digits = !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
          return std::isdigit(c) != 0;
        });
        return digits ? std::string() : fmt::format("\"{}\" is no whole number from 0 up", text);
      },
      "UINT");
}

// The subcommands of researchers: calibrate, evaluate, plan, budget.
void AddResearch(CLI::App& app, ParsedArguments& parsed, std::vector<ArgumentLeaf>& leaves);

}  // namespace earshot

#endif  // EARSHOT_CLI_ARGUMENT_TREE_H_
