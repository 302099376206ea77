#include "cli/argument_tree.h"

namespace earshot {
namespace {

void AddMeasurements(CLI::App* command, std::string* nodes, std::vector<std::string>* rtts) {
  command->add_option("--nodes", *nodes, "CSV of nodes: id, lat, lon, country, region ...")
      ->required();
  command
      ->add_option("--rtt", *rtts,
                   "Measured RTTs: CSV, or JSON of RIPE Atlas, fping, irtt (SOURCE=FILE); also .gz")
      ->required();
}

void AddCalibrate(CLI::App& app, ParsedArguments& parsed, std::vector<ArgumentLeaf>& leaves) {
  CalibrateCommand& to = parsed.calibrate;
  CLI::App* calibrate =
      app.add_subcommand("calibrate", "Fit what is normal for your landmarks, or check such a fit");
  AddMeasurements(calibrate, &to.nodes, &to.rtts);
  CLI::Option* out = calibrate->add_option("-o,--out", to.out, "Model file to write");
  CLI::Option* check =
      calibrate->add_option("--check", to.check, "Model file to hold against the measurements");
  out->excludes(check);
  calibrate->add_flag("--pooled", to.pooled, "Bands of distance alone, nothing of single landmarks")
      ->needs(out);
  calibrate->add_option("--picture", to.picture, "Write the check as an SVG picture")
      ->needs(check)
      ->check(NotEmpty());
  AddJson(calibrate, &to.json)->needs(check);
  leaves.push_back({calibrate, [](const ParsedArguments& p) { return Command(p.calibrate); }});
}

void AddEvaluate(CLI::App& app, ParsedArguments& parsed, std::vector<ArgumentLeaf>& leaves) {
  EvaluateCommand& to = parsed.evaluate;
  CLI::App* evaluate = app.add_subcommand(
      "evaluate", "How often each method is wrong about honest hosts, and right about others");
  AddMeasurements(evaluate, &to.nodes, &to.rtts);
  CLI::Option* devices = evaluate->add_option(
      "--devices", to.devices,
      "File of node ids that calibration never sees; absent: cross-validation");
  evaluate->add_option("--estimators", to.estimators, "all, or NAME,...");
  evaluate->add_option("--false-alarm-rate", to.false_alarm_rate, "Share of honest hosts flagged");
  evaluate->add_option("--adversary", parsed.adversary, "What a false host does to its delay")
      ->check(CLI::IsMember({"none", "padding"}));
  evaluate->add_option("--from", to.from, "Country of the hosts of interest, as in CN");
  evaluate->add_option("--to", to.to, "Regions they declare, REGION,...; absent: all");
  CLI::Option* strict = evaluate->add_flag(
      "--strict", to.strict, "Also with nothing known around the declared place (slower)");
  evaluate->add_option("--folds", to.folds, "With --strict: groups of clusters left out in turn")
      ->check(CLI::Range(2, 100000))
      ->needs(strict);
  evaluate->add_flag("--nested", to.nested,
                     "Also with our constants chosen without the clusters scored (minutes)")
      ->excludes(devices);
  evaluate->add_option("--roc", to.roc, "Write the curves as an SVG picture")
      ->check(NotEmpty());
  AddJson(evaluate, &to.json);
  leaves.push_back({evaluate, [](const ParsedArguments& p) {
                      EvaluateCommand command = p.evaluate;
                      command.padding = p.adversary == "padding";
                      return Command(command);
                    }});
}

void AddPlan(CLI::App& app, ParsedArguments& parsed, std::vector<ArgumentLeaf>& leaves) {
  PlanCommand& to = parsed.plan;
  CLI::App* plan = app.add_subcommand(
      "plan", "Which landmark sites protect a country against an excluded one, and which border none can");
  plan->add_option("--protect", to.protect, "Country of the honest devices, as in SG")->required();
  plan->add_option("--exclude", to.exclude, "Countries where none may answer, CN,...")->required();
  plan->add_option("--sites", to.sites,
                   "CSV of candidate sites: id, lat, lon, name, country, cost, trust_domain");
  plan->add_option("--budget", to.budget, "Spend at most so much; a built-in site costs 1");
  plan->add_option("--liars", to.liars, "Trust domains that may lie")->check(CLI::Range(0, 100));
  AddJson(plan, &to.json);
  leaves.push_back({plan, [](const ParsedArguments& p) { return Command(p.plan); }});
}

constexpr double kFleetMax = 1e12;

void AddBudget(CLI::App& app, ParsedArguments& parsed, std::vector<ArgumentLeaf>& leaves) {
  BudgetCommand& to = parsed.budget;
  CLI::App* budget = app.add_subcommand(
      "budget", "From the false alarms a year that a fleet can bear to the rate of every test");
  budget->add_option("--alarms", to.alarms, "False alarms a year, of the whole fleet")->required();
  budget->add_option("--devices", to.devices, "Devices in the fleet")
      ->check(CLI::Range(1.0, kFleetMax))
      ->required();
  budget->add_option("--sites", to.sites, "Sites at which they stand")
      ->check(CLI::Range(1.0, kFleetMax))
      ->capture_default_str();
  budget->add_option("--paths", to.paths, "Landmarks that a device answers")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  CheckDuration(budget->add_option("--every", parsed.budget_every, "From round to round, as in 1h")
                    ->capture_default_str());
  CheckDuration(budget
                    ->add_option("--declared-for", parsed.declared_for,
                                 "How long a declaration stands; its place is tested once in it")
                    ->capture_default_str());
  budget->add_option("--block", to.block, "Rounds in a block of the test for change")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  budget->add_option("--units", to.units,
                     "Hosts that the placement test is calibrated on; default: those of the shipped model")
      ->check(CLI::Range(1.0, kFleetMax));
  budget->add_flag("--extrapolate", to.extrapolate,
                   "Let rates stand that so many hosts cannot say");
  AddJson(budget, &to.json);
  leaves.push_back({budget, [](const ParsedArguments& p) {
                      BudgetCommand command = p.budget;
                      command.every = *ParseDuration(p.budget_every);
                      command.declared_for = *ParseDuration(p.declared_for);
                      return Command(command);
                    }});
}

}  // namespace

void AddResearch(CLI::App& app, ParsedArguments& parsed, std::vector<ArgumentLeaf>& leaves) {
  AddCalibrate(app, parsed, leaves);
  AddEvaluate(app, parsed, leaves);
  AddPlan(app, parsed, leaves);
  AddBudget(app, parsed, leaves);
}

}  // namespace earshot
