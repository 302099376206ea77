#include "sim/relay/relay_plan.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "core/base/quantity_text.h"
#include "core/config/text_proto.h"
#include "earshot/v1/config.pb.h"

namespace earshot {
namespace {

Result<Endpoint> ReadEndpoint(const TextProtoScope& at, std::string_view field,
                              const std::string& text) {
  Result<Endpoint> endpoint = Endpoint::Parse(text);
  if (!endpoint.has_value()) return tl::unexpected(at.At(field, endpoint.error()));
  return endpoint;
}

// Longer than a scenario's names: its reference agents are called after their landmarks.
constexpr std::size_t kRelayNameMax = 64;

Status ReadDelay(const TextProtoScope& at, std::string_view field, const std::string& text,
                 Duration* into) {
  if (text.empty()) return {};
  const Result<Duration> delay = ParseDuration(text);
  if (!delay.has_value()) return tl::unexpected(at.At(field, delay.error()));
  if (delay->count() < 0) {
    return tl::unexpected(at.At(field, fmt::format("\"{}\" is negative; write 0 or more", text)));
  }
  *into = *delay;
  return {};
}

Result<PathConditions> ReadConditions(const v1::RelayPath& proto, const TextProtoScope& at) {
  PathConditions conditions;
  EARSHOT_RETURN_IF_ERROR(ReadDelay(at, "forward", proto.forward(), &conditions.forward));
  EARSHOT_RETURN_IF_ERROR(ReadDelay(at, "backward", proto.backward(), &conditions.backward));
  EARSHOT_RETURN_IF_ERROR(ReadDelay(at, "jitter", proto.jitter(), &conditions.jitter));
  struct Probability {
    std::string_view field;
    double value;
    double* into;
  };
  for (const Probability& p : {Probability{"loss", proto.loss(), &conditions.loss},
                               Probability{"duplicate", proto.duplicate(), &conditions.duplicate},
                               Probability{"reorder", proto.reorder(), &conditions.reorder},
                               Probability{"corrupt", proto.corrupt(), &conditions.corrupt}}) {
    if (!(p.value >= 0 && p.value <= 1)) {
      return tl::unexpected(at.At(
          p.field, fmt::format("{} is no probability; write a number from 0 to 1", p.value)));
    }
    *p.into = p.value;
  }
  return conditions;
}

Result<std::map<std::string, std::size_t>> ReadFronts(const v1::RelayConfig& proto,
                                                      const TextProtoScope& scope,
                                                      RelayPlan* plan) {
  std::map<std::string, std::size_t> indices;
  for (int i = 0; i < proto.fronts_size(); ++i) {
    const v1::RelayFront& front = proto.fronts(i);
    const TextProtoScope at = scope.Nested("fronts", i);
    EARSHOT_RETURN_IF_ERROR(CheckName(at, "landmark_id", front.landmark_id(), kRelayNameMax));
    if (!indices.emplace(front.landmark_id(), plan->fronts.size()).second) {
      return tl::unexpected(at.At("landmark_id", fmt::format("\"{}\" has a front already",
                                                             front.landmark_id())));
    }
    RelayFront read;
    read.landmark = LandmarkId(front.landmark_id());
    EARSHOT_ASSIGN_OR_RETURN(read.bind, ReadEndpoint(at, "bind", front.bind()));
    EARSHOT_ASSIGN_OR_RETURN(read.real, ReadEndpoint(at, "landmark", front.landmark()));
    plan->fronts.push_back(std::move(read));
  }
  return indices;
}

Result<std::map<std::string, std::size_t>> ReadBacks(const v1::RelayConfig& proto,
                                                     const TextProtoScope& scope,
                                                     RelayPlan* plan) {
  std::map<std::string, std::size_t> indices;
  std::set<std::uint32_t> addresses;
  for (int i = 0; i < proto.backs_size(); ++i) {
    const v1::RelayBack& back = proto.backs(i);
    const TextProtoScope at = scope.Nested("backs", i);
    EARSHOT_RETURN_IF_ERROR(CheckName(at, "device", back.device(), kRelayNameMax));
    if (!indices.emplace(back.device(), plan->backs.size()).second) {
      return tl::unexpected(
          at.At("device", fmt::format("\"{}\" has a back already", back.device())));
    }
    RelayBack read;
    read.device = back.device();
    EARSHOT_ASSIGN_OR_RETURN(const Endpoint agent,
                             ReadEndpoint(at, "agent_address", back.agent_address() + ":0"));
    read.agent_address = agent.address;
    EARSHOT_ASSIGN_OR_RETURN(read.bind, ReadEndpoint(at, "bind", back.bind()));
    if (!addresses.insert(read.agent_address).second) {
      return tl::unexpected(at.At(
          "agent_address", fmt::format("{} is another device's; the address tells whose packets "
                                       "these are",
                                       back.agent_address())));
    }
    plan->backs.push_back(std::move(read));
  }
  return indices;
}

Result<RelayPlan> FromProto(const v1::RelayConfig& proto, const TextProto& parsed) {
  const TextProtoScope scope = parsed.root();
  RelayPlan plan;
  plan.truth_file = proto.truth_file();
  plan.ready_file = proto.ready_file();
  plan.seed = proto.seed();
  plan.scheduling_priority = proto.scheduling_priority();
  EARSHOT_ASSIGN_OR_RETURN(const auto fronts, ReadFronts(proto, scope, &plan));
  EARSHOT_ASSIGN_OR_RETURN(const auto backs, ReadBacks(proto, scope, &plan));
  std::set<std::pair<std::size_t, std::size_t>> pairs;
  for (int i = 0; i < proto.paths_size(); ++i) {
    const v1::RelayPath& path = proto.paths(i);
    const TextProtoScope at = scope.Nested("paths", i);
    const auto back = backs.find(path.device());
    const auto front = fronts.find(path.landmark_id());
    if (back == backs.end()) {
      return tl::unexpected(
          at.At("device", fmt::format("no back for \"{}\"; add one to backs", path.device())));
    }
    if (front == fronts.end()) {
      return tl::unexpected(at.At(
          "landmark_id", fmt::format("no front for \"{}\"; add one to fronts", path.landmark_id())));
    }
    if (!pairs.emplace(back->second, front->second).second) {
      return tl::unexpected(at.At("device", "this device has a path to this landmark already"));
    }
    EARSHOT_ASSIGN_OR_RETURN(const PathConditions conditions, ReadConditions(path, at));
    plan.paths.push_back({back->second, front->second, conditions});
  }
  return plan;
}

}  // namespace

Result<RelayPlan> ParseRelayPlan(std::string_view text, std::string_view file_name) {
  v1::RelayConfig proto;
  EARSHOT_ASSIGN_OR_RETURN(const TextProto parsed, TextProto::Parse(text, file_name, &proto));
  return FromProto(proto, parsed);
}

Result<RelayPlan> LoadRelayPlan(const std::string& path) {
  v1::RelayConfig proto;
  EARSHOT_ASSIGN_OR_RETURN(const TextProto parsed, TextProto::Load(path, &proto));
  return FromProto(proto, parsed);
}

}  // namespace earshot
