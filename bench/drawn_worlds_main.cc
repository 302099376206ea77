// The rates of the placement test in drawn worlds, and a million appraisals in one run.
//   earshot-drawn-worlds NODES.csv RTT.csv [WORLDS]
#include <fmt/format.h>
#include <sys/resource.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <string>

#include "bench/drawn_worlds.h"

namespace earshot {
namespace {

long PeakKilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

int Complain(const Error& error) {
  fmt::print(stderr, "earshot-drawn-worlds: {}\n", error.message());
  return 2;
}

int Run(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: earshot-drawn-worlds NODES.csv RTT.csv [WORLDS]\n");
    return 2;
  }
  const std::array<std::string, 1> rtts = {argv[2]};
  auto measured = ReadMeasurements(argv[1], rtts);
  if (!measured) return Complain(measured.error());
  const auto world = MeasuredWorld::Build(*std::move(measured));
  if (!world) return Complain(world.error());
  DrawnWorldsOptions options;
  if (argc > 3) {
    options.worlds = static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10));
  }
  long early = 0;
  options.progress = [&](double done) {
    if (done >= 0.1 && early == 0) early = PeakKilobytes();
    fmt::print(stderr, "\r{:.0f} %", 100 * done);
  };
  const std::clock_t begin = std::clock();
  const auto found = StudyDrawnWorlds(*world, options);
  if (!found) return Complain(found.error());
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  fmt::print(stderr, "\n");
  fmt::print("{} appraisals in {:.1f} s of processor time, {:.1f} us each\n", found->appraisals,
             seconds, 1e6 * seconds / static_cast<double>(found->appraisals));
  fmt::print("peak memory after a tenth {} KiB, at the end {} KiB\n", early, PeakKilobytes());
  for (const DrawnRate& rate : found->rates) {
    fmt::print(
        "asked {:g}: {} of {} honest hosts flagged, {:.5f} ({:.5f} to {:.5f} over {} worlds)\n",
        rate.asked, rate.alarms, rate.tested, rate.mean, rate.low, rate.high, options.worlds);
  }
  return 0;
}

}  // namespace
}  // namespace earshot

int main(int argc, char** argv) { return earshot::Run(argc, argv); }
