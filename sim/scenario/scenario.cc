#include "sim/scenario/scenario.h"

#include <map>

#include "core/base/check.h"

namespace earshot {

std::string_view BehaviourName(Behaviour behaviour) {
  switch (behaviour) {
    case Behaviour::kHonest: return "honest";
    case Behaviour::kSilent: return "silent";
    case Behaviour::kGoesSilent: return "goes_silent";
    case Behaviour::kPadsDelay: return "pads_delay";
    case Behaviour::kRelayed: return "relayed";
    case Behaviour::kCareless: return "careless";
    case Behaviour::kReplaysAndForges: return "replays_and_forges";
    case Behaviour::kRevokedKey: return "revoked_key";
    case Behaviour::kKeyElsewhere: return "key_elsewhere";
    case Behaviour::kClonedKey: return "cloned_key";
    case Behaviour::kAnswersEarly: return "answers_early";
    case Behaviour::kFastMedium: return "fast_medium";
    case Behaviour::kChoosesLandmarks: return "chooses_landmarks";
    case Behaviour::kMovesLater: return "moves_later";
  }
  EARSHOT_CHECK(false);
}

std::string_view BehaviourWords(Behaviour behaviour) {
  switch (behaviour) {
    case Behaviour::kHonest: return "answers as it should";
    case Behaviour::kSilent: return "never answers";
    case Behaviour::kGoesSilent: return "stops answering";
    case Behaviour::kPadsDelay: return "pads its delay to look no nearer than declared";
    case Behaviour::kRelayed: return "enters the network through a relay";
    case Behaviour::kCareless: return "answers from elsewhere and hides nothing";
    case Behaviour::kReplaysAndForges: return "replays and forges answers";
    case Behaviour::kRevokedKey: return "signs under a revoked key";
    case Behaviour::kKeyElsewhere: return "answers by a key that is not in the chip";
    case Behaviour::kClonedKey: return "answers from two places under one key";
    case Behaviour::kAnswersEarly: return "answers before the question can have come";
    case Behaviour::kFastMedium: return "answers from elsewhere at the speed of light, padded";
    case Behaviour::kChoosesLandmarks: return "answers only the landmarks it likes";
    case Behaviour::kMovesLater: return "moves away while it is watched";
  }
  EARSHOT_CHECK(false);
}

const ScenarioPlace* Scenario::FindPlace(std::string_view id) const {
  for (const ScenarioPlace& place : places) {
    if (place.id == id) return &place;
  }
  return nullptr;
}

std::uint64_t Scenario::DeviceCount() const {
  std::uint64_t count = 0;
  for (const ScenarioFleet& fleet : fleets) count += fleet.count;
  return count;
}

void Scenario::NumberDevices() {
  std::map<std::string, std::uint32_t> next;
  for (ScenarioFleet& fleet : fleets) {
    std::uint32_t& number = next.try_emplace(fleet.id_prefix, 1).first->second;
    fleet.first_number = number;
    number += fleet.count;
  }
}

}  // namespace earshot
