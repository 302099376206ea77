#include <fmt/format.h>

#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/run_text.h"
#include "core/base/suggest.h"
#include "core/os/files.h"
#include "core/report/json.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

// A live run leaves its root's public key beside what it wrote.
std::string RootOption(const std::string& run_dir) {
  const std::string root = run_dir + "/work/root.pem";
  return ReadFile(root) ? " --root " + root : "";
}

}  // namespace

ExitCode Explain(const ExplainCommand& command, const Console& console) {
  const std::string path = command.run_dir + "/report.json";
  const auto json = ReadFile(path);
  if (!json) {
    return Complain(console, Error(json.error()).WithContext("no report of a run"));
  }
  v1::RunReport report;
  if (const auto read = FromJson(*json, &report); !read) {
    return Complain(console, Error(read.error()).WithContext(path));
  }
  std::vector<std::string> known;
  for (const v1::ReportDevice& device : report.devices()) {
    if (device.id() == command.device) {
      console.out << DeviceText(device, report, console);
      if (!device.bundle().empty()) {
        console.out << fmt::format("\n  To recompute this verdict from its evidence, off-line:\n"
                                   "    earshot verify {}/{}{}\n", command.run_dir, device.bundle(),
                                   RootOption(command.run_dir));
      }
      return ExitCode::kRan;
    }
    known.push_back(device.id());
  }
  return Complain(console, Error(ErrorCode::kNotFound,
                                 fmt::format("{} has no device \"{}\"{}", path, command.device,
                                             DidYouMean(command.device, known))));
}

}  // namespace earshot
