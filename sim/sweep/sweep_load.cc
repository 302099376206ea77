#include "sim/sweep/sweep_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "core/base/quantity_text.h"
#include "core/base/suggest.h"
#include "core/config/text_proto.h"
#include "core/os/files.h"
#include "earshot/v1/scenario.pb.h"
#include "earshot/v1/sweep.pb.h"
#include "sim/fleet/round_world.h"
#include "sim/path/philox.h"
#include "sim/scenario/scenario_load.h"
#include "sim/scenario/scenario_proto.h"
#include "sim/sweep/scenario_change.h"

namespace earshot {
namespace {

constexpr std::size_t kNameLengthMax = 32;
// What stands before the errors of a changed scenario: lines of a file do not apply to it.
constexpr std::string_view kChanged = "point";
constexpr std::string_view kChangedPlace = "point:1:1: ";

struct Axis {
  std::string parameter;
  std::vector<std::string> values;
};

// The sweep as it stands, and what its points are made of.
class Loader {
 public:
  Loader(const v1::Sweep& proto, const TextProtoScope& scope) : proto_(proto), scope_(scope) {}

  Result<SweepPlan> Load(const std::string& file_name, const std::string& scenario_directory) {
    SweepPlan plan;
    EARSHOT_RETURN_IF_ERROR(CheckName(scope_, "name", proto_.name(), kNameLengthMax));
    plan.name = proto_.name();
    plan.question = proto_.question();
    plan.not_to_conclude.assign(proto_.not_to_conclude().begin(), proto_.not_to_conclude().end());
    EARSHOT_RETURN_IF_ERROR(ReadScenario(file_name, scenario_directory));
    plan.scenario = base_.name();
    EARSHOT_RETURN_IF_ERROR(ReadFidelity(&plan.fidelity));
    fidelity_ = plan.fidelity;
    EARSHOT_RETURN_IF_ERROR(ReadSets());
    EARSHOT_RETURN_IF_ERROR(ReadAxes());
    EARSHOT_RETURN_IF_ERROR(ReadSettings());
    for (const Axis& axis : axes_) plan.parameters.push_back(axis.parameter);
    EARSHOT_ASSIGN_OR_RETURN(const auto combinations, Combinations());
    EARSHOT_RETURN_IF_ERROR(AddPoints(combinations, &plan));
    EARSHOT_RETURN_IF_ERROR(ReadPicture(&plan));
    return plan;
  }

 private:
  using Values = std::vector<std::string>;  // one an axis

  Status ReadScenario(const std::string& file_name, const std::string& directory) {
    if (proto_.scenario().empty()) {
      return tl::unexpected(scope_.At("scenario", "none is named; name one, or its file"));
    }
    Result<std::string> path = FindScenario(proto_.scenario(), directory);
    if (!path.has_value()) return tl::unexpected(scope_.At("scenario", path.error()));
    if (*path == proto_.scenario()) path = ResolveBeside(file_name, *path);
    const auto parsed = TextProto::Load(*path, &base_);
    if (!parsed.has_value()) return tl::unexpected(scope_.At("scenario", parsed.error()));
    const auto sound = ScenarioFromProto(base_, parsed->root());
    if (!sound.has_value()) return tl::unexpected(scope_.At("scenario", sound.error()));
    seed_ = sound->seed;
    return {};
  }

  Status ReadFidelity(SweepFidelity* fidelity) {
    *fidelity = proto_.fidelity() == v1::SWEEP_FIDELITY_PACKET ? SweepFidelity::kPacket
                                                               : SweepFidelity::kRound;
    if (proto_.every().empty()) return {};
    if (*fidelity == SweepFidelity::kPacket) {
      return tl::unexpected(scope_.At("every", "rounds with every packet follow back to back; "
                                               "remove it, or write fidelity: SWEEP_FIDELITY_ROUND"));
    }
    const auto every = ParseDuration(proto_.every());
    if (!every.has_value()) return tl::unexpected(scope_.At("every", every.error()));
    if (*every <= Duration(0)) return tl::unexpected(scope_.At("every", "write more than 0"));
    every_ = *every;
    return {};
  }

