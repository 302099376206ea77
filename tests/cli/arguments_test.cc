#include "cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace earshot {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

template <typename T>
T Parsed(const std::vector<std::string>& arguments) {
  const auto command = ParseArguments(arguments);
  if (!command) {
    ADD_FAILURE() << command.error().text;
    return {};
  }
  const T* found = std::get_if<T>(&*command);
  if (found == nullptr) {
    ADD_FAILURE() << "another command was understood";
    return {};
  }
  return *found;
}

NoCommand Refused(const std::vector<std::string>& arguments) {
  const auto command = ParseArguments(arguments);
  if (command) {
    ADD_FAILURE() << "accepted";
    return {};
  }
  return command.error();
}

TEST(Arguments, RunTakesItsOptions) {
  const auto run = Parsed<RunCommand>({"run", "half-order", "--live", "--seed", "7", "--devices", "30",
                                       "--duration", "60s", "--out", "x", "--fail-on", "flagged",
                                       "--json"});
  EXPECT_EQ(run.scenario, "half-order");
  EXPECT_TRUE(run.live);
  EXPECT_EQ(run.seed, 7U);
  EXPECT_EQ(run.devices, 30U);
  EXPECT_EQ(run.duration, std::chrono::seconds(60));
  EXPECT_EQ(run.out, "x");
  EXPECT_TRUE(run.fail_on_flagged);
  EXPECT_TRUE(run.json);
}

TEST(Arguments, RunWithoutOptionsKeepsTheDefaults) {
  const auto run = Parsed<RunCommand>({"run", "half-order"});
  EXPECT_FALSE(run.live);
  EXPECT_EQ(run.seed, std::nullopt);
  EXPECT_EQ(run.duration, std::nullopt);
  EXPECT_FALSE(run.fail_on_flagged);
}

TEST(Arguments, SweepTakesItsOptionsAndNeedsAFile) {
  const auto sweep = Parsed<SweepCommand>(
      {"sweep", "a.textproto", "--threads", "2", "--out", "x", "--resume", "--json"});
  EXPECT_EQ(sweep.file, "a.textproto");
  EXPECT_EQ(sweep.threads, 2U);
  EXPECT_EQ(sweep.out, "x");
  EXPECT_TRUE(sweep.resume);
  EXPECT_TRUE(sweep.json);
  EXPECT_FALSE(Parsed<SweepCommand>({"sweep", "a.textproto"}).resume);
  EXPECT_EQ(Refused({"sweep"}).code, ExitCode::kUsage);
  EXPECT_EQ(Refused({"sweep", "a.textproto", "--threads", "0"}).code, ExitCode::kUsage);
}

TEST(Arguments, ThreadsAreOfVirtualTimeAlone) {
  EXPECT_EQ(Parsed<RunCommand>({"run", "half-order", "--threads", "8"}).threads, 8U);
  EXPECT_EQ(Refused({"run", "half-order", "--threads", "0"}).code, ExitCode::kUsage);
  EXPECT_EQ(Refused({"run", "half-order", "--threads", "2", "--live"}).code, ExitCode::kUsage);
  const auto rounds = Parsed<RunCommand>(
      {"run", "half-order", "--fidelity", "round", "--every", "1h", "--packet-devices", "7"});
  EXPECT_TRUE(rounds.by_rounds);
  EXPECT_EQ(rounds.every, std::chrono::hours(1));
  EXPECT_EQ(rounds.packet_devices, 7U);
  EXPECT_FALSE(Parsed<RunCommand>({"run", "half-order", "--fidelity", "packet"}).by_rounds);
  EXPECT_EQ(Refused({"run", "half-order", "--every", "1h"}).code, ExitCode::kUsage);
  EXPECT_EQ(Refused({"run", "half-order", "--fidelity", "round", "--live"}).code,
            ExitCode::kUsage);
}

TEST(Arguments, MeasuredPathsNeedBothTheirFiles) {
  const auto run = Parsed<RunCommand>({"run", "half-order", "--rtt", "r.csv", "--nodes", "n.csv"});
  EXPECT_EQ(run.rtts, std::vector<std::string>{"r.csv"});
  EXPECT_EQ(run.nodes, "n.csv");
  EXPECT_TRUE(Parsed<RunCommand>({"run", "half-order"}).rtts.empty());
  EXPECT_EQ(Refused({"run", "half-order", "--rtt", "r.csv"}).code, ExitCode::kUsage);
  EXPECT_EQ(Refused({"run", "half-order", "--nodes", "n.csv"}).code, ExitCode::kUsage);
}

