// bench/latency/peer_output.h: the round-trip times that other programs print, read back.
#ifndef EARSHOT_BENCH_LATENCY_PEER_OUTPUT_H_
#define EARSHOT_BENCH_LATENCY_PEER_OUTPUT_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

namespace earshot {

// One answer as a program reported it.
struct PeerSample {
  Rtt rtt;
  // The program's own number of it, as it stands in the packet; none when it says no number.
  std::optional<std::uint16_t> sequence;
  // When it was sent, on the program's own clock; only differences mean anything.
  std::optional<Duration> sent;
};

struct PeerSamples {
  std::vector<PeerSample> samples;  // in the order printed
  Duration resolution{0};           // of the RTTs, as printed; the coarsest
  // The least RTT where the program prints it more finely than single ones.
  std::optional<Rtt> least;
  // How many it says it sent in the time it counts; none where it was told a number.
  std::optional<std::uint32_t> sent;
};

// "64 bytes from 10.77.0.2: icmp_seq=7 ttl=64 time=5.02 ms", and the summary's minimum. Duplicates
// ("DUP!") count once.
Result<PeerSamples> ReadPing(std::string_view output);
// "10.77.0.2 : [6], 64 bytes, 5.02 ms (5.01 avg, 0% loss)".
Result<PeerSamples> ReadFping(std::string_view output);
// The document of `irtt client -o`; lost round trips are left out. Its RTTs are short of what the
// server says it spent.
Result<PeerSamples> ReadIrtt(std::string_view json);
// The file of `sockperf --full-log`: "packet, txTime(sec), rxTime(sec), latency(usec)", where the
// latency is half a round trip; and "[Valid Duration] ...; SentMessages=308; ...".
Result<PeerSamples> ReadSockperf(std::string_view log);

}  // namespace earshot

#endif  // EARSHOT_BENCH_LATENCY_PEER_OUTPUT_H_