  Status ReadSets() {
    std::vector<std::string> known;
    for (const auto& landmark : base_.landmarks()) known.push_back(landmark.id());
    for (int i = 0; i < proto_.landmark_sets_size(); ++i) {
      const v1::SweepLandmarkSet& set = proto_.landmark_sets(i);
      const TextProtoScope at = scope_.Nested("landmark_sets", i);
      EARSHOT_RETURN_IF_ERROR(CheckName(at, "name", set.name(), kNameLengthMax));
      for (int l = 0; l < set.landmarks_size(); ++l) {
        const std::string& id = set.landmarks(l);
        if (std::ranges::count(known, id) > 0) continue;
        return tl::unexpected(at.At(
            "landmarks", fmt::format("no landmark \"{}\"{}; known: {}", id, DidYouMean(id, known),
                                     fmt::join(known, ", ")), l));
      }
      if (set.landmarks().empty()) {
        return tl::unexpected(at.At("landmarks", "the set is empty; name landmarks"));
      }
      const auto [at_set, fresh] = sets_.try_emplace(set.name(), set.landmarks().begin(),
                                                     set.landmarks().end());
      if (!fresh) {
        return tl::unexpected(at.At("name", fmt::format("set \"{}\" exists already; name each once",
                                                        at_set->first)));
      }
    }
    return {};
  }

  // ---- axes ----

