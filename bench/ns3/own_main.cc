// One run of our side: DEVICES LANDMARKS ROUNDS PINGS. Linked twice: with the cryptography of
// core/crypto, and with that of bench/ns3/modelled in its place.
#include <fmt/format.h>

#include "bench/ns3/ping_world.h"
#include "bench/ns3/side_report.h"
#include "bench/optimised.h"
#include "bench/processor_time.h"

namespace earshot {
namespace {

int Complain(const Error& error) {
  fmt::print(stderr, "our side: {}\n", error.message());
  return 2;
}

int RunOwnSide(int argc, char** argv) {
  const auto plan = ParsePlan(argc - 1, argv + 1);
  if (!plan.has_value()) {
    fmt::print(stderr, "usage: {} DEVICES LANDMARKS ROUNDS PINGS\n", argv[0]);
    return 2;
  }
  if (const Status optimised = RequireOptimisedBuild(); !optimised) return Complain(optimised.error());
  const auto begin = ProcessorTime();
  const auto world = PingWorld::Create(*plan);
  if (!world.has_value()) return Complain(world.error());
  const auto built = ProcessorTime();
  (*world)->Run();
  const auto ran = ProcessorTime();
  SideReport report;
  report.setup = built - begin;
  report.run = ran - built - (*world)->checking();
  report.peak_kib = PeakKib();
  report.round_trips = (*world)->round_trips();
  report.rtts_wrong = (*world)->wrong_rtts();
  report.version = "earshot";
  fmt::print("{}", ToText(report));
  return 0;
}

}  // namespace
}  // namespace earshot

int main(int argc, char** argv) { return earshot::RunOwnSide(argc, argv); }