TEST(Arguments, NumberWithoutUnitIsRefusedWithTheMend) {
  const NoCommand refused = Refused({"run", "half-order", "--duration", "60"});
  EXPECT_EQ(refused.code, ExitCode::kUsage);
  EXPECT_THAT(refused.text, HasSubstr("60"));
}

TEST(Arguments, NoDevicesAtAllAreRefused) {
  EXPECT_EQ(Refused({"run", "half-order", "--devices", "0"}).code, ExitCode::kUsage);
  EXPECT_EQ(Refused({"run", "half-order", "--seed", "-1"}).code, ExitCode::kUsage);
}

TEST(Arguments, UnknownOptionGetsDidYouMean) {
  EXPECT_THAT(Refused({"run", "half-order", "--sed", "1"}).text,
              AllOf(HasSubstr("\"--sed\""), HasSubstr("did you mean \"--seed\"?")));
}

TEST(Arguments, UnknownCommandGetsDidYouMean) {
  const NoCommand refused = Refused({"docter"});
  EXPECT_EQ(refused.code, ExitCode::kUsage);
  EXPECT_THAT(refused.text, HasSubstr("did you mean \"doctor\"?"));
}

TEST(Arguments, UnknownSubcommandGetsDidYouMean) {
  EXPECT_THAT(Refused({"scenario", "chek", "x"}).text, HasSubstr("did you mean \"check\"?"));
}

TEST(Arguments, OptionOfAnotherCommandIsRefused) {
  EXPECT_EQ(Refused({"doctor", "--live"}).code, ExitCode::kUsage);
  EXPECT_EQ(Refused({"verify", "bundle", "--json"}).code, ExitCode::kUsage);
}

TEST(Arguments, NothingAtAllIsAUsageErrorThatShowsTheHelp) {
  const NoCommand refused = Refused({});
  EXPECT_EQ(refused.code, ExitCode::kUsage);
  EXPECT_THAT(refused.text, HasSubstr("doctor"));
}

TEST(Arguments, HelpAndVersionAreNoErrors) {
  EXPECT_EQ(Refused({"--help"}).code, ExitCode::kRan);
  EXPECT_THAT(Refused({"run", "--help"}).text, HasSubstr("--fail-on"));
  EXPECT_THAT(Refused({"--version"}).text, HasSubstr("earshot "));
}

TEST(Arguments, TheAdversaryIsThereAndNotAdvertised) {
  EXPECT_EQ(Parsed<ServiceCommand>({"adversary", "--config", "x"}).kind,
            ServiceCommand::Kind::kAdversary);
  EXPECT_THAT(Refused({"--help"}).text, Not(HasSubstr("adversary")));
}

TEST(Arguments, PingReadsItsCountWithinLimits) {
  const auto ping = Parsed<PingCommand>({"ping", "C-0042", "--server", "s", "-c", "3"});
  EXPECT_EQ(ping.device, "C-0042");
  EXPECT_EQ(ping.count, 3U);
  EXPECT_EQ(Refused({"ping", "C-0042", "--server", "s", "-c", "0"}).code, ExitCode::kUsage);
  EXPECT_EQ(Refused({"ping", "C-0042"}).code, ExitCode::kUsage);
}

TEST(Arguments, BenchTakesTheOptionsOfItsKindAlone) {
  const auto latency = Parsed<BenchCommand>({"bench", "latency", "--rounds", "7", "--plot", "p.svg",
                                             "--out", "o", "--peers", "elsewhere", "--json"});
  EXPECT_EQ(latency.bench, "latency");
  EXPECT_EQ(latency.rounds, 7U);
  EXPECT_EQ(latency.plot, "p.svg");
  EXPECT_EQ(latency.out, "o");
  EXPECT_EQ(latency.peers, "elsewhere");
  EXPECT_TRUE(latency.json);
  EXPECT_EQ(Parsed<BenchCommand>({"bench", "latency"}).rounds, 5U);
  EXPECT_EQ(Parsed<BenchCommand>({"bench", "geometry"}).bench, "geometry");
  EXPECT_EQ(Refused({"bench", "geometry", "--rounds", "7"}).code, ExitCode::kUsage);
  EXPECT_EQ(Refused({"bench", "latency", "--rounds", "0"}).code, ExitCode::kUsage);
  EXPECT_EQ(Refused({"bench"}).code, ExitCode::kUsage);
}

