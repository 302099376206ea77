#include "sim/attacks/attack_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/base/quantity_text.h"
#include "core/base/suggest.h"
#include "core/config/text_proto.h"
#include "earshot/v1/attacks.pb.h"

namespace earshot {
namespace {

constexpr std::size_t kAttackNameMax = 32;
constexpr std::array kOutcomes = {kCaught,          kUndecided,     kUndetected,      kProvedFalsely,
                                  kHonestConvicted, kHonestFlagged, kHonestUndecided, kHarmless};

Status OutcomeIsKnown(const TextProtoScope& at, std::string_view field, const std::string& outcome) {
  const std::vector<std::string> known(kOutcomes.begin(), kOutcomes.end());
  if (std::ranges::find(known, outcome) != known.end()) return {};
  return tl::unexpected(at.At(field, fmt::format("\"{}\" is no outcome{}; write one of {}", outcome,
                                                 DidYouMean(outcome, known),
                                                 fmt::join(known, ", "))));
}

Status CountermeasureIsSound(const v1::Countermeasure& measure, const TextProtoScope& at) {
  if (measure.words().empty()) return tl::unexpected(at.At("words", "empty; say what it is"));
  EARSHOT_RETURN_IF_ERROR(OutcomeIsKnown(at, "outcome_without", measure.outcome_without()));
  const bool takes_away =
      measure.remove_landmarks_size() > 0 || measure.has_liars_max() ||
      measure.has_domains_min() || measure.has_reference_agents() || !measure.silent_after().empty() ||
      measure.has_false_alarm_rate() || measure.has_session_keys_on_host() ||
      measure.forget_revocations() || measure.silence_the_clone() || measure.remove_honest();
  if (!takes_away) {
    return tl::unexpected(at.At("words", "nothing says what the world is without it; take "
                                         "something away"));
  }
  if (measure.silent_after().empty()) return {};
  if (const auto parsed = ParseDuration(measure.silent_after()); !parsed.has_value()) {
    return tl::unexpected(at.At("silent_after", parsed.error()));
  }
  return {};
}

Status CostIsSound(const v1::AttackCost& cost, const TextProtoScope& at) {
  if (!(cost.usd_low() >= 0 && cost.usd_high() >= cost.usd_low())) {
    return tl::unexpected(at.At("usd_high", fmt::format("{} to {} is no range; write the lower "
                                                        "figure first",
                                                        cost.usd_low(), cost.usd_high())));
  }
  for (const auto& [field, text] :
       {std::pair{"per", cost.per()}, std::pair{"equipment", cost.equipment()},
        std::pair{"skill", cost.skill()}, std::pair{"source", cost.source()}}) {
    if (!text.empty()) continue;
    return tl::unexpected(at.At(field, "empty; state it, and write \"assumption: ...\" as the source "
                                       "of what nobody published"));
  }
  return {};
}

Status AttackIsSound(const v1::Attack& attack, const TextProtoScope& at) {
  EARSHOT_RETURN_IF_ERROR(CheckName(at, "name", attack.name(), kAttackNameMax));
  if (attack.words().empty()) return tl::unexpected(at.At("words", "empty; say what is done"));
  if (attack.scenario().empty() == attack.not_run().empty()) {
    return tl::unexpected(at.At("scenario", "write either a scenario or, in not_run, why there is "
                                            "none"));
  }
  EARSHOT_RETURN_IF_ERROR(CostIsSound(attack.cost(), at.Nested("cost")));
  if (attack.scenario().empty()) return {};
  EARSHOT_RETURN_IF_ERROR(OutcomeIsKnown(at, "outcome", attack.outcome()));
  for (int i = 0; i < attack.countermeasures_size(); ++i) {
    EARSHOT_RETURN_IF_ERROR(
        CountermeasureIsSound(attack.countermeasures(i), at.Nested("countermeasures", i)));
  }
  return {};
}

Status ListIsSound(const v1::AttackList& list, const TextProtoScope& scope) {
  std::set<std::string> names;
  for (int i = 0; i < list.attacks_size(); ++i) {
    const TextProtoScope at = scope.Nested("attacks", i);
    EARSHOT_RETURN_IF_ERROR(AttackIsSound(list.attacks(i), at));
    if (!names.insert(list.attacks(i).name()).second) {
      return tl::unexpected(at.At("name", fmt::format("attack \"{}\" exists already; name each once",
                                                      list.attacks(i).name())));
    }
  }
  return {};
}

}  // namespace

Status LoadAttackList(const std::string& path, v1::AttackList* list) {
  EARSHOT_ASSIGN_OR_RETURN(const TextProto parsed, TextProto::Load(path, list));
  return ListIsSound(*list, parsed.root());
}

Status ParseAttackList(std::string_view text, std::string_view file_name, v1::AttackList* list) {
  EARSHOT_ASSIGN_OR_RETURN(const TextProto parsed, TextProto::Parse(text, file_name, list));
  return ListIsSound(*list, parsed.root());
}

}  // namespace earshot
