#include "sim/live/live_run.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "core/crypto/pooled_random.h"
#include "core/os/files.h"
#include "core/os/system_clock.h"
#include "core/report/json.h"
#include "earshot/v1/report.pb.h"
#include "sim/live/live_report.h"
#include "sim/live/supervisor.h"
#include "sim/live/truth_join.h"

namespace earshot {
namespace {

namespace fs = std::filesystem;

// The first file of a run and the mark of an earlier one.
constexpr const char* kResolvedFile = "resolved.textproto";

Error OfFiles(const std::error_code& error, const std::string& what) {
  return Error(ErrorCode::kUnavailable, fmt::format("{}: {}", what, error.message()));
}

// Makes the folder, or clears an earlier run out of it. Nothing else is ever deleted.
Status PrepareFolder(const std::string& out) {
  std::error_code error;
  fs::create_directories(out, error);
  if (error) return tl::unexpected<Error>(OfFiles(error, "create " + out));
  const bool earlier = fs::exists(fs::path(out) / kResolvedFile, error);
  if (!earlier && !fs::is_empty(out, error)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is not empty and holds no earlier run; name another folder", out));
  }
  for (const char* name : {"work", "bundles", "events.jsonl", "truth.jsonl", "report.json",
                           "report.pb", kResolvedFile}) {
    fs::remove_all(fs::path(out) / name, error);
    if (error) return tl::unexpected<Error>(OfFiles(error, "remove the earlier run in " + out));
  }
  return {};
}

// The server's own report; what it could not know is added by CompleteLiveReport.
Status ReadServerReport(const std::string& out, v1::RunReport* report) {
  const std::string path = out + "/report.pb";
  EARSHOT_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  if (!report->ParseFromString(bytes)) {
    return Fail(ErrorCode::kUnavailable, path + ": cut short or not a report");
  }
  return {};
}

Result<LiveFacts> GatherFacts(const std::string& out, const Supervisor& supervisor) {
  LiveFacts facts;
  EARSHOT_ASSIGN_OR_RETURN(const LoggedEvents events, ReadEvents(out + "/events.jsonl"));
  EARSHOT_ASSIGN_OR_RETURN(const std::vector<TruthLine> truth, ReadTruth(out + "/truth.jsonl"));
  facts.join = JoinWithTruth(events.samples, truth);
  facts.first_verdict = supervisor.first_verdict();
  facts.incidents = supervisor.incidents();
  return facts;
}

}  // namespace

LiveOptions LiveOptionsFor(const std::string& program, std::string out) {
  LiveOptions options;
  options.out = std::move(out);
  options.server_command = {program, "serve", "--config"};
  options.relay_command = {program, "relay", "--config"};
  options.agent_command = {program, "agent", "--config"};
  options.adversary_command = {program, "adversary", "--config"};
  return options;
}

Status RunLive(const ResolvedScenario& resolved, const LiveOptions& given,
               v1::RunReport* report) {
  LiveOptions options = given;
  std::error_code error;
  options.out = fs::absolute(given.out, error).lexically_normal().string();
  if (error) return tl::unexpected<Error>(OfFiles(error, given.out));
  EARSHOT_RETURN_IF_ERROR(PrepareFolder(options.out));
  EARSHOT_RETURN_IF_ERROR(
      WriteFileAtomically(options.out + "/" + kResolvedFile, ResolvedText(resolved)));
  SystemRandom random;
  SystemClock clock;
  EARSHOT_ASSIGN_OR_RETURN(const RunFiles files,
                           RunFiles::Create(resolved, options.out + "/work", random,
                                            clock.Read().wall, options.files));
  EARSHOT_ASSIGN_OR_RETURN(const std::unique_ptr<Supervisor> supervisor,
                           Supervisor::Create(resolved, files, options));
  Status status = supervisor->Start();
  if (status.has_value()) status = supervisor->RunRounds();
  supervisor->Stop();
  EARSHOT_RETURN_IF_ERROR(status);

  report->Clear();
  EARSHOT_RETURN_IF_ERROR(ReadServerReport(options.out, report));
  EARSHOT_ASSIGN_OR_RETURN(LiveFacts facts, GatherFacts(options.out, *supervisor));
  facts.commit = options.commit;
  CompleteLiveReport(resolved, facts, report);
  EARSHOT_ASSIGN_OR_RETURN(const std::string json, ToJson(*report));
  return WriteFileAtomically(options.out + "/report.json", json);
}

}  // namespace earshot