TEST(Arguments, BudgetCountsDevicesFromOneUp) {
  const auto budget = Parsed<BudgetCommand>({"budget", "--alarms", "50", "--devices", "1000",
                                             "--every", "2h", "--declared-for", "30d"});
  EXPECT_EQ(budget.devices, 1'000U);
  EXPECT_EQ(budget.every, std::chrono::hours(2));
  EXPECT_EQ(budget.declared_for, std::chrono::hours(720));
  EXPECT_FALSE(budget.units.has_value());
  for (const char* const devices : {"0", "-10", "1e13", "many"}) {
    EXPECT_EQ(Refused({"budget", "--alarms", "50", "--devices", devices}).code, ExitCode::kUsage);
  }
  EXPECT_EQ(Refused({"budget", "--devices", "10"}).code, ExitCode::kUsage);
  EXPECT_EQ(Refused({"budget", "--alarms", "5", "--devices", "10", "--every", "soon"}).code,
            ExitCode::kUsage);
}

TEST(Arguments, KeysNeedTheirSignerAndFolder) {
  EXPECT_EQ(Refused({"keys", "delegate", "--role", "maker"}).code, ExitCode::kUsage);
  EXPECT_EQ(Refused({"keys", "delegate", "--role", "king", "--subject", "x", "--root", "r", "--out", "o"})
                .code, ExitCode::kUsage);
  const auto keys = Parsed<KeysCommand>({"keys", "delegate", "--role", "maker", "--subject", "x",
                                         "--root", "r", "--out", "o", "--valid-for", "2 d"});
  EXPECT_EQ(keys.kind, KeysCommand::Kind::kDelegate);
  EXPECT_EQ(keys.valid_for, std::chrono::hours(48));
}

TEST(Arguments, ScenarioIsDrawnInAWidthOrPrintedAndNotBoth) {
  const auto drawn = Parsed<ScenarioCommand>({"scenario", "show", "johor", "--width", "120"});
  EXPECT_EQ(drawn.kind, ScenarioCommand::Kind::kShow);
  EXPECT_EQ(drawn.width, 120U);
  EXPECT_FALSE(drawn.defaults);
  EXPECT_TRUE(Parsed<ScenarioCommand>({"scenario", "show", "johor", "--defaults"}).defaults);
  EXPECT_EQ(Parsed<ScenarioCommand>({"scenario", "show", "johor"}).width, 80U);
  EXPECT_EQ(Refused({"scenario", "show", "johor", "--width", "39"}).code, ExitCode::kUsage);
  EXPECT_EQ(Refused({"scenario", "show", "johor", "--width", "90", "--defaults"}).code,
            ExitCode::kUsage);
  EXPECT_EQ(Refused({"scenario", "check", "johor", "--width", "90"}).code, ExitCode::kUsage);
}

TEST(Arguments, AttacksTakeOneNameSeedsAndThreads) {
  const auto all = Parsed<AttacksCommand>({"attacks"});
  EXPECT_EQ(all.only, "");
  EXPECT_EQ(all.seeds, 5U);
  const auto one = Parsed<AttacksCommand>({"attacks", "relay", "--seeds", "20", "--threads", "2",
                                           "--json"});
  EXPECT_EQ(one.only, "relay");
  EXPECT_EQ(one.seeds, 20U);
  EXPECT_EQ(one.threads, 2U);
  EXPECT_TRUE(one.json);
  EXPECT_EQ(Refused({"attacks", "--seeds", "0"}).code, ExitCode::kUsage);
}

TEST(Arguments, RefusalNamesTheWholeCommandWhoseHelpHelps) {
  EXPECT_THAT(Refused({"scenario", "list", "--x"}).text, HasSubstr("Try: earshot scenario list --help\n"));
  EXPECT_THAT(Refused({"run"}).text, HasSubstr("Try: earshot run --help\n"));
  EXPECT_THAT(Refused({"dance"}).text, HasSubstr("Try: earshot --help\n"));
}

}  // namespace
}  // namespace earshot
