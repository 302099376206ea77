// cli/commands.h: what the user may ask for, as plain data, and the functions that do it.
//
// Every command writes its data to console.out, its narration to console.err, and returns the exit
// code of the process. With `json`, exactly one JSON document of report.proto is written to
// console.out, and nothing else.
#ifndef EARSHOT_CLI_COMMANDS_H_
#define EARSHOT_CLI_COMMANDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/console.h"
#include "core/base/time.h"

namespace earshot {

struct RunCommand {
  std::string scenario;  // name or file
  bool live = false;
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> devices;
  std::optional<Duration> duration;
  std::optional<std::uint32_t> threads;  // virtual time only; none: EARSHOT_THREADS, else the machine's
  bool by_rounds = false;  // fidelity: a round at a time, instead of a packet at a time
  Duration every{0};       // by_rounds: from round to round; 0: back to back
  std::optional<std::uint32_t> packet_devices;  // by_rounds: also run with every packet
  std::string nodes;              // with `rtts`: measured paths in place of modelled ones
  std::vector<std::string> rtts;
  std::string out;  // empty: out/SCENARIO
  bool fail_on_flagged = false;
  bool json = false;
};
ExitCode Run(const RunCommand& command, const Console& console);

// A scenario at many points, as a sweep file says.
struct SweepCommand {
  std::string file;
  std::string out;                       // empty: out/sweep-NAME
  std::optional<std::uint32_t> threads;  // as RunCommand
  bool resume = false;
  bool json = false;  // one document of sweep.proto
};
ExitCode Sweep(const SweepCommand& command, const Console& console);

// One of the processes of a live run, or of a deployment.
struct ServiceCommand {
  enum class Kind : std::uint8_t { kServe, kAgent, kRelay, kAdversary };
  Kind kind = Kind::kServe;
  std::string config;
};
ExitCode RunService(const ServiceCommand& command, const Console& console);

struct PingCommand {
  std::string device;
  std::string server;  // the command socket of `earshot serve`
  std::uint32_t count = 5;  // pings at each landmark
  std::string interval;     // between trains, "500 ms"; empty: drawn by the server
  bool json = false;
};
ExitCode Ping(const PingCommand& command, const Console& console);

struct ExplainCommand {
  std::string run_dir;
  std::string device;
};
ExitCode Explain(const ExplainCommand& command, const Console& console);

struct VerifyCommand {
  std::string bundle;
  std::string root;  // file with the root public key; empty: the bundle's own, and said so
  std::string revocations;  // file with a later revocation list; empty: the bundle's own
};
ExitCode Verify(const VerifyCommand& command, const Console& console);

// Columns of a picture of characters.
inline constexpr std::uint32_t kPictureWidthMin = 40;
inline constexpr std::uint32_t kPictureWidthMax = 400;

struct ScenarioCommand {
  enum class Kind : std::uint8_t { kList, kShow, kCheck };
  Kind kind = Kind::kList;
  std::string name;
  bool defaults = false;  // show: as a scenario file with its defaults, instead of drawn
  std::uint32_t width = 80;  // show: columns
};
ExitCode ScenarioTool(const ScenarioCommand& command, const Console& console);

// Every shipped attack, with and without what stands against it.
struct AttacksCommand {
  std::string only;         // name of one attack; empty: all
  std::uint32_t seeds = 5;  // each world so many times, by the seeds 1, 2, ...
  std::optional<std::uint32_t> threads;  // as RunCommand
  bool json = false;
};
ExitCode Attacks(const AttacksCommand& command, const Console& console);

struct KeysCommand {
  enum class Kind : std::uint8_t { kRoot, kDelegate, kEndorse, kRevoke };
  Kind kind = Kind::kRoot;
  std::string out;      // folder to write to
  std::string signer;   // private key file of the root or the maker
  std::string role;     // delegate: landmark, verdict, maker, log
  std::string subject;  // delegate: landmark id, maker's name, "verdict"; endorse: device name
  std::string maker;    // endorse
  std::string model;    // endorse
  std::vector<std::string> firmware;  // endorse: SHA-256 each, hexadecimal
  std::string session_keys = "sealed";
  Duration valid_for = std::chrono::hours(24 * 7);
  std::string city;
  std::optional<double> latitude_deg;
  std::optional<double> longitude_deg;
  std::uint32_t uncertainty_m = 100;
  std::string trust_domain;
  std::string operator_name;
  std::string jurisdiction;
  std::string list;  // revoke: the list so far; written anew
  std::string key;   // revoke: public key file, or key id in hexadecimal
  std::string why;   // revoke
};
ExitCode Keys(const KeysCommand& command, const Console& console);

struct DoctorCommand {
  bool json = false;
};
ExitCode Doctor(const DoctorCommand& command, const Console& console);

struct BenchCommand {
  std::string bench;  // "geometry", "latency", "simulation", "throughput"
  bool json = false;
  std::uint32_t rounds = 5;  // latency, throughput
  std::string plot;          // latency: SVG file to write; empty: none
  std::string out;           // latency: folder for report, samples and plot; empty: none
  std::string peers;         // latency, throughput: where peers are unpacked; empty: build/peers
  std::uint32_t devices = 1'000'000;     // simulation
  std::optional<std::uint32_t> threads;  // simulation; as RunCommand
};
ExitCode Bench(const BenchCommand& command, const Console& console);

struct EvaluateCommand {
  std::string nodes;              // files, as core/dataset/measurements.h reads them
  std::vector<std::string> rtts;
  std::string devices;            // file of node ids, one a line; empty: cross-validation
  std::string estimators = "all";  // or names with commas
  double false_alarm_rate = 0.01;
  bool padding = false;
  std::string from;  // country
  std::string to;    // regions with commas; empty: all
  std::string roc;   // SVG file to write; empty: none
  bool strict = false;  // also with nothing known around the declared place
  std::uint32_t folds = 40;
  bool nested = false;  // also with constants chosen by an inner loop
  bool json = false;
};
ExitCode EvaluateEstimators(const EvaluateCommand& command, const Console& console);

struct CalibrateCommand {
  std::string nodes;  // as for EvaluateCommand
  std::vector<std::string> rtts;
  std::string out;    // model file to write
  std::string check;  // or: model file to hold against the measurements
  std::string picture;  // with check: SVG file to write; empty: none
  bool pooled = false;  // bands of distance alone, no landmark
  bool json = false;
};
ExitCode Calibrate(const CalibrateCommand& command, const Console& console);

struct PlanCommand {
  std::string protect;  // country
  std::string exclude;  // countries with commas
  std::string sites;    // CSV of candidate sites, as nodes; empty: the cities that are built in
  std::optional<double> budget;  // in the unit of the sites' cost; none: whatever it takes
  std::uint32_t liars = 1;       // trust domains that may lie
  bool json = false;
};
ExitCode PlanLandmarks(const PlanCommand& command, const Console& console);

struct BudgetCommand {
  double alarms = 0;  // false ones a year, of the whole fleet
  std::uint64_t devices = 0;
  std::uint64_t sites = 1;
  std::uint32_t paths = 6;  // landmarks a device
  Duration every = std::chrono::hours(1);             // from round to round
  Duration declared_for = std::chrono::hours(8'766);  // a declaration period: one placement test counts
  std::uint32_t block = 24;                           // rounds, of the test for change
  std::optional<std::uint64_t> units;  // hosts the placement test is calibrated on; none: as shipped
  bool extrapolate = false;            // lets rates stand that so many hosts cannot say
  bool json = false;
};
// The rates that keep a fleet within the false alarms it can bear (core/appraisal/alarm_budget.h).
ExitCode PlanAlarmBudget(const BudgetCommand& command, const Console& console);

using Command =
    std::variant<CalibrateCommand, EvaluateCommand, PlanCommand, BudgetCommand, RunCommand, ServiceCommand,
                 PingCommand, ExplainCommand, VerifyCommand, ScenarioCommand, AttacksCommand,
                 KeysCommand, DoctorCommand, BenchCommand, SweepCommand>;

ExitCode Execute(const Command& command, const Console& console);

}  // namespace earshot

#endif  // EARSHOT_CLI_COMMANDS_H_
