// Our simulation of every packet beside ns-3's: round trips of pings a second of processor time.
//   earshot-ns3 [ROUNDS [DEVICES LANDMARKS ROUNDS PINGS]]
// The sides are the programs beside this one. First each way of using ns-3 runs once; then, in each of
// ROUNDS rounds (5), ours, ns-3 in its best way, ns-3, ours, and ours with real cryptography.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/ns3/comparison.h"
#include "bench/optimised.h"
#include "bench/peer_programs.h"
#include "core/os/files.h"
#include "core/os/scratch_folder.h"

namespace earshot {
namespace {

constexpr Duration kPatience = std::chrono::minutes(10);

// A way of using ns-3. Only one with UDP does what our side does, and more cheaply than by default.
struct Way {
  const char* options;
  bool shares_landmarks;  // a landmark is one node, and its pings go by UDP
  const char* text;
};
constexpr Way kWays[] = {
    {"default", true, "UDP echo, point-to-point links, as installed by the helpers"},
    {"no-queues", true, "UDP echo, point-to-point links, no queue disciplines"},
    {"simple,no-queues", true, "UDP echo, SimpleNetDevice, no queue disciplines"},
    {"no-queues,heap", true, "UDP echo, point-to-point links, no queue disciplines, HeapScheduler"},
    {"no-queues,priority-queue", true, "UDP echo, point-to-point links, no queue disciplines, PriorityQueueScheduler"},
    {"no-queues,calendar", true, "UDP echo, point-to-point links, no queue disciplines, CalendarScheduler"},
    {"pairs,no-queues,priority-queue", false, "as before, with a node for each pair on the landmarks' side"},
    {"bare,simple,priority-queue", false, "no IP and no UDP: packets between devices"},
};

class Comparison {
 public:
  Comparison(std::string folder, std::string logs, const PingPlan& plan)
      : folder_(std::move(folder)), logs_(std::move(logs)), plan_(plan) {}

  // One run of the side `program`, for `rounds` rounds of the plan.
  Result<SideReport> RunSide(const std::string& program, const std::string& options,
                             std::uint32_t rounds) {
    PingPlan plan = plan_;
    plan.rounds = rounds;
    std::vector<std::string> argv = {folder_ + "/" + program};
    if (!options.empty()) argv.push_back(options);
    for (const std::uint32_t number : {plan.devices, plan.landmarks, plan.rounds, plan.pings}) {
      argv.push_back(fmt::format("{}", number));
    }
    const std::string log = fmt::format("{}/{}.log", logs_, ++runs_);
    EARSHOT_RETURN_IF_ERROR(RunToEnd(program, argv, log, kPatience));
    EARSHOT_ASSIGN_OR_RETURN(const std::string text, ReadFile(log));
    EARSHOT_ASSIGN_OR_RETURN(SideReport report, ParseSideReport(text));
    EARSHOT_RETURN_IF_ERROR(CheckSameWork(report, plan));
    return report;
  }

  // Each way of using ns-3 once; the quickest whose landmarks are nodes.
  Result<const Way*> BestWay() {
    const Way* best = nullptr;
    double best_rate = 0;
    fmt::print("ns-3, each way once, {} round trips:\n", plan_.RoundTrips() / plan_.rounds);
    for (const Way& way : kWays) {
      EARSHOT_ASSIGN_OR_RETURN(const SideReport report,
                               RunSide("earshot-ns3-pings", way.options, 1));
      fmt::print("  {:>9.0f}/s, built in {:>4.0f} ms, {:>3} MiB  {} ({})\n", RateOf(report),
                 static_cast<double>(report.setup.count()) * 1e-6, report.peak_kib / 1024, way.text,
                 report.version);
      if (!way.shares_landmarks || RateOf(report) <= best_rate) continue;
      best_rate = RateOf(report);
      best = &way;
    }
    return best;
  }

  Status Compare(int rounds) {
    EARSHOT_ASSIGN_OR_RETURN(const Way* best, BestWay());
    std::vector<SideReport> ours;
    std::vector<SideReport> theirs;
    std::vector<SideReport> real;
    for (int i = 0; i < rounds; ++i) {
      for (const bool own : {true, false, false, true}) {
        EARSHOT_ASSIGN_OR_RETURN(
            SideReport report,
            own ? RunSide("earshot-pings-modelled", "", plan_.rounds)
                : RunSide("earshot-ns3-pings", best->options, plan_.rounds));
        (own ? ours : theirs).push_back(std::move(report));
      }
      EARSHOT_ASSIGN_OR_RETURN(SideReport report, RunSide("earshot-pings", "", plan_.rounds));
      real.push_back(std::move(report));
      fmt::print("round {}: ours {:.0f}/s, ns-3 {:.0f}/s, ours with real cryptography {:.0f}/s; {}\n",
                 i + 1, RateOf(ours.back()), RateOf(theirs.back()), RateOf(real.back()), Load());
    }
    fmt::print("{} round trips a run, each as long as its path to {} ns; ns-3: {}\n",
               plan_.RoundTrips(), kRttTolerance.count(), best->text);
    PrintSide("ours, modelled cryptography", ours);
    PrintSide(theirs.back().version, theirs);
    PrintSide("ours, real cryptography", real);
    const RatioFigures ratio = RatioOf(ours, theirs);
    const RatioFigures real_ratio = RatioOf(real, theirs);
    const BenchGoal goal = JudgeRatio(ratio);
    fmt::print("{}: {:.1f} (least {:.1f}, most {:.1f}), goal {}, {}\n", goal.name, goal.value,
               ratio.least, ratio.most, goal.goal, goal.met ? "met" : "missed");
    fmt::print("with real cryptography: {:.1f} (least {:.1f}, most {:.1f})\n", real_ratio.median,
               real_ratio.least, real_ratio.most);
    return {};
  }

 private:
  static std::string Load() {
    double load = 0;
    if (getloadavg(&load, 1) != 1) return "load average unknown";
    return fmt::format("load average {:.1f}", load);
  }
  static void PrintSide(const std::string& name, const std::vector<SideReport>& runs) {
    const RateFigures rates = FiguresOf(runs);
    fmt::print("{:<28} {:>9.0f}/s (least {:.0f}, most {:.0f}), {:.2f} us a round trip, built in "
               "{:.0f} ms, {} MiB\n",
               name, rates.median, rates.least, rates.most, 1e6 / rates.median,
               static_cast<double>(runs.back().setup.count()) * 1e-6, runs.back().peak_kib / 1024);
  }

  std::string folder_;
  std::string logs_;
  PingPlan plan_;
  int runs_ = 0;
};

int RunComparison(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  const auto plan = argc > 2 ? ParsePlan(argc - 2, argv + 2) : PingPlan{};
  if (rounds < 1 || !plan.has_value()) {
    fmt::print(stderr, "usage: {} [ROUNDS [DEVICES LANDMARKS ROUNDS PINGS]]\n", argv[0]);
    return 2;
  }
  const Status optimised = RequireOptimisedBuild();
  Status done = optimised;
  if (optimised.has_value()) {
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
    const Result<ScratchFolder> logs = ScratchFolder::Create("earshot-ns3");
    done = logs.has_value()
               ? Comparison(self.parent_path().string(), logs->path(), *plan).Compare(rounds)
               : tl::unexpected(logs.error());
  }
  if (done.has_value()) return 0;
  fmt::print(stderr, "earshot-ns3: {}\n", done.error().message());
  return 3;
}

}  // namespace
}  // namespace earshot

int main(int argc, char** argv) { return earshot::RunComparison(argc, argv); }
