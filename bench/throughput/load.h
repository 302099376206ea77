// bench/throughput/load.h: a closed loop of requests over loopback, and what the answerer spent.
#ifndef EARSHOT_BENCH_THROUGHPUT_LOAD_H_
#define EARSHOT_BENCH_THROUGHPUT_LOAD_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/datagram.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/os/datagram_batch.h"
#include "core/os/files.h"

namespace earshot {

// One core for the load, one for whoever answers; the same one where there is no second.
inline constexpr int kLoadCore = 0;
inline constexpr int kAnswerCore = 1;
// Of both ends: what a window of requests needs many times over.
inline constexpr int kReceiveBuffer = 4 << 20;
// Pins the calling thread; without permission it stays where it is.
void PinThisThread(int core);
void PinProcess(pid_t pid, int core);

// A request and the loopback address it comes from: one socket plays many landmarks.
struct LoadRequest {
  Endpoint source;  // its port is the load's own
  ByteSpan bytes;   // must outlive the run
};

struct LoadResult {
  std::uint64_t answers = 0;
  std::uint64_t lost = 0;  // given up after 100 ms of silence
  Duration wall{0};
  Duration cpu{0};  // of the answerer
  // Answers a second of the answerer's CPU time: what one core would do, on a busy machine too.
  double per_core_second() const;
};

struct LoadOptions {
  Endpoint to;
  std::size_t window = 256;  // requests under way
  // Sent after each request, and not counted: junk.
  std::vector<LoadRequest> junk;
  std::size_t junk_per_request = 0;
  // Whether a datagram is an answer; what is not, is ignored.
  std::function<bool(ByteSpan)> is_answer;
  // The answerer's CPU clock.
  clockid_t cpu_clock = 0;
};

// A socket of the loopback device alone that sends from any 127/8 address. Confined to one thread.
class LoadSocket {
 public:
  // kUnavailable: the system does not permit a socket bound to a device.
  static Result<LoadSocket> Open();

  std::uint16_t port() const { return port_; }
  int native_handle() const { return fd_.get(); }

  // At once, for what precedes a run.
  void Send(const LoadRequest& request, const Endpoint& to);
  // Sends every request once, at most `window` of them unanswered at a time.
  LoadResult Run(const std::vector<LoadRequest>& requests, const LoadOptions& options);

 private:
  LoadSocket(UniqueFd fd, std::uint16_t port);
  struct Sending;

  UniqueFd fd_;
  std::uint16_t port_;
};

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGHPUT_LOAD_H_
