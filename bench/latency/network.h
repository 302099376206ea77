// bench/latency/network.h: three network namespaces in a row, made for one bench and gone with it.
//
//   landmark side            relay              agent side
//   [ 10.77.0.1 es0 ]====[ es0   es1 ]====[ es0 10.77.0.2 ]
//
// The namespaces have no names: descriptors hold them, so the kernel takes them and the veth pairs
// away when this process ends, however it ends.
#ifndef EARSHOT_BENCH_LATENCY_NETWORK_H_
#define EARSHOT_BENCH_LATENCY_NETWORK_H_

#include <cstdint>

#include "core/base/result.h"
#include "core/os/files.h"

namespace earshot {

inline constexpr std::uint32_t kBenchLandmarkAddress = 0x0a4d0001;  // 10.77.0.1
inline constexpr std::uint32_t kBenchAgentAddress = 0x0a4d0002;     // 10.77.0.2
// Of the relay's ends; the other ends are es0.
inline constexpr const char* kBenchLandmarkSide = "es0";
inline constexpr const char* kBenchAgentSide = "es1";

class BenchNetwork {
 public:
  // kUnavailable without the right to make namespaces (root) or where the kernel has no veth.
  static Result<BenchNetwork> Create();

  // Descriptors for setns; valid while this object lives.
  int landmark_namespace() const { return landmark_.get(); }
  int relay_namespace() const { return relay_.get(); }
  int agent_namespace() const { return agent_.get(); }

 private:
  BenchNetwork() = default;
  UniqueFd landmark_;
  UniqueFd relay_;
  UniqueFd agent_;
};

// Puts the calling thread into a namespace while it lives: sockets opened meanwhile belong there for
// good. -1: changes nothing.
class InNamespace {
 public:
  explicit InNamespace(int namespace_fd);
  InNamespace(const InNamespace&) = delete;
  InNamespace& operator=(const InNamespace&) = delete;
  ~InNamespace();
  // False when the kernel refused; the thread then is where it was.
  bool entered() const { return entered_; }

 private:
  UniqueFd before_;
  bool entered_ = false;
};

}  // namespace earshot

#endif  // EARSHOT_BENCH_LATENCY_NETWORK_H_
