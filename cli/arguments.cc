#include "cli/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/argument_tree.h"
#include "cli/version.h"
#include "core/base/quantity_text.h"
#include "core/base/suggest.h"
#include "sim/attacks/attack_table.h"
#include "sim/fleet/round_run.h"
#include "sim/net/virtual_run.h"
#include "sim/scenario/scenario.h"

namespace earshot {
namespace {

void AddRun(CLI::App& app, ParsedArguments& parsed, std::vector<ArgumentLeaf>& leaves) {
  CLI::App* run = app.add_subcommand("run", "Run a scenario and judge every device");
  run->add_option("scenario", parsed.run.scenario, "Name (earshot scenario list) or file")->required();
  CLI::Option* live =
      run->add_flag("--live", parsed.run.live, "Real processes and UDP sockets on this machine");
  run->add_option("--threads", parsed.run.threads, "Of virtual time; the result is the same with any")
      ->check(CLI::Range(1U, kVirtualThreadsMax))
      ->excludes(live);
  CLI::Option* fidelity =
      run->add_option("--fidelity", parsed.fidelity,
                      "packet: every packet, real signatures; round: fleets, the quickest answers only")
          ->check(CLI::IsMember({"packet", "round"}))
          ->excludes(live);
  CLI::Option* every = run->add_option("--every", parsed.every,
                                       "Fidelity round: from round to round, as in \"1h\"");
  CheckDuration(every->needs(fidelity));
  run->add_option("--packet-devices", parsed.run.packet_devices,
                  "Fidelity round: so many devices with every packet too (100)")
      ->check(CLI::Range(0U, kPacketShareDevicesMax))
      ->needs(fidelity);
  run->add_option("--seed", parsed.run.seed, "Draw paths and losses by this seed")
      ->check(Unsigned());
  run->add_option("--devices", parsed.run.devices, "As many devices in all")
      ->check(CLI::Range(1U, kScenarioDevicesMax));
  CheckDuration(run->add_option("--duration", parsed.duration, "How long, as in \"60s\""));
  CLI::Option* rtt = run->add_option("--rtt", parsed.run.rtts,
                                     "Measured round-trip times to replay in place of modelled ones");
  CLI::Option* nodes = run->add_option("--nodes", parsed.run.nodes, "Where their ends stand, CSV");
  rtt->needs(nodes);
  nodes->needs(rtt);
  run->add_option("--out", parsed.run.out, "Folder for report, events, bundles (out/SCENARIO)")
      ->check(NotEmpty());
  run->add_option("--fail-on", parsed.fail_on, "Exit 1 when any device is flagged")
      ->check(CLI::IsMember({"flagged"}));
  AddJson(run, &parsed.run.json);
  leaves.push_back({run, [](const ParsedArguments& p) {
                      RunCommand command = p.run;
                      command.fail_on_flagged = !p.fail_on.empty();
                      command.by_rounds = p.fidelity == "round";
                      if (!p.duration.empty()) command.duration = *ParseDuration(p.duration);
                      if (!p.every.empty()) command.every = *ParseDuration(p.every);
                      return Command(command);
                    }});
}

void AddSweep(CLI::App& app, ParsedArguments& parsed, std::vector<ArgumentLeaf>& leaves) {
  SweepCommand& to = parsed.sweep;
  CLI::App* sweep =
      app.add_subcommand("sweep", "Run a scenario at many points (under mpirun: by its ranks)");
  sweep->add_option("file", to.file, "Sweep file, as in sweeps/")->required();
  sweep->add_option("--out", to.out, "Folder for rows, picture, journal (out/sweep-NAME)")
      ->check(NotEmpty());
  sweep->add_option("--threads", to.threads,
                    "The result is the same with any; under mpirun, of each rank (1)")
      ->check(CLI::Range(1U, kVirtualThreadsMax));
  sweep->add_flag("--resume", to.resume, "Go on with the points that the folder does not hold yet");
  AddJson(sweep, &to.json);
  leaves.push_back({sweep, [](const ParsedArguments& p) { return Command(p.sweep); }});
}

void AddServices(CLI::App& app, ParsedArguments& parsed, std::vector<ArgumentLeaf>& leaves) {
  struct Row {
    const char* name;
    const char* help;
    ServiceCommand::Kind kind;
  };
  for (const Row& row : {Row{"serve", "Run landmarks and the verifier", ServiceCommand::Kind::kServe},
                         Row{"agent", "Answer pings for devices", ServiceCommand::Kind::kAgent},
                         Row{"relay", "Delay packets as a network would", ServiceCommand::Kind::kRelay},
                         Row{"adversary", "", ServiceCommand::Kind::kAdversary}}) {
    CLI::App* service = app.add_subcommand(row.name, row.help);
    service->add_option("--config", parsed.service.config, "Configuration file")->required();
    // The adversary belongs to the attack lab of live runs, not to a user's daily work.
    if (row.kind == ServiceCommand::Kind::kAdversary) service->group("");
    leaves.push_back({service, [kind = row.kind](const ParsedArguments& p) {
                        ServiceCommand command = p.service;
                        command.kind = kind;
                        return Command(command);
                      }});
  }
}

void AddReaders(CLI::App& app, ParsedArguments& parsed, std::vector<ArgumentLeaf>& leaves) {
  CLI::App* ping = app.add_subcommand("ping", "Ask a running server to ping a device now");
  ping->add_option("device", parsed.ping.device, "Device name")->required();
  ping->add_option("--server", parsed.ping.server, "Command socket of earshot serve")->required();
  ping->add_option("-c,--count", parsed.ping.count,
                   "Pings at each landmark (5), sent in trains of five; a session of the "
                   "server holds as many as its trains, 20 as shipped")
      ->check(CLI::Range(1, 256));
  ping->add_option("-i,--interval", parsed.ping.interval,
                   "Time between trains of five, such as \"200 ms\": from a 40th to a 20th of the "
                   "server's round length, at most 500 ms; drawn at random without it");
  AddJson(ping, &parsed.ping.json);
  leaves.push_back({ping, [](const ParsedArguments& p) { return Command(p.ping); }});

  CLI::App* explain = app.add_subcommand("explain", "Say why a device got its verdict");
  explain->add_option("run_dir", parsed.explain.run_dir, "Folder of a run")->required();
  explain->add_option("device", parsed.explain.device, "Device name")->required();
  leaves.push_back({explain, [](const ParsedArguments& p) { return Command(p.explain); }});

  CLI::App* verify = app.add_subcommand("verify", "Recompute a verdict from its evidence bundle");
  verify->add_option("bundle", parsed.verify.bundle, "Bundle file of a run")->required();
  verify->add_option("--root", parsed.verify.root, "Root public key, obtained elsewhere");
  verify->add_option("--revocations", parsed.verify.revocations,
                     "Revocation list newer than the bundle's own");
  leaves.push_back({verify, [](const ParsedArguments& p) { return Command(p.verify); }});
}

void AddScenario(CLI::App& app, ParsedArguments& parsed, std::vector<ArgumentLeaf>& leaves) {
  CLI::App* scenario = app.add_subcommand("scenario", "List, show and check scenarios");
  scenario->require_subcommand(1);
  struct Row {
    const char* name;
    const char* help;
    ScenarioCommand::Kind kind;
  };
  for (const Row& row : {Row{"list", "Names and titles", ScenarioCommand::Kind::kList},
                         Row{"show", "A map and a timeline of it", ScenarioCommand::Kind::kShow},
                         Row{"check", "Find mistakes, start nothing", ScenarioCommand::Kind::kCheck}}) {
    CLI::App* leaf = scenario->add_subcommand(row.name, row.help);
    if (row.kind != ScenarioCommand::Kind::kList) {
      leaf->add_option("name", parsed.scenario.name, "Name or file")->required();
    }
    if (row.kind == ScenarioCommand::Kind::kShow) {
      CLI::Option* defaults = leaf->add_flag("--defaults", parsed.scenario.defaults,
                                             "Print it as a file, with every default");
      leaf->add_option("--width", parsed.scenario.width, "Columns of the map (80)")
          ->check(CLI::Range(kPictureWidthMin, kPictureWidthMax))
          ->excludes(defaults);
    }
    leaves.push_back({leaf, [kind = row.kind](const ParsedArguments& p) {
                        ScenarioCommand command = p.scenario;
                        command.kind = kind;
                        return Command(command);
                      }});
  }
}

void AddAttacks(CLI::App& app, ParsedArguments& parsed, std::vector<ArgumentLeaf>& leaves) {
  AttacksCommand& to = parsed.attacks;
  CLI::App* attacks = app.add_subcommand(
      "attacks", "What each attack gets, with and without what stands against it");
  attacks->add_option("attack", to.only, "Name of one attack; absent: all");
  attacks->add_option("--seeds", to.seeds, "Run each world so many times (5)")
      ->check(CLI::Range(1U, kAttackSeedsMax));
  attacks->add_option("--threads", to.threads, "The result is the same with any")
      ->check(CLI::Range(1U, kVirtualThreadsMax));
  AddJson(attacks, &to.json);
  leaves.push_back({attacks, [](const ParsedArguments& p) { return Command(p.attacks); }});
}

void AddLeafOfKeys(CLI::App* leaf, KeysCommand::Kind kind, std::vector<ArgumentLeaf>& leaves) {
  leaves.push_back({leaf, [kind](const ParsedArguments& p) {
                      KeysCommand command = p.keys;
                      command.kind = kind;
                      command.valid_for = *ParseDuration(p.valid_for);
                      return Command(command);
                    }});
}

void AddKeys(CLI::App& app, ParsedArguments& parsed, std::vector<ArgumentLeaf>& leaves) {
  KeysCommand& keys_options = parsed.keys;
  CLI::App* keys = app.add_subcommand("keys", "Make, delegate, endorse and revoke keys");
  keys->require_subcommand(1);

  CLI::App* root = keys->add_subcommand("root", "Make a root key; keep it off-line");
  CLI::App* delegate = keys->add_subcommand("delegate", "Make a key and delegate a role to it");
  CLI::App* endorse = keys->add_subcommand("endorse", "Make a device key and endorse it as its maker");
  CLI::App* revoke = keys->add_subcommand("revoke", "Withdraw a key: a new revocation list");
  for (CLI::App* leaf : {root, delegate, endorse, revoke}) {
    leaf->add_option("--out", keys_options.out, "Folder to write to")
        ->required()
        ->check(NotEmpty());
  }
  for (CLI::App* leaf : {delegate, revoke}) {
    leaf->add_option("--root", keys_options.signer, "Root's private key file")->required();
  }
  for (CLI::App* leaf : {delegate, endorse}) {
    CheckDuration(leaf->add_option("--valid-for", parsed.valid_for, "From now, as in \"7 d\""));
  }
  delegate->add_option("--role", keys_options.role, "landmark, verdict, maker or log")
      ->required()
      ->check(CLI::IsMember({"landmark", "verdict", "maker", "log"}));
  delegate->add_option("--subject", keys_options.subject, "Landmark id, maker's name, \"verdict\"")
      ->required();
  delegate->add_option("--city", keys_options.city, "Landmark: where it stands");
  delegate->add_option("--latitude", keys_options.latitude_deg, "Landmark: degrees north");
  delegate->add_option("--longitude", keys_options.longitude_deg, "Landmark: degrees east");
  delegate->add_option("--uncertainty-m", keys_options.uncertainty_m, "Landmark: metres");
  delegate->add_option("--trust-domain", keys_options.trust_domain, "Landmark: who could make it lie");
  delegate->add_option("--operator", keys_options.operator_name, "Landmark: who runs it");
  delegate->add_option("--jurisdiction", keys_options.jurisdiction, "Landmark: ISO 3166-1 code");
  endorse->add_option("--maker-key", keys_options.signer, "Maker's private key file")->required();
  endorse->add_option("--device", keys_options.subject, "Name of the device, for its files")->required();
  endorse->add_option("--maker", keys_options.maker, "Maker's name")->required();
  endorse->add_option("--model", keys_options.model, "Model")->required();
  endorse->add_option("--firmware", keys_options.firmware, "SHA-256 of a firmware, hexadecimal")
      ->required();
  endorse->add_option("--session-keys", keys_options.session_keys, "sealed or host")
      ->check(CLI::IsMember({"sealed", "host"}));
  revoke->add_option("--list", keys_options.list, "The list so far; absent: the first list");
  revoke->add_option("--key", keys_options.key, "Public key file or key id in hexadecimal")->required();
  revoke->add_option("--why", keys_options.why, "Reason, for the record")->required();
  AddLeafOfKeys(root, KeysCommand::Kind::kRoot, leaves);
  AddLeafOfKeys(delegate, KeysCommand::Kind::kDelegate, leaves);
  AddLeafOfKeys(endorse, KeysCommand::Kind::kEndorse, leaves);
  AddLeafOfKeys(revoke, KeysCommand::Kind::kRevoke, leaves);
}

void AddMachineChecks(CLI::App& app, ParsedArguments& parsed, std::vector<ArgumentLeaf>& leaves) {
  CLI::App* doctor = app.add_subcommand("doctor", "What this machine can do, measured");
  AddJson(doctor, &parsed.doctor.json);
  leaves.push_back({doctor, [](const ParsedArguments& p) { return Command(p.doctor); }});

}

void AddBenches(CLI::App& app, ParsedArguments& parsed, std::vector<ArgumentLeaf>& leaves) {
  CLI::App* bench = app.add_subcommand("bench", "Measure the program against its goals and rivals");
  bench->require_subcommand(1);
  const auto add = [&](const char* name, const char* help) {
    CLI::App* leaf = bench->add_subcommand(name, help);
    AddJson(leaf, &parsed.bench.json);
    leaves.push_back({leaf, [name](const ParsedArguments& p) {
                        BenchCommand command = p.bench;
                        command.bench = name;
                        return Command(command);
                      }});
    return leaf;
  };
  add("geometry", "Regions of discs against S2 coverings");
  CLI::App* simulation = add("simulation", "A fleet for a day of hourly rounds, in virtual time");
  simulation->add_option("--devices", parsed.bench.devices, "How many")
      ->check(CLI::Range(100U, kScenarioDevicesMax));
  simulation->add_option("--threads", parsed.bench.threads, "The result is the same with any")
      ->check(CLI::Range(1U, kVirtualThreadsMax));
  CLI::App* throughput =
      add("throughput", "Sessions, pings and rounds a core, beside bare sockets, Asio and chronyd");
  throughput->add_option("--rounds", parsed.bench.rounds, "How often each is measured, in turn")
      ->check(CLI::Range(1, 1000));
  throughput->add_option("--peers", parsed.bench.peers, "Where chrony is unpacked (build/peers)");
  CLI::App* latency = add("latency", "Trains and single pings against ping, fping, irtt, sockperf");
  latency
      ->add_option("--rounds", parsed.bench.rounds,
                   "How often each is measured; every second round in reverse (ABBA); below 5: no result")
      ->check(CLI::Range(1, 1000));
  latency->add_option("--plot", parsed.bench.plot, "SVG file with the distributions of error");
  latency->add_option("--out", parsed.bench.out, "Folder for report.json, samples.csv and plot.svg")
      ->check(NotEmpty());
  latency->add_option("--peers", parsed.bench.peers, "Where peers are unpacked (build/peers)");
}

// The deepest subcommand that was named.
const CLI::App* Deepest(const CLI::App* app) {
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return app;
}

// "earshot scenario list", as a person would type it.
std::string CommandPath(const CLI::App* app) {
  return app->get_parent() == nullptr ? "earshot"
                                      : CommandPath(app->get_parent()) + " " + app->get_name();
}

// What could have stood where `word` stands.
std::vector<std::string> KnownWords(const CLI::App* app, bool options) {
  std::vector<std::string> known;
  if (options) {
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
  } else {
    for (const CLI::App* sub : app->get_subcommands({})) {
      if (!sub->get_group().empty()) known.push_back(sub->get_name());
    }
  }
  return known;
}

NoCommand Refusal(const CLI::App& app, const CLI::ParseError& error,
                  const std::vector<std::string>& arguments) {
  const CLI::App* at = Deepest(&app);
  std::string hint;
  for (const std::string& extra : app.remaining(true)) {
    hint = DidYouMean(extra.substr(0, extra.find('=')), KnownWords(at, extra.starts_with("-")));
    return {ExitCode::kUsage,
            fmt::format("earshot: {} \"{}\" is not known here{}\nTry: {} --help\n",
                        extra.starts_with("-") ? "option" : "argument", extra, hint,
                        CommandPath(at))};
  }
  if (arguments.empty()) return {ExitCode::kUsage, app.help()};
  return {ExitCode::kUsage, fmt::format("earshot: {}\nTry: {} --help\n", error.what(), CommandPath(at))};
}

}  // namespace

tl::expected<Command, NoCommand> ParseArguments(const std::vector<std::string>& arguments) {
  CLI::App app("Shows, from round-trip times and real cryptography, where a chip can and cannot be.",
               "earshot");
  app.set_version_flag("--version", fmt::format("earshot {} ({})", kProgramVersion, kCommit));
  app.set_help_all_flag("--help-all", "Help of every command");
  app.require_subcommand(1);
  ParsedArguments parsed;
  std::vector<ArgumentLeaf> leaves;
  AddRun(app, parsed, leaves);
  AddSweep(app, parsed, leaves);
  AddServices(app, parsed, leaves);
  AddReaders(app, parsed, leaves);
  AddScenario(app, parsed, leaves);
  AddAttacks(app, parsed, leaves);
  AddKeys(app, parsed, leaves);
  AddMachineChecks(app, parsed, leaves);
  AddResearch(app, parsed, leaves);
  AddBenches(app, parsed, leaves);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    return tl::unexpected(NoCommand{ExitCode::kRan, Deepest(&app)->help()});
  } catch (const CLI::CallForAllHelp&) {
    return tl::unexpected(NoCommand{ExitCode::kRan, app.help("", CLI::AppFormatMode::All)});
  } catch (const CLI::CallForVersion& version) {
    return tl::unexpected(NoCommand{ExitCode::kRan, std::string(version.what()) + "\n"});
  } catch (const CLI::ParseError& error) {
    return tl::unexpected(Refusal(app, error, arguments));
  }
  for (const ArgumentLeaf& leaf : leaves) {
    if (leaf.app->parsed()) return leaf.choose(parsed);
  }
  return tl::unexpected(NoCommand{ExitCode::kUsage, app.help()});
}

}  // namespace earshot
