// Any bytes as what a researcher brings: nodes, round-trip times in every form, a delay model.
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/measured_world.h"
#include "bench/model_check.h"
#include "core/config/text_proto.h"
#include "core/dataset/measurements.h"
#include "earshot/v1/evaluate.pb.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/test_folder.h"

namespace earshot::fuzz {
namespace {

constexpr std::string_view kNodes =
    "id,lat,lon,country,address\n"
    "sin,1.29,103.85,SG,192.0.2.1\n"
    "tyo,35.68,139.69,JP,192.0.2.2 t.example\n"
    "pr:3,48.85,2.35,FR,2001:db8::3\n";
constexpr std::string_view kRtts =
    "src,dst,min_ms,avg_ms\nsin,tyo,70,71\ntyo,sin,70.5,72\nsin,pr:3,150,151\ntyo,pr:3,220,230\n";

// A refusal says where.
template <typename Outcome>
void CheckRefusal(const Outcome& outcome, const std::string& path) {
  if (!outcome.has_value()) {
    EARSHOT_CHECK(outcome.error().message().find(path) != std::string::npos);
  }
}

void ReadAsNodes(const std::string& path) {
  const Result<std::vector<MeasuredNode>> nodes = ReadNodes(path);
  CheckRefusal(nodes, path);
  if (!nodes.has_value()) return;
  std::set<std::string> ids;
  for (const MeasuredNode& node : *nodes) EARSHOT_CHECK(ids.insert(node.id).second);
}

void ReadAsRtts(const std::string& name, const std::string& path, Measurements measured) {
  CheckRefusal(ReadRtts(name, &measured), path);
  for (const MeasuredRtt& rtt : measured.rtts) {
    EARSHOT_CHECK(rtt.source < measured.nodes.size() && rtt.target < measured.nodes.size());
    EARSHOT_CHECK(rtt.source != rtt.target);
    EARSHOT_CHECK(rtt.rtt.duration() >= Duration(0));
    EARSHOT_CHECK(rtt.rtt.duration() <= std::chrono::hours(1));
  }
}

void Read(std::string_view bytes) {
  static const TestFolder folder;
  static const std::string nodes = folder.Write("nodes.csv", kNodes);
  static const std::string rtts = folder.Write("rtts.csv", kRtts);
  static const Measurements known = *ReadMeasurements(nodes, std::span(&rtts, 1));
  static const Result<MeasuredWorld> world = MeasuredWorld::Build(known);

  const std::string path = folder.Write("input", bytes);
  ReadAsNodes(path);
  ReadAsRtts(path, path, {known.nodes, {}, {}});
  ReadAsRtts("sin=" + path, path, {known.nodes, {}, {}});
  v1::DelayModel model;
  const auto parsed = TextProto::Load(path, &model);
  CheckRefusal(parsed, path);
  if (parsed.has_value() && world.has_value()) static_cast<void>(CheckDelayModel(model, *world));
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  earshot::fuzz::Read({reinterpret_cast<const char*>(data), size});
  return 0;
}
