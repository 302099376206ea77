#include "sim/net/virtual_run.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "core/appraisal/outline_map.h"
#include "core/appraisal/policy_placement_test.h"
#include "core/crypto/key_file.h"
#include "core/os/files.h"
#include "core/report/json.h"
#include "earshot/v1/report.pb.h"
#include "sim/net/virtual_world.h"
#include "sim/run/out_folder.h"
#include "sim/run/run_report.h"

namespace earshot {
namespace {

constexpr const char* kKeysOfTheSeed =
    "This run took place in virtual time and drew every key from its seed: its signatures show that "
    "the checks work, and prove nothing about who signed.";

Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return {};
  return Fail(ErrorCode::kUnavailable, fmt::format("create {}: {}", path, error.message()));
}

// With the root's public key where a live run has it, for whoever verifies the bundles.
Status WriteBundles(const std::string& out, VirtualWorld* world) {
  EARSHOT_RETURN_IF_ERROR(MakeFolder(out + "/work"));
  EARSHOT_RETURN_IF_ERROR(WritePublicKeyFile(out + "/work/root.pem", world->root()));
  EARSHOT_RETURN_IF_ERROR(MakeFolder(out + "/bundles"));
  return world->TakeBundles([&](const std::string& file, const std::string& bytes) {
    return WriteFileAtomically(out + "/" + file, bytes, Durability::kAtomicOnly);
  });
}

}  // namespace

Status RunVirtual(const ResolvedScenario& resolved, const VirtualRunOptions& options,
                  v1::RunReport* report) {
  const PolicyPlacementTest test;
  const OutlineMap map;
  std::ofstream events;
  VirtualWorldOptions world_options;
  world_options.threads = options.threads;
  world_options.on_event = [&events](std::string_view line) { events << line; };
  EARSHOT_ASSIGN_OR_RETURN(const std::unique_ptr<VirtualWorld> world,
                           VirtualWorld::Create(resolved, test, map, world_options));
  EARSHOT_ASSIGN_OR_RETURN(const OutFolder folder,
                           PrepareOutFolder(options.out, ResolvedText(resolved)));
  const std::string& out = folder.path;
  events.open(out + "/events.jsonl", std::ios::binary);
  const std::uint32_t rounds = RoundsWithin(resolved.scenario);
  while (world->RunRound()) {
    if (options.on_round) {
      options.on_round(resolved.scenario.rounds.first_after +
                       world->rounds() * resolved.scenario.rounds.length);
    }
    // Every device is judged in every round: the last round's evidence is what stays.
    if (world->rounds() < rounds) world->DropBundles();
  }
  events.close();
  if (events.fail()) {
    return tl::unexpected<Error>(ErrnoError(errno, "write " + out + "/events.jsonl"));
  }
  EARSHOT_RETURN_IF_ERROR(WriteBundles(out, world.get()));
  *report = world->Report();
  CompleteRunReport(resolved, {"virtual", options.commit, std::nullopt, {}}, report);
  report->add_assumptions(kKeysOfTheSeed);
  EARSHOT_ASSIGN_OR_RETURN(const std::string json, ToJson(*report));
  return WriteFileAtomically(out + "/report.json", json, Durability::kAtomicOnly);
}

}  // namespace earshot
