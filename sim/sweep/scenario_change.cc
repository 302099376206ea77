#include "sim/sweep/scenario_change.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "core/appraisal/alarm_budget.h"
#include "core/appraisal/policy_placement_test.h"
#include "core/base/quantity_text.h"
#include "core/base/suggest.h"
#include "earshot/v1/scenario.pb.h"
#include "sim/path/philox.h"
#include "sim/scenario/resolve.h"

namespace earshot {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

tl::unexpected<Error> Wrong(std::string cause) {
  return Fail(ErrorCode::kInvalidArgument, std::move(cause));
}

// Not the value but the parameter.
tl::unexpected<Error> NoParameter(std::string cause) {
  return Fail(ErrorCode::kNotFound, std::move(cause));
}

template <typename Number>
std::optional<Number> WholeText(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<std::uint32_t> ReadCount(const std::string& text, std::uint32_t most) {
  const auto number = WholeText<std::uint32_t>(text);
  if (number.has_value() && *number >= 1 && *number <= most) return *number;
  return Wrong(fmt::format("\"{}\" is no number of them; write a whole number from 1 to {}", text,
                           most));
}

// ---- a field of the scenario ----

// One part of a parameter: "fleets[2]" is field "fleets", key "2".
struct PathPart {
  std::string field;
  std::optional<std::string> key;
};

Result<PathPart> ReadPart(std::string_view text) {
  const std::size_t open = text.find('[');
  if (open == std::string_view::npos) return PathPart{std::string(text), std::nullopt};
  if (!text.ends_with(']') || text.size() < open + 3) {
    return NoParameter(fmt::format("\"{}\" is no part of a scenario; write as in \"fleets[0]\"", text));
  }
  return PathPart{std::string(text.substr(0, open)),
                  std::string(text.substr(open + 1, text.size() - open - 2))};
}

// Names of the special parameters, beside the fields of a scenario.
constexpr std::array<std::string_view, 6> kCountingParameters = {
    "every", "landmark_set", "landmark_count", "devices", "dishonest_share", "alarm_budget"};

Result<const FieldDescriptor*> FindField(const Message& message, const std::string& name,
                                         bool outermost) {
  const auto* type = message.GetDescriptor();
  if (const FieldDescriptor* field = type->FindFieldByName(name)) return field;
  std::vector<std::string> known;
  for (int i = 0; i < type->field_count(); ++i) known.push_back(type->field(i)->name());
  if (outermost) known.insert(known.end(), kCountingParameters.begin(), kCountingParameters.end());
  return NoParameter(fmt::format("unknown parameter \"{}\"{}; known here: {}", name,
                           DidYouMean(name, known), fmt::join(known, ", ")));
}

// The element of a list by its number, from 0, or by its id.
Result<int> FindElement(const Message& message, const FieldDescriptor* field,
                        const std::string& key) {
  const auto* reflection = message.GetReflection();
  const int size = reflection->FieldSize(message, field);
  if (const auto number = WholeText<int>(key); number.has_value()) {
    if (*number >= 0 && *number < size) return *number;
    return NoParameter(fmt::format("there are {} {}; write a number from 0 to {}", size, field->name(),
                             size - 1));
  }
  const auto* type = field->message_type();
  const FieldDescriptor* id = type->FindFieldByName("id");
  if (id == nullptr) id = type->FindFieldByName("id_prefix");
  std::vector<std::string> known;
  std::vector<int> found;
  for (int i = 0; id != nullptr && i < size; ++i) {
    const Message& element = reflection->GetRepeatedMessage(message, field, i);
    known.push_back(element.GetReflection()->GetString(element, id));
    if (known.back() == key) found.push_back(i);
  }
  if (found.size() == 1) return found.front();
  return NoParameter(found.empty()
                   ? fmt::format("no \"{}\" among {}{}; known: {}", key, field->name(),
                                 DidYouMean(key, known), fmt::join(known, ", "))
                   : fmt::format("{} of {} are called \"{}\"; write a number from 0 to {}",
                                 found.size(), field->name(), key, size - 1));
}

Status SetEnum(const FieldDescriptor* field, const std::string& text, Message* message) {
  const auto* type = field->enum_type();
  if (const auto* value = type->FindValueByName(text)) {
    message->GetReflection()->SetEnum(message, field, value);
    return {};
  }
  std::vector<std::string> known;
  for (int i = 0; i < type->value_count(); ++i) known.push_back(type->value(i)->name());
  return Wrong(fmt::format("unknown value \"{}\"{}; known: {}", text, DidYouMean(text, known),
                           fmt::join(known, ", ")));
}

Status SetField(const FieldDescriptor* field, const std::string& text, Message* message) {
  const auto* reflection = message->GetReflection();
  const auto refuse = [&](std::string_view wanted) {
    return Wrong(fmt::format("\"{}\" is none of its values; write {}", text, wanted));
  };
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: reflection->SetString(message, field, text); return {};
    case FieldDescriptor::CPPTYPE_ENUM: return SetEnum(field, text, message);
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return refuse("true or false");
      reflection->SetBool(message, field, text == "true");
      return {};
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      const auto number = WholeText<double>(text);
      if (!number.has_value() || !std::isfinite(*number)) return refuse("a number without a unit");
      reflection->SetDouble(message, field, *number);
      return {};
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      const auto number = WholeText<std::uint32_t>(text);
      if (!number.has_value()) return refuse("a whole number from 0 up");
      reflection->SetUInt32(message, field, *number);
      return {};
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      const auto number = WholeText<std::uint64_t>(text);
      if (!number.has_value()) return refuse("a whole number from 0 up");
      reflection->SetUInt64(message, field, *number);
      return {};
    }
    default: return NoParameter("it holds more than one value; name a field of it");
  }
}