  struct RangeEnd {
    double number = 0;
    std::string unit;  // with what separates it from the number
  };
  static Result<RangeEnd> ReadEnd(const std::string& text) {
    RangeEnd end;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), end.number);
    if (error != std::errc() || !std::isfinite(end.number)) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("\"{}\" is no number, with or without a unit; write one", text));
    }
    end.unit = text.substr(static_cast<std::size_t>(rest - text.data()));
    return end;
  }

  struct Range {
    RangeEnd from;
    RangeEnd to;
    bool logarithmic = false;

    // At `share`, from 0 to 1, of the way. Six digits: what a person would write.
    std::string At(double share) const {
      const double number =
          logarithmic ? from.number * std::pow(to.number / from.number, share)
                      : from.number + (to.number - from.number) * share;
      return fmt::format("{:.6g}{}", number, from.unit);
    }
  };
  static Result<Range> ReadRange(const v1::SweepRange& proto, const TextProtoScope& at) {
    Range range;
    for (const auto& [field, text, end] : {std::tuple{"from", &proto.from(), &range.from},
                                           std::tuple{"to", &proto.to(), &range.to}}) {
      Result<RangeEnd> read = ReadEnd(*text);
      if (!read.has_value()) return tl::unexpected(at.At(field, read.error()));
      *end = *std::move(read);
    }
    range.logarithmic = proto.logarithmic();
    if (range.from.unit != range.to.unit) {
      return tl::unexpected(at.At("to", fmt::format("\"{}\" is not in the unit of \"{}\"; write both "
                                                    "in one unit", proto.to(), proto.from())));
    }
    if (!(range.from.number < range.to.number)) {
      return tl::unexpected(at.At("to", fmt::format("{} is not above {}; write the lower end first",
                                                    proto.to(), proto.from())));
    }
    if (range.logarithmic && range.from.number <= 0) {
      return tl::unexpected(at.At("from", "a logarithmic range begins above 0; write more"));
    }
    return range;
  }

  Status ReadAxes() {
    if (proto_.axes().empty()) {
      return tl::unexpected(scope_.At("axes", "there is none, so there is nothing to run; write what "
                                              "is to be varied"));
    }
    std::set<std::string> seen;
    for (int i = 0; i < proto_.axes_size(); ++i) {
      const TextProtoScope at = scope_.Nested("axes", i);
      const v1::SweepAxis& axis = proto_.axes(i);
      if (!seen.insert(axis.parameter()).second) {
        return tl::unexpected(at.At("parameter", fmt::format("\"{}\" is an axis already; write each "
                                                             "once", axis.parameter())));
      }
      EARSHOT_RETURN_IF_ERROR(ReadAxis(axis, at));
    }
    return {};
  }

  Status ReadAxis(const v1::SweepAxis& axis, const TextProtoScope& at) {
    Axis read{axis.parameter(), {axis.values().begin(), axis.values().end()}};
    if (axis.has_range() == !read.values.empty()) {
      return tl::unexpected(at.At("values", axis.has_range()
                                                ? "there is a range too; write one of them"
                                                : "the axis is empty, so there is nothing to run; "
                                                  "write values or a range"));
    }
    std::optional<Range> range;
    if (axis.has_range()) {
      const TextProtoScope at_range = at.Nested("range");
      EARSHOT_ASSIGN_OR_RETURN(range, ReadRange(axis.range(), at_range));
      const std::uint32_t steps = axis.range().steps();
      if (proto_.has_random() ? steps != 0 : steps < 2 || steps > kSweepPointsMax) {
        return tl::unexpected(at_range.At(
            "steps", proto_.has_random()
                         ? std::string("points are drawn from the whole range; remove it")
                         : fmt::format("{} steps; write 2 to {}", steps, kSweepPointsMax)));
      }
      for (std::uint32_t s = 0; s < steps; ++s) {
        read.values.push_back(range->At(static_cast<double>(s) / (steps - 1)));
      }
    }
    for (int i = 0; i < static_cast<int>(read.values.size()); ++i) {
      const std::string& value = read.values[static_cast<std::size_t>(i)];
      if (std::ranges::count(read.values, value) == 1) continue;
      return tl::unexpected(at.At(axis.has_range() ? "range" : "values",
                                  fmt::format("\"{}\" stands here twice; write each once", value),
                                  axis.has_range() ? 0 : i));
    }
    axes_.push_back(std::move(read));
    ranges_.push_back(std::move(range));
    return {};
  }

  Status ReadSettings() {
    for (int i = 0; i < proto_.settings_size(); ++i) {
      const v1::SweepSetting& setting = proto_.settings(i);
      const TextProtoScope at = scope_.Nested("settings", i);
      const bool varied = std::ranges::count(axes_, setting.parameter(), &Axis::parameter) > 0;
      if (varied) {
        return tl::unexpected(at.At("parameter", fmt::format("\"{}\" is an axis; remove one of both",
                                                             setting.parameter())));
      }
      settings_.push_back({setting.parameter(), setting.value()});
      const auto built = Build(settings_, seed_);
      if (built.has_value()) continue;
      return tl::unexpected(at.At(FieldToBlame(built.error(), "value"), Shown(built.error())));
    }
    return {};
  }

  // ---- points ----

  Result<std::vector<Values>> Combinations() {
    std::uint64_t count = proto_.has_random() ? proto_.random().points() : 1;
    if (!proto_.has_random()) {
      for (const Axis& axis : axes_) {
        count = std::min<std::uint64_t>(count * axis.values.size(), UINT32_MAX);
      }
    }
    const std::uint64_t seeds = proto_.has_seeds() ? proto_.seeds() : 1;
    if (count * seeds == 0 || count * seeds > kSweepPointsMax) {
      const bool too_few_seeds = seeds == 0;
      const std::string cause =
          fmt::format("{} points; write 1 to {}", count * seeds, kSweepPointsMax);
      if (proto_.has_random() && !too_few_seeds) {
        return tl::unexpected(scope_.Nested("random").At("points", cause));
      }
      return tl::unexpected(scope_.At(proto_.has_seeds() ? "seeds" : "axes", cause));
    }
    return proto_.has_random() ? Drawn(count) : Grid(count);
  }

  std::vector<Values> Grid(std::uint64_t count) const {
    std::vector<Values> grid;
    for (std::uint64_t n = 0; n < count; ++n) {
      Values values(axes_.size());
      std::uint64_t rest = n;
      for (std::size_t a = axes_.size(); a-- > 0; rest /= axes_[a].values.size()) {
        values[a] = axes_[a].values[rest % axes_[a].values.size()];
      }
      grid.push_back(std::move(values));
    }
    return grid;
  }

  std::vector<Values> Drawn(std::uint64_t count) const {
    std::vector<Values> drawn(count);
    for (std::size_t a = 0; a < axes_.size(); ++a) {
      PhiloxRandom random(PhiloxKey::For(proto_.random().seed(), axes_[a].parameter, "sweep"));
      for (Values& values : drawn) {
        constexpr std::uint64_t kSteps = 1'000'000;
        values.push_back(
            ranges_[a].has_value()
                ? ranges_[a]->At(static_cast<double>(random.NextBelow(kSteps + 1)) / kSteps)
                : axes_[a].values[random.NextBelow(axes_[a].values.size())]);
      }
    }
    return drawn;
  }

  std::vector<ScenarioChange> ChangesOf(const Values& values) const {
    std::vector<ScenarioChange> changes = settings_;
    for (std::size_t a = 0; a < values.size(); ++a) {
      changes.push_back({axes_[a].parameter, values[a]});
    }
    return changes;
  }

  // A point without number and values.
  Result<SweepPoint> Build(const std::vector<ScenarioChange>& changes, std::uint64_t seed) const {
    v1::Scenario changed = base_;
    changed.set_seed(seed);
    EARSHOT_RETURN_IF_ERROR(ChangeScenario(changes, sets_, &changed));
    v1::Scenario nothing;
    EARSHOT_ASSIGN_OR_RETURN(const TextProto nowhere, TextProto::Parse("", kChanged, &nothing));
    SweepPoint point;
    point.every = every_;
    EARSHOT_ASSIGN_OR_RETURN(point.scenario, ScenarioFromProto(changed, nowhere.root()));
    EARSHOT_RETURN_IF_ERROR(ChangeFleets(changes, &point.scenario, &point.every));
    if (std::ranges::any_of(point.scenario.fleets, [](const ScenarioFleet& fleet) {
          return fleet.life.retired.has_value();
        })) {
      return Fail(ErrorCode::kNotFound, "devices that retire are in no share of those at the end; "
                                        "remove retired_at");
    }
    if (fidelity_ == SweepFidelity::kRound) {
      RoundWorldOptions options;
      options.every = point.every;
      EARSHOT_RETURN_IF_ERROR(CheckRoundWorld(point.scenario, options));
    } else if (point.every != Duration(0)) {
      return Fail(ErrorCode::kNotFound, "rounds with every packet follow back to back; remove it, or "
                                        "write fidelity: SWEEP_FIDELITY_ROUND");
    }
    return point;
  }

  Status AddPoints(const std::vector<Values>& combinations, SweepPlan* plan) const {
    const std::uint32_t seeds = proto_.has_seeds() ? proto_.seeds() : 1;
    for (const Values& values : combinations) {
      const std::vector<ScenarioChange> changes = ChangesOf(values);
      const bool seeded = std::ranges::count(changes, "seed", &ScenarioChange::parameter) > 0;
      if (seeds > 1 && seeded) {
        return tl::unexpected(scope_.At("seeds", "a seed is given too; write one of them"));
      }
      for (std::uint32_t k = 0; k < seeds; ++k) {
        Result<SweepPoint> point = Build(changes, seed_ + k);
        if (!point.has_value()) return tl::unexpected(Blame(values, point.error()));
        point->number = static_cast<std::uint32_t>(plan->points.size());
        point->values = values;
        plan->points.push_back(*std::move(point));
      }
    }
    return {};
  }

  static const char* FieldToBlame(const Error& error, const char* value_field) {
    return error.code() == ErrorCode::kNotFound ? "parameter" : value_field;
  }
  static std::string_view Shown(const Error& error) {
    std::string_view text = error.message();
    if (text.starts_with(kChangedPlace)) text.remove_prefix(kChangedPlace.size());
    return text;
  }

  // The place of the first value that no scenario can have even by itself; else the combination's.
  Error Blame(const Values& values, const Error& error) const {
    for (std::size_t a = 0; a < axes_.size(); ++a) {
      std::vector<ScenarioChange> alone = settings_;
      alone.push_back({axes_[a].parameter, values[a]});
      const auto built = Build(alone, seed_);
      if (built.has_value()) continue;
      const TextProtoScope at = scope_.Nested("axes", static_cast<int>(a));
      const std::string cause = fmt::format("\"{}\": {}", values[a], Shown(built.error()));
      const char* const field =
          FieldToBlame(built.error(), ranges_[a].has_value() ? "range" : "values");
      const auto found = std::ranges::find(axes_[a].values, values[a]);
      const bool in_list = std::string_view(field) == "values";
      return at.At(field, cause,
                   in_list ? static_cast<int>(found - axes_[a].values.begin()) : 0);
    }
    std::string point;
    for (std::size_t a = 0; a < axes_.size(); ++a) {
      point += fmt::format("{}{} = {}", a == 0 ? "" : ", ", axes_[a].parameter, values[a]);
    }
    return scope_.At("axes", fmt::format("at {}: {}", point, Shown(error)));
  }

  Status ReadPicture(SweepPlan* plan) const {
    if (!proto_.has_picture()) return {};
    const v1::SweepPicture& picture = proto_.picture();
    const TextProtoScope at = scope_.Nested("picture");
    const auto find = [&](const char* field, const std::string& name, const char* what,
                          const std::vector<std::string>& known) -> Result<std::size_t> {
      const auto found = std::ranges::find(known, name);
      if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
      return tl::unexpected(at.At(field, fmt::format("no {} \"{}\"{}; known: {}", what, name,
                                                     DidYouMean(name, known),
                                                     fmt::join(known, ", "))));
    };
    SweepPicturePlan read;
    read.title = picture.title().empty() ? plan->question : picture.title();
    read.logarithmic_x = picture.logarithmic_x();
    EARSHOT_ASSIGN_OR_RETURN(read.x, find("x", picture.x(), "axis", plan->parameters));
    if (!picture.series().empty()) {
      EARSHOT_ASSIGN_OR_RETURN(read.series,
                               find("series", picture.series(), "axis", plan->parameters));
    }
    const std::vector<std::string> numbers(SweepColumns().begin(), SweepColumns().end() - 1);
    EARSHOT_ASSIGN_OR_RETURN(read.y, find("y", picture.y(), "column", numbers));
    plan->picture = std::move(read);
    return {};
  }

  const v1::Sweep& proto_;
  const TextProtoScope& scope_;
  v1::Scenario base_;
  std::uint64_t seed_ = 1;
  Duration every_{0};
  SweepFidelity fidelity_ = SweepFidelity::kRound;
  LandmarkSets sets_;
  std::vector<Axis> axes_;
  std::vector<std::optional<Range>> ranges_;  // by axis; none: its values are a list
  std::vector<ScenarioChange> settings_;
};

}  // namespace

Result<SweepPlan> ParseSweep(std::string_view text, const std::string& file_name,
                             const std::string& scenario_directory) {
  v1::Sweep proto;
  EARSHOT_ASSIGN_OR_RETURN(const TextProto parsed, TextProto::Parse(text, file_name, &proto));
  const TextProtoScope scope = parsed.root();
  return Loader(proto, scope).Load(file_name, scenario_directory);
}

Result<SweepPlan> LoadSweep(const std::string& path, const std::string& scenario_directory) {
  EARSHOT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseSweep(text, path, scenario_directory);
}

}  // namespace earshot
