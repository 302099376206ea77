// Any text as what a run or a server left to be read: the report that `explain` tells, the reply to
// a ping, the events and the truth log that a live run joins.
#include <sstream>

#include "cli/commands.h"
#include "cli/ping_reply.h"
#include "cli/run_text.h"
#include "core/report/json.h"
#include "earshot/v1/report.pb.h"
#include "sim/live/run_files.h"
#include "sim/live/truth_join.h"
#include "sim/relay/truth_log.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/test_folder.h"

namespace earshot::fuzz {
namespace {

std::string FirstDevice(const std::string& text) {
  v1::RunReport report;
  if (!FromJson(text, &report)) return "C-0001";
  // What can be read can be written, and is then read as the same.
  const Result<std::string> written = ToJson(report);
  EARSHOT_CHECK(written.has_value());
  v1::RunReport again;
  EARSHOT_CHECK(FromJson(*written, &again).has_value());
  EARSHOT_CHECK(again.SerializeAsString() == report.SerializeAsString());
  return report.devices().empty() ? "C-0001" : report.devices(0).id();
}

void Read(const std::string& text) {
  static const TestFolder folder;
  const std::string path = folder.Write("report.json", text);
  std::ostringstream out;
  std::ostringstream err;
  const Console console{out, err, false};
  const ExitCode code = Explain({.run_dir = folder.Path("."), .device = FirstDevice(text)}, console);
  EARSHOT_CHECK((code == ExitCode::kRan) == err.str().empty());
  EARSHOT_CHECK((code == ExitCode::kRan) != out.str().empty());

  const Result<v1::PingReport> reply = ReadPingReply(text);
  if (reply.has_value()) EARSHOT_CHECK(!PingText(*reply, console).empty());

  static_cast<void>(ReadReadyFile(path));
  const Result<LoggedEvents> events = ParseEvents(text);
  const Result<std::vector<TruthLine>> truth = ReadTruth(path);
  if (events.has_value() && truth.has_value()) {
    static_cast<void>(JoinWithTruth(events->samples, *truth));
  }
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  earshot::fuzz::Read(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
