// sim/relay/truth_log.h: what the relay really did with every packet, one JSON object a line.
#ifndef EARSHOT_SIM_RELAY_TRUTH_LOG_H_
#define EARSHOT_SIM_RELAY_TRUTH_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/os/files.h"
#include "sim/relay/relay_core.h"

namespace earshot {

// One packet that left the relay.
//
// `held` runs from after the receive call returned to before the send call began: it is never more
// than the time that the packet really spent here, so `held` there plus `held` back is a floor
// under every honest round-trip time. `error` is how much later than wished the packet left,
// counted from its arrival: what the simulated network adds to its own model.
struct TruthRecord {
  std::uint32_t path = 0;
  RelayDirection direction = RelayDirection::kToLandmark;
  std::uint8_t type = 0;       // of the clear header; 0 when the packet was shorter than one
  std::uint64_t session = 0;
  std::uint32_t round = 0;     // of the session
  std::uint32_t index = 0;
  bool copy = false;
  bool corrupted = false;
  Duration target{0};
  Duration held{0};
  Duration error{0};
};

// Builds the record of `packet`, whose send call is about to begin at `leaving`.
TruthRecord MakeTruthRecord(const HeldPacket& packet, MonotonicInstant leaving);

struct PathName {
  std::string device;
  std::string landmark;
};

// Appends records to a file. Records are kept in memory until Flush, because a line must not be
// written while a packet waits to leave. Not thread-safe.
class TruthLog {
 public:
  // Creates or empties `path`. kUnavailable when that fails.
  static Result<TruthLog> Open(const std::string& path, std::vector<PathName> names);

  void Append(const TruthRecord& record) { pending_.push_back(record); }
  std::size_t pending() const { return pending_.size() - written_; }

  // Writes at most `records_max` records, in order. kUnavailable when the disk refuses.
  Status Flush(std::size_t records_max);

 private:
  TruthLog(UniqueFd file, std::vector<PathName> names)
      : file_(std::move(file)), names_(std::move(names)) {}

  UniqueFd file_;
  std::vector<PathName> names_;
  std::vector<TruthRecord> pending_;
  std::size_t written_ = 0;  // of pending_
};

// Records held in memory before they are written even though packets wait.
inline constexpr std::size_t kTruthPendingMax = 65536;

// A line of the file, read back.
struct TruthLine {
  std::string device;
  std::string landmark;
  TruthRecord record;  // `path` is not set
};

// Reads the file again. Lines that are cut short at the end (the relay was killed) are ignored;
// kInvalidArgument, with the line's number, for any other that is not one of ours.
Result<std::vector<TruthLine>> ReadTruth(const std::string& path);

}  // namespace earshot

#endif  // EARSHOT_SIM_RELAY_TRUTH_LOG_H_
