// sim/relay/packet_relay.h: the relay below IP: whole frames between two interfaces, held as the path
// says. So anything crosses it that a network would carry: ICMP, and programs that are not ours.
#ifndef EARSHOT_SIM_RELAY_PACKET_RELAY_H_
#define EARSHOT_SIM_RELAY_PACKET_RELAY_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/os/files.h"
#include "sim/relay/frame.h"
#include "sim/relay/relay_core.h"

namespace earshot {

// What the relay really did with one frame.
//
// `arrived` is the kernel's stamp at the relay's interface, `leaving` was read before the send call:
// the frame spent at least leaving - arrived between the two wires. Both are on the wall clock, as
// the stamps of those who measure are.
struct PacketTruth {
  WallInstant arrived;
  WallInstant leaving;
  Duration held{0};  // the same on the raw clock
  Duration target{0};
  RelayDirection direction = RelayDirection::kToLandmark;
  bool copy = false;
  FrameSummary frame;
};
static_assert(std::is_trivially_copyable_v<PacketTruth>, "it crosses processes as bytes");

// Truth shared between the process that relays and the one that reads: memory that a fork shares.
// One writer; readers take what is complete. The oldest records are overwritten.
class SharedTruth {
 public:
  static constexpr std::uint64_t kRecords = 1U << 18U;

  // kUnavailable when the memory is refused.
  static Result<std::unique_ptr<SharedTruth>> Create();
  SharedTruth(const SharedTruth&) = delete;
  SharedTruth& operator=(const SharedTruth&) = delete;
  ~SharedTruth();

  void Append(const PacketTruth& record);
  // Records written so far, those overwritten included.
  std::uint64_t written() const;
  // The records from number `from` on, in the order of leaving; without those overwritten.
  std::vector<PacketTruth> Since(std::uint64_t from) const;

 private:
  struct Memory {
    std::atomic<std::uint64_t> written;
    std::array<PacketTruth, kRecords> records;
  };
  explicit SharedTruth(Memory* memory) : memory_(memory) {}
  Memory* memory_;
};

struct PacketRelayOptions {
  std::string landmark_side;  // interfaces of the calling thread's network namespace
  std::string agent_side;
  PathConditions conditions;
  std::uint64_t seed = 1;
};

// Confined to one thread, except Stop.
class PacketRelay {
 public:
  // Opens both interfaces in the calling thread's network namespace. kUnavailable without the right
  // to raw sockets (CAP_NET_RAW) or when an interface is missing. `truth` must outlive the relay.
  static Result<std::unique_ptr<PacketRelay>> Open(const PacketRelayOptions& options,
                                                   SharedTruth* truth);

  // Relays until Stop. Sleeps until kRelaySpin before a release, then watches the clock within the
  // same budget as the relay on UDP sockets (relay.h).
  void Run();
  void Stop() { stopping_ = true; }

 private:
  struct Side {
    UniqueFd socket;
    RelayDirection direction = RelayDirection::kToLandmark;  // of what arrives here
  };
  PacketRelay(const PacketRelayOptions& options, SharedTruth* truth, Side landmark, Side agent);
  bool ReceiveOne(const Side& side);
  void ReceiveAll();
  void ReleaseDue();
  void Wait(Duration at_most);

  RelayCore core_;
  SharedTruth* truth_;
  std::array<Side, 2> sides_;
  std::atomic<bool> stopping_{false};
};

}  // namespace earshot

#endif  // EARSHOT_SIM_RELAY_PACKET_RELAY_H_