Status ChangeField(const ScenarioChange& change, v1::Scenario* scenario) {
  Message* message = scenario;
  std::string_view rest = change.parameter;
  for (bool outermost = true;; outermost = false) {
    const std::size_t dot = rest.find('.');
    EARSHOT_ASSIGN_OR_RETURN(const PathPart part, ReadPart(rest.substr(0, dot)));
    EARSHOT_ASSIGN_OR_RETURN(const FieldDescriptor* const field,
                             FindField(*message, part.field, outermost));
    const bool last = dot == std::string_view::npos;
    const bool nested = field->message_type() != nullptr;
    if (field->is_repeated() != part.key.has_value() || (field->is_repeated() && !nested)) {
      return NoParameter(field->is_repeated() && nested
                       ? fmt::format("\"{}\" is a list; say which, as in \"{}[0]\"", part.field,
                                     part.field)
                       : fmt::format("\"{}\" cannot be varied; vary a single value", part.field));
    }
    if (nested == last) {
      return NoParameter(nested ? fmt::format("\"{}\" holds more than one value; name a field of it, as "
                                        "in \"{}.{}\"",
                                        part.field, part.field,
                                        field->message_type()->field(0)->name())
                          : fmt::format("\"{}\" has no fields of its own; end there", part.field));
    }
    if (last) return SetField(field, change.value, message);
    if (part.key.has_value()) {
      EARSHOT_ASSIGN_OR_RETURN(const int index, FindElement(*message, field, *part.key));
      message = message->GetReflection()->MutableRepeatedMessage(message, field, index);
    } else {
      message = message->GetReflection()->MutableMessage(message, field);
    }
    rest.remove_prefix(dot + 1);
  }
}

// ---- what counts ----

void KeepLandmarks(const std::set<int>& kept, v1::Scenario* scenario) {
  google::protobuf::RepeatedPtrField<v1::ScenarioLandmark> landmarks;
  for (const int i : kept) *landmarks.Add() = scenario->landmarks(i);
  scenario->mutable_landmarks()->Swap(&landmarks);
}

