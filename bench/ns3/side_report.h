// bench/ns3/side_report.h: what one side of the comparison says of one run, as lines between processes.
//
// Written by the program for ns-3 too: C++17 and the standard library alone.
#ifndef EARSHOT_BENCH_NS3_SIDE_REPORT_H_
#define EARSHOT_BENCH_NS3_SIDE_REPORT_H_

#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace earshot {

struct SideReport {
  std::uint64_t round_trips = 0;      // completed, counted where a ping was sent
  std::uint64_t rtts_wrong = 0;       // further than kRttTolerance from twice the path's delay
  std::chrono::nanoseconds setup{0};  // of the processor: the world is built
  std::chrono::nanoseconds run{0};    // of the processor: virtual time passes
  std::uint64_t peak_kib = 0;         // of memory
  std::string version;                // of the simulator
};

// "key value" a line.
inline std::string ToText(const SideReport& report) {
  const auto line = [](const char* key, const std::string& value) {
    return std::string(key).append(" ").append(value).append("\n");
  };
  return line("round_trips", std::to_string(report.round_trips)) +
         line("rtts_wrong", std::to_string(report.rtts_wrong)) +
         line("setup_ns", std::to_string(report.setup.count())) +
         line("run_ns", std::to_string(report.run.count())) +
         line("peak_kib", std::to_string(report.peak_kib)) + line("version", report.version);
}

// Of this process so far.
inline std::uint64_t PeakKib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss);
}

}  // namespace earshot

#endif  // EARSHOT_BENCH_NS3_SIDE_REPORT_H_
