#include "sim/live/run_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "core/crypto/key_file.h"
#include "core/crypto/seeded_random.h"
#include "core/os/files.h"
#include "core/protocol/authority.h"
#include "sim/relay/relay_plan.h"
#include "sim/scenario/scenario_load.h"
#include "tests/sim/scenario/scenario_text_fixture.h"

namespace earshot {
namespace {

namespace fs = std::filesystem;

const WallInstant kNow = WallInstant::FromNanoseconds(1'795'000'000'500'000'000);

class RunFilesTest : public testing::Test {
 protected:
  RunFilesTest() {
    work_ = (fs::path(testing::TempDir()) /
             (std::string("files-") +
              testing::UnitTest::GetInstance()->current_test_info()->name()))
                .string();
    fs::remove_all(work_);
    Resolve(kSmallScenario);
  }
  ~RunFilesTest() override { fs::remove_all(work_); }

  void Resolve(const std::string& text) {
    auto scenario = ParseScenario(text, "s");
    EXPECT_TRUE(scenario.has_value()) << scenario.error().message();
    resolved_ = *ResolveScenario(*scenario, PathModel::Measured2020(), {});
  }
  Result<RunFiles> Create() {
    SeededRandom random(1);
    return RunFiles::Create(resolved_, work_, random, kNow, {});
  }
  // `count` endpoints for the scenario's first landmarks.
  std::map<std::string, Endpoint> Endpoints(std::size_t count) const {
    std::map<std::string, Endpoint> endpoints;
    for (std::size_t i = 0; i < count; ++i) {
      endpoints[resolved_.scenario.landmarks[i].id.value()] = {0x7f000001,
                                                               static_cast<std::uint16_t>(4000 + i)};
    }
    return endpoints;
  }

  std::string work_;
  ResolvedScenario resolved_;
};

TEST_F(RunFilesTest, FolderIsThePrivateOneOfItsOwner) {
  ASSERT_TRUE(Create().has_value());
  struct stat status {};
  ASSERT_EQ(stat(work_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST_F(RunFilesTest, ExistingFolderIsRefused) {
  ASSERT_TRUE(Create().has_value());
  EXPECT_FALSE(Create().has_value());
}

TEST_F(RunFilesTest, ListIsSignedAndNamesEveryFront) {
  auto files = Create();
  ASSERT_TRUE(files.has_value()) << files.error().message();
  ASSERT_TRUE(files->WriteLandmarkList(Endpoints(3)).has_value());
  auto root = ReadEd25519PublicKeyFile(files->Path("root.pem"));
  ASSERT_TRUE(root.has_value());
  ListTrust trust(*root);
  const auto list = trust.AcceptLandmarkList(AsBytes(*ReadFile(files->Path("landmarks"))));
  ASSERT_TRUE(list.has_value()) << list.error().message();
  EXPECT_EQ(list->landmarks.size(), 3U);
  EXPECT_EQ(list->entries_refused, 0U);
}

TEST_F(RunFilesTest, LandmarkThatCouldNotStartHasNeitherFrontNorPathsNorEntry) {
  auto files = Create();
  ASSERT_TRUE(files.has_value());
  ASSERT_TRUE(files->WriteRelayConfig(Endpoints(2), work_ + "/truth.jsonl").has_value());
  const auto plan = LoadRelayPlan(files->Path("relay.textproto"));
  ASSERT_TRUE(plan.has_value()) << plan.error().message();
  EXPECT_EQ(plan->fronts.size(), 2U);
  EXPECT_EQ(plan->backs.size(), resolved_.devices.size());
  EXPECT_EQ(plan->paths.size(), 2 * resolved_.devices.size());
}

TEST_F(RunFilesTest, EveryAnsweringDeviceHasAProcessAndReferencesShareOne) {
  auto files = Create();
  ASSERT_TRUE(files.has_value());
  const auto plans = files->WriteAgentConfigs();
  ASSERT_TRUE(plans.has_value());
  ASSERT_EQ(plans->size(), 6U);
  EXPECT_EQ(plans->back().name, "reference-agents");
  EXPECT_EQ(plans->back().devices.size(), 3U);
}

TEST_F(RunFilesTest, SilentDeviceHasNoProcessAndAForgerIsMarked) {
  std::string text = kSmallScenario;
  const std::string padding = "actual_place: \"shenzhen\" behaviour: BEHAVIOUR_PADS_DELAY";
  text.replace(text.find(padding), padding.size(), "behaviour: BEHAVIOUR_SILENT");
  Resolve(text);
  auto files = Create();
  ASSERT_TRUE(files.has_value());
  EXPECT_EQ(files->WriteAgentConfigs()->size(), 4U);
  fs::remove_all(work_);
  text.replace(text.find("BEHAVIOUR_SILENT"), 16, "BEHAVIOUR_REPLAYS_AND_FORGES");
  Resolve(text);
  files = Create();
  ASSERT_TRUE(files.has_value());
  const auto plans = files->WriteAgentConfigs();
  EXPECT_EQ(std::ranges::count_if(*plans, [](const auto& plan) { return plan.forges; }), 2);
}

TEST_F(RunFilesTest, ManyDevicesShareProcessesOfOneFleetEach) {
  ResolveOptions many;
  many.devices = 300;
  resolved_ = *ResolveScenario(resolved_.scenario, PathModel::Measured2020(), many);
  auto files = Create();
  ASSERT_TRUE(files.has_value());
  const auto plans = files->WriteAgentConfigs();
  ASSERT_TRUE(plans.has_value());
  EXPECT_LT(plans->size(), 10U);
  for (const AgentProcessPlan& plan : *plans) {
    EXPECT_LE(plan.devices.size(), kIdentitiesPerProcess);
    for (const std::size_t device : plan.devices) {
      EXPECT_EQ(resolved_.devices[device].fleet, resolved_.devices[plan.devices[0]].fleet);
    }
  }
}

}  // namespace
}  // namespace earshot
