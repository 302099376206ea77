// Any text as a sweep, as the journal of one, and as the list of attacks.
#include "core/base/check.h"
#include "earshot/v1/attacks.pb.h"
#include "sim/attacks/attack_list.h"
#include "sim/sweep/journal.h"
#include "sim/sweep/sweep_load.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/test_folder.h"

namespace earshot::fuzz {
namespace {

constexpr std::string_view kTiny = R"text(name: "tiny"
duration: "20 s"
policy { liars_max: 0 domains_min: 2 }
rounds { first_after: "1 s" length: "6 s" trains: 4 }
places { id: "singapore" country: "SG" latitude_deg: 1.2966 longitude_deg: 103.852 }
places { id: "tokyo" country: "JP" latitude_deg: 35.68 longitude_deg: 139.69 }
landmarks { id: "sin-1" place: "singapore" trust_domain: "a" jurisdiction: "SG" }
landmarks { id: "tyo-1" place: "tokyo" trust_domain: "b" jurisdiction: "JP" }
fleets { id_prefix: "C" count: 2 declared_place: "singapore" excluded_countries: "CN" owner: "o (fictional)" }
)text";

constexpr std::string_view kSweep = R"text(name: "two"
question: "Which?"
not_to_conclude: "Anything."
scenario: "tiny"
axes { parameter: "network.jitter" values: ["1 ms", "2 ms"] }
)text";

constexpr std::string_view kCommit = "0123456789ab";

// A journal that is read is written again line by line as it was.
void ReadAsJournal(std::string_view text, const SweepPlan& plan) {
  const Result<JournalContents> journal = ReadJournal(text, plan, kCommit);
  if (!journal.has_value()) return;
  EARSHOT_CHECK(journal->sound_bytes <= text.size());
  for (const auto& [point, row] : journal->rows) {
    EARSHOT_CHECK(point == row.point && point < plan.points.size());
    std::string line = JournalLine(row);
    EARSHOT_CHECK(text.find(line) != std::string_view::npos);
    line.pop_back();
    EARSHOT_CHECK(ReadJournalLine(line, plan).has_value());
  }
}

void Read(std::string_view text) {
  static const TestFolder folder;
  static const std::string tiny = folder.Write("010-tiny.textproto", kTiny);
  static const Result<SweepPlan> two = ParseSweep(kSweep, "two", folder.path());
  EARSHOT_CHECK(two.has_value());

  const Result<SweepPlan> plan = ParseSweep(text, "input", folder.path());
  if (plan.has_value()) {
    EARSHOT_CHECK(!plan->points.empty() && plan->points.size() <= kSweepPointsMax);
    for (const SweepPoint& point : plan->points) {
      EARSHOT_CHECK(point.values.size() == plan->parameters.size());
    }
    ReadAsJournal(JournalHeading(*plan, kCommit), *plan);
  } else {
    EARSHOT_CHECK(!plan.error().message().empty());
  }
  ReadAsJournal(text, *two);
  // A fuzzer does not guess hashes: the heading is given to it.
  ReadAsJournal(JournalHeading(*two, kCommit) + std::string(text), *two);

  v1::AttackList attacks;
  if (const Status read = ParseAttackList(text, "input", &attacks); !read.has_value()) {
    EARSHOT_CHECK(read.error().message().starts_with("input:"));
  }
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  earshot::fuzz::Read({reinterpret_cast<const char*>(data), size});
  return 0;
}
