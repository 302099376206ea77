#include <fmt/format.h>

#include <cmath>

#include "cli/commands.h"
#include "cli/machine.h"
#include "core/base/quantity.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

void AddRow(v1::DoctorReport& report, std::string_view name, std::string value, bool ok,
            std::string meaning) {
  v1::DoctorRow* row = report.add_rows();
  row->set_name(std::string(name));
  row->set_value(std::move(value));
  row->set_ok(ok);
  row->set_meaning(std::move(meaning));
}

// What an RTT that is too long by this much adds to a bound.
Distance CostOf(Rtt excess) {
  return Distance::Metres(kSpeedOfLight.metres_per_second() * ToSeconds(excess.duration()) / 2);
}

std::string Kilometres(Distance d) { return fmt::format("{:.1f} km", d.kilometres()); }

std::string StampsText(const LoopbackTrains& trains) {
  if (trains.kernel_transmit_stamps) return "kernel, transmit and receive";
  return trains.kernel_receive_stamps ? "kernel, receive only" : "user space only";
}

Result<v1::DoctorReport> Examine() {
  v1::DoctorReport report;
  EARSHOT_ASSIGN_OR_RETURN(const LoopbackTrains trains, MeasureLoopbackTrains());
  const Duration lateness = MeasureTimerLateness();
  const unsigned cores = UsableCores();
  const bool real_time = trains.scheduling.starts_with("SCHED_FIFO");

  AddRow(report, "stamps", StampsText(trains), trains.kernel_transmit_stamps,
         trains.kernel_transmit_stamps
             ? "time is taken at the kernel's edge; waiting in this program costs nothing"
             : "time is taken in this program; its own delays widen every bound");
  AddRow(report, "answer to a train", fmt::format("median {:.1f} us, 99 % {:.1f} us of {} trains",
                                                  trains.median.microseconds(),
                                                  trains.p99.microseconds(), trains.trains),
         trains.median < Rtt::FromDuration(std::chrono::microseconds(100)),
         fmt::format("a bound is too wide by {}, and by {} one time in 100",
                     Kilometres(CostOf(trains.median)), Kilometres(CostOf(trains.p99))));
  AddRow(report, "answer to a single ping",
         fmt::format("median {:.1f} us", trains.first_ping_median.microseconds()), true,
         fmt::format("what waking up costs: {}; trains avoid it",
                     Kilometres(CostOf(trains.first_ping_median))));
  AddRow(report, "real-time scheduling", trains.scheduling, real_time,
         real_time ? "agents answer quickly on a busy machine too"
                   : "on a busy machine answers come milliseconds late: hundreds of kilometres");
  AddRow(report, "timer", fmt::format("{:.0f} us late at the median", ToSeconds(lateness) * 1e6),
         lateness < std::chrono::microseconds(500),
         "the relay of a live run watches the clock for its last 150 us, so this does not add up");
  AddRow(report, "clocks and load",
         fmt::format("{} of {} samples tainted: {} clock step, {} late to read, {} late to send, {} "
                     "stamp of another packet",
                     trains.taint.tainted, trains.taint.samples, trains.taint.clock_step,
                     trains.taint.receive_queue_lag, trains.taint.scheduling_gap,
                     trains.taint.stamp_misplaced),
         trains.taint.tainted * 20 < trains.taint.samples,
         "a tainted sample is set aside by the test of delay, and behind a clock step by bounds too");
  AddRow(report, "network namespaces", NetworkNamespacesWork() ? "work" : "refused", true,
         "not needed; live runs use loopback addresses");
  AddRow(report, "cores", std::to_string(cores), cores >= 2,
         cores >= 2 ? "enough for the built-in scenarios"
                    : "agents, relay and landmarks share one core: expect wide bounds");
  report.set_accuracy_km(std::round(CostOf(trains.median).kilometres() * 10) / 10);
  return report;
}

std::string DoctorText(const v1::DoctorReport& report, const Console& console) {
  std::string text;
  for (const v1::DoctorRow& row : report.rows()) {
    text += fmt::format("{} {:<24} {}\n", row.ok() ? Painted(console, Colour::kGreen, "[ok]  ")
                                                   : Painted(console, Colour::kVermillion, "[look]"),
                        row.name(), row.value());
    text += "       " + Wrapped(row.meaning(), 90, 7) + "\n";
  }
  return text + fmt::format("\nOn this machine a bound is {:.1f} km wider than the distance calls for.\n",
                            report.accuracy_km());
}

}  // namespace

ExitCode Doctor(const DoctorCommand& command, const Console& console) {
  const auto report = Examine();
  if (!report) return Complain(console, report.error());
  return Show(console, command.json, *report, [&] { return DoctorText(*report, console); });
}

}  // namespace earshot