Status ChooseLandmarkSet(const std::string& name, const LandmarkSets& sets,
                         v1::Scenario* scenario) {
  const auto set = sets.find(name);
  if (set == sets.end()) {
    std::vector<std::string> known;
    for (const auto& [other, ids] : sets) known.push_back(other);
    return Wrong(fmt::format("no landmark set \"{}\"{}; known: {}", name, DidYouMean(name, known),
                             fmt::join(known, ", ")));
  }
  std::set<int> kept;
  const auto* const field = scenario->GetDescriptor()->FindFieldByName("landmarks");
  for (const std::string& id : set->second) {
    EARSHOT_ASSIGN_OR_RETURN(const int index, FindElement(*scenario, field, id));
    kept.insert(index);
  }
  KeepLandmarks(kept, scenario);
  return {};
}

Status ChooseLandmarkCount(const std::string& text, v1::Scenario* scenario) {
  EARSHOT_ASSIGN_OR_RETURN(
      const std::uint32_t wanted,
      ReadCount(text, static_cast<std::uint32_t>(scenario->landmarks_size())));
  std::vector<int> order;
  for (int i = 0; i < scenario->landmarks_size(); ++i) order.push_back(i);
  PhiloxRandom random(PhiloxKey::For(scenario->seed(), "landmarks", "sweep"));
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(random.NextBelow(i))]);
  }
  const std::uint32_t domains_min = scenario->policy().has_domains_min()
                                        ? scenario->policy().domains_min()
                                        : Policy().domains_min;
  std::set<std::string> domains;
  std::vector<int> first;
  std::vector<int> rest;
  for (const int i : order) {
    const bool fresh = domains.size() < domains_min &&
                       domains.insert(scenario->landmarks(i).trust_domain()).second;
    (fresh ? first : rest).push_back(i);
  }
  first.insert(first.end(), rest.begin(), rest.end());
  KeepLandmarks({first.begin(), first.begin() + wanted}, scenario);
  return {};
}

// Gives the fleets that are honest, or those that are not, `devices` in all, in their proportions;
// what rounding leaves goes to the first of them.
void ShareAmong(bool honest, std::uint64_t devices, Scenario* scenario) {
  std::uint64_t before = 0;
  std::vector<ScenarioFleet*> fleets;
  for (ScenarioFleet& fleet : scenario->fleets) {
    if (fleet.honest() != honest) continue;
    before += fleet.count;
    fleets.push_back(&fleet);
  }
  std::uint64_t left = devices;
  for (ScenarioFleet* const fleet : fleets) {
    fleet->count = static_cast<std::uint32_t>(devices * fleet->count / before);
    left -= fleet->count;
  }
  for (std::size_t i = 0; left > 0; i = (i + 1) % fleets.size(), --left) ++fleets[i]->count;
}

Status ChangeDishonestShare(const std::string& text, Scenario* scenario) {
  const auto share = WholeText<double>(text);
  if (!share.has_value() || !(*share >= 0 && *share <= 1)) {
    return Wrong(fmt::format("\"{}\" is no share; write a number from 0 to 1", text));
  }
  const std::uint64_t all = scenario->DeviceCount();
  const auto honest = std::ranges::count_if(scenario->fleets, &ScenarioFleet::honest);
  if (honest == 0 || static_cast<std::size_t>(honest) == scenario->fleets.size()) {
    return Wrong(fmt::format("every fleet of the scenario is {}; a share needs fleets of both kinds",
                             honest == 0 ? "dishonest" : "honest"));
  }
  const auto wanted = static_cast<std::uint64_t>(std::llround(*share * static_cast<double>(all)));
  ShareAmong(false, wanted, scenario);
  ShareAmong(true, all - wanted, scenario);
  std::erase_if(scenario->fleets, [](const ScenarioFleet& fleet) { return fleet.count == 0; });
  scenario->NumberDevices();
  return {};
}

Status ChangeDevices(const std::string& text, Scenario* scenario) {
  EARSHOT_ASSIGN_OR_RETURN(const std::uint32_t devices, ReadCount(text, kScenarioDevicesMax));
  return AdjustScenario({{}, {}, devices}, scenario);
}

