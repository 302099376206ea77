// bench/throughput/chrony.h: chronyd answering plain NTP on loopback, as a yardstick.
#ifndef EARSHOT_BENCH_THROUGHPUT_CHRONY_H_
#define EARSHOT_BENCH_THROUGHPUT_CHRONY_H_

#include <array>
#include <memory>
#include <string>

#include "bench/throughput/answerers.h"

namespace earshot {

inline constexpr std::size_t kNtpBytes = 48;
// A client's request (RFC 5905, version 4, mode 3).
std::array<std::uint8_t, kNtpBytes> NtpRequest();
// Whether a datagram is a server's reply.
bool IsNtpReply(ByteSpan datagram);

// The path of the chronyd that tools/unpack-peers unpacked under `peers`; runs that script first
// where it was not done yet and the current folder is a source tree. Nothing is installed, nothing
// started. kUnavailable: neither there nor to be had.
Result<std::string> SetUpChrony(const std::string& peers);
// "chronyd (chrony) version 4.3"; empty when it does not say.
std::string ChronyVersion(const std::string& program, const std::string& folder);

// Runs it with a configuration, pid file and port of its own in `folder`, without touching the clock
// (-x), and ends it by its id when destroyed. kUnavailable: it did not start; says its last words.
Result<std::unique_ptr<Answerer>> MakeChrony(const std::string& program,
                                             const std::string& folder);

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGHPUT_CHRONY_H_
