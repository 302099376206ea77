// core/dataset/rtt_collector.h: what every form of RTT file is turned into. Not for other rooms.
#ifndef EARSHOT_CORE_DATASET_RTT_COLLECTOR_H_
#define EARSHOT_CORE_DATASET_RTT_COLLECTOR_H_

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/dataset/measurements.h"

namespace earshot::internal {

// Longer ones are a mistake of units.
inline constexpr Duration kRttMax = std::chrono::hours(1);

// An RTT as a file's number says it. kInvalidArgument with cause and fix for one that is
// negative, not finite or above kRttMax.
Result<Rtt> RttFromFile(FractionalMilliseconds rtt);

// Gathers the RTTs of one file; knows nodes by all their names.
class RttCollector {
 public:
  // `source` is who measured, where the form does not say; empty when nobody was named.
  RttCollector(std::string_view source, Measurements* into);

  // The node that any of `names` names; the first that does.
  std::optional<std::uint32_t> Find(std::initializer_list<std::string_view> names) const;

  // One RTT between nodes by name. An unknown name is counted, not refused; a node's RTT to itself
  // is nothing.
  void Add(std::initializer_list<std::string_view> source,
           std::initializer_list<std::string_view> target, Rtt rtt, std::string_view place,
           Duration resolution = Duration(0), std::optional<Duration> jitter = std::nullopt);
  // From the source that was named with the file. kInvalidArgument when none was.
  Status AddFromNamedSource(std::string_view target, Rtt rtt, std::string_view place);

  // Sorts what was gathered and writes the remarks. kInvalidArgument when nothing was known.
  Status Finish(std::string_view path);

 private:
  std::string source_;
  Measurements* into_;
  std::map<std::string, std::uint32_t, std::less<>> by_name_;
  std::size_t added_ = 0;
  std::size_t unknown_ = 0;
  std::string first_unknown_;  // with its place
};

// One reader a form. `path` stands in errors; `text` is unpacked.
Status ReadRttCsv(std::string_view text, std::string_view path, RttCollector* into);
Status ReadRttJson(std::string_view text, std::string_view path, RttCollector* into);
Status ReadFpingText(std::string_view text, std::string_view path, RttCollector* into);

}  // namespace earshot::internal

#endif  // EARSHOT_CORE_DATASET_RTT_COLLECTOR_H_