Status ChangeEvery(const std::string& text, Duration* every) {
  EARSHOT_ASSIGN_OR_RETURN(*every, ParseDuration(text));
  if (*every > Duration(0)) return {};
  return Wrong(fmt::format("\"{}\" is no time from round to round; write more than 0", text));
}

// What the policy's tests may ask for so that the fleet keeps within `text` false alarms a year.
Status ChangeAlarmBudget(const std::string& text, Duration every, Scenario* scenario) {
  const auto alarms = WholeText<double>(text);
  if (!alarms.has_value() || !(*alarms > 0)) {
    return Wrong(fmt::format("\"{}\" is no number of alarms a year; write one above 0", text));
  }
  std::set<std::string> sites;
  for (const ScenarioFleet& fleet : scenario->fleets) sites.insert(fleet.declared_place);
  Policy& policy = scenario->policy;
  const bool watches = policy.change_alarm_rate > 0;
  BudgetQuestion question{
      .alarms_per_year = *alarms,
      .fleet = {scenario->DeviceCount(), sites.size(),
                static_cast<std::uint32_t>(scenario->landmarks.size())},
      .cadence = every > Duration(0) ? every : scenario->rounds.length,
      .parts = watches ? BudgetParts{0.5, 0.5, 0} : BudgetParts{1, 0, 0},
      .accept_extrapolation = true};  // what the test can state is asked below
  question.change.rounds_per_block = policy.change_block_rounds;
  EARSHOT_ASSIGN_OR_RETURN(const AlarmBudget budget, PlanAlarms(question));
  policy.false_alarm_rate = budget.placement_rate;
  if (watches) policy.change_alarm_rate = budget.change.ever_alarm;
  return PolicyPlacementTest().CheckRate(policy);
}

// The value that `changes` give a parameter, the last one if several do; null: none.
const std::string* ValueOf(std::string_view parameter, const std::vector<ScenarioChange>& changes) {
  const std::string* value = nullptr;
  for (const ScenarioChange& change : changes) {
    if (change.parameter == parameter) value = &change.value;
  }
  return value;
}

}  // namespace

Status ChangeScenario(const std::vector<ScenarioChange>& changes, const LandmarkSets& sets,
                      v1::Scenario* scenario) {
  for (const ScenarioChange& change : changes) {
    if (std::ranges::count(kCountingParameters, change.parameter) > 0) continue;
    EARSHOT_RETURN_IF_ERROR(ChangeField(change, scenario));
  }
  if (const std::string* const name = ValueOf("landmark_set", changes)) {
    EARSHOT_RETURN_IF_ERROR(ChooseLandmarkSet(*name, sets, scenario));
  }
  const std::string* const count = ValueOf("landmark_count", changes);
  return count == nullptr ? Status() : ChooseLandmarkCount(*count, scenario);
}

Status ChangeFleets(const std::vector<ScenarioChange>& changes, Scenario* scenario,
                    Duration* every) {
  if (const std::string* const text = ValueOf("every", changes)) {
    EARSHOT_RETURN_IF_ERROR(ChangeEvery(*text, every));
  }
  if (const std::string* const text = ValueOf("devices", changes)) {
    EARSHOT_RETURN_IF_ERROR(ChangeDevices(*text, scenario));
  }
  if (const std::string* const share = ValueOf("dishonest_share", changes)) {
    EARSHOT_RETURN_IF_ERROR(ChangeDishonestShare(*share, scenario));
  }
  const std::string* const alarms = ValueOf("alarm_budget", changes);
  if (alarms == nullptr) return {};
  if (ValueOf("policy.false_alarm_rate", changes) != nullptr) {
    return Wrong("an alarm_budget sets policy.false_alarm_rate; vary one of them");
  }
  return ChangeAlarmBudget(*alarms, *every, scenario);
}

}  // namespace earshot
