#include "sim/sweep/sweep_point.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <map>

#include "core/appraisal/outline_map.h"
#include "core/appraisal/policy_placement_test.h"
#include "core/base/binomial_interval.h"
#include "core/base/check.h"
#include "sim/fleet/round_world.h"
#include "sim/net/virtual_world.h"
#include "sim/scenario/resolve.h"

namespace earshot {
namespace {

// Devices of one kind, and their verdicts.
struct Side {
  std::uint64_t devices = 0;
  RoundCounts counts;

  std::uint64_t Last(Verdict verdict) const {
    return counts.last[static_cast<std::size_t>(verdict)];
  }
  // Of the verdicts that are flagged.
  std::uint64_t FlaggedLast() const { return SumFlagged(counts.last); }
  std::uint64_t Alarms() const { return SumFlagged(counts.raised); }

 private:
  static std::uint64_t SumFlagged(const std::array<std::uint64_t, kVerdictKinds>& by_verdict) {
    std::uint64_t sum = 0;
    for (std::size_t v = 0; v < kVerdictKinds; ++v) {
      if (IsFlagged(static_cast<Verdict>(v))) sum += by_verdict[v];
    }
    return sum;
  }
};

struct Found {
  Side honest;
  Side dishonest;
  std::uint32_t rounds = 0;
  Duration every{0};
  Bytes32 hash{};

  Side& Of(const ScenarioFleet& fleet) { return fleet.honest() ? honest : dishonest; }
};

Result<Found> RunRounds(const SweepPoint& point, const PlacementTest& test, const CountryMap& map,
                        unsigned threads) {
  RoundWorldOptions options;
  options.threads = threads;
  options.every = point.every;
  EARSHOT_ASSIGN_OR_RETURN(
      const auto world,
      RoundWorld::Create(point.scenario, PathModel::Measured2020(), test, map, options));
  world->Run();
  if (world->counts().audit_differences > 0) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("{} of {} audited verdicts are not those of the appraisal: a bug; run "
                            "the scenario at packet fidelity",
                            world->counts().audit_differences, world->counts().audited));
  }
  Found found;
  found.rounds = world->rounds();
  found.every = world->every();
  found.hash = world->Hash();
  for (std::size_t f = 0; f < point.scenario.fleets.size(); ++f) {
    Side& side = found.Of(point.scenario.fleets[f]);
    side.devices += point.scenario.fleets[f].count;
    side.counts.Add(world->counts(f));
  }
  return found;
}

// Counts as a run of rounds does, of one fleet of a run of packets.
class PacketFleet {
 public:
  explicit PacketFleet(std::uint32_t count) : headlines_(count), seen_(count, 0) {}

  void Count(std::uint32_t device, Verdict headline, std::uint32_t round) {
    counts_.Count(headlines_[device], seen_[device], headline, round);
    headlines_[device] = headline;
    seen_[device] |= SetOf(headline);
  }
  RoundCounts counts() const {
    RoundCounts counts = counts_;
    for (std::size_t d = 0; d < seen_.size(); ++d) {
      if (seen_[d] != 0) ++counts.last[static_cast<std::size_t>(headlines_[d])];
      for (std::size_t v = 0; v < kVerdictKinds; ++v) {
        counts.ever[v] += (seen_[d] & SetOf(static_cast<Verdict>(v))) != 0 ? 1U : 0U;
      }
    }
    return counts;
  }

 private:
  std::vector<Verdict> headlines_;
  std::vector<VerdictSet> seen_;
  RoundCounts counts_;
};

Result<Found> RunPackets(const SweepPoint& point, const PlacementTest& test, const CountryMap& map,
                         unsigned threads) {
  EARSHOT_ASSIGN_OR_RETURN(
      const ResolvedScenario resolved,
      ResolveScenario(point.scenario, PathModel::Measured2020(), {}));
  VirtualWorldOptions options;
  options.threads = threads;
  EARSHOT_ASSIGN_OR_RETURN(const auto world, VirtualWorld::Create(resolved, test, map, options));
  const std::vector<ScenarioFleet>& fleets = resolved.scenario.fleets;
  std::vector<PacketFleet> tallies;
  for (const ScenarioFleet& fleet : fleets) tallies.emplace_back(fleet.count);
  for (std::uint32_t round = 0; world->RunRound(); ++round) {
    world->DropBundles();
    const auto verdicts = world->Verdicts();
    for (std::size_t f = 0; f < fleets.size(); ++f) {
      for (std::uint32_t d = 0; d < fleets[f].count; ++d) {
        const auto verdict = verdicts.find(DeviceName(fleets[f], d));
        tallies[f].Count(d,
                         verdict == verdicts.end() ? Verdict::kIndeterminate
                                                   : verdict->second.appraisal.headline,
                         round);
      }
    }
  }
  Found found;
  found.rounds = world->rounds();
  found.every = resolved.scenario.rounds.length;
  found.hash = world->event_hash();
  for (std::size_t f = 0; f < fleets.size(); ++f) {
    Side& side = found.Of(fleets[f]);
    side.devices += fleets[f].count;
    side.counts.Add(tallies[f].counts());
  }
  return found;
}

// A name and its value, in the order of the columns.
struct Cell {
  std::string name;
  std::string value;
};

std::string Number(std::uint64_t number) { return fmt::format("{}", number); }
std::string Share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "";
  return fmt::format("{}", static_cast<double>(part) / static_cast<double>(whole));
}

void AddInterval(const std::string& name, std::uint64_t part, std::uint64_t whole,
                 std::vector<Cell>* cells) {
  const BinomialInterval interval = ClopperPearson(part, whole);
  cells->push_back({name + "_share", Share(part, whole)});
  cells->push_back({name + "_low", whole == 0 ? "" : fmt::format("{}", interval.low)});
  cells->push_back({name + "_high", whole == 0 ? "" : fmt::format("{}", interval.high)});
}

// "unexplained_delay".
std::string ColumnName(Verdict verdict) {
  std::string name(VerdictName(verdict));
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

void AddSide(const std::string& name, const Side& side, std::vector<Cell>* cells) {
  cells->push_back({name, Number(side.devices)});
  for (std::size_t v = 0; v < kVerdictKinds; ++v) {
    const std::string verdict = name + "_" + ColumnName(static_cast<Verdict>(v));
    cells->push_back({verdict + "_last", Number(side.counts.last[v])});
    cells->push_back({verdict + "_ever", Number(side.counts.ever[v])});
  }
  cells->push_back({name + "_flagged_last", Number(side.FlaggedLast())});
  cells->push_back({name + "_flagged_ever", Number(side.counts.first_flagged)});
  cells->push_back({name + "_alarms", Number(side.Alarms())});
}

std::string AlarmsPerYear(const Found& found) {
  constexpr double kYearSeconds = 365.25 * 86'400;
  const double seconds = ToSeconds(found.every) * found.rounds;
  if (found.honest.devices == 0 || seconds <= 0) return "";
  return fmt::format("{}", 1e6 * static_cast<double>(found.honest.Alarms()) * kYearSeconds /
                               (static_cast<double>(found.honest.devices) * seconds));
}

// From the beginning of the run to the end of the round that flagged a device first.
std::string FirstFlag(const Found& found, const ScenarioRounds& rounds) {
  const RoundCounts& counts = found.dishonest.counts;
  if (counts.first_flagged == 0) return "";
  const double mean_round = static_cast<double>(counts.first_flag_rounds) /
                            static_cast<double>(counts.first_flagged);
  return fmt::format("{}", ToSeconds(rounds.first_after + rounds.length) +
                               mean_round * ToSeconds(found.every));
}

std::vector<Cell> CellsOf(const Found& found, const ScenarioRounds& rounds) {
  std::vector<Cell> cells = {{"rounds", Number(found.rounds)}};
  AddSide("honest", found.honest, &cells);
  AddSide("dishonest", found.dishonest, &cells);
  const Side& honest = found.honest;
  const Side& dishonest = found.dishonest;
  AddInterval("honest_flagged", honest.counts.first_flagged, honest.devices, &cells);
  cells.push_back({"honest_verified_share", Share(honest.Last(Verdict::kVerified), honest.devices)});
  cells.push_back({"honest_alarms_per_year_per_million", AlarmsPerYear(found)});
  AddInterval("caught", dishonest.FlaggedLast(), dishonest.devices, &cells);
  AddInterval("contradicted", dishonest.Last(Verdict::kContradicted), dishonest.devices, &cells);
  AddInterval("cleared", dishonest.Last(Verdict::kVerified), dishonest.devices, &cells);
  cells.push_back({"first_flag_s", FirstFlag(found, rounds)});
  cells.push_back({"verdict_hash", HexEncode(found.hash).substr(0, 16)});
  return cells;
}

}  // namespace

const std::vector<std::string>& SweepColumns() {
  static const std::vector<std::string> columns = [] {
    std::vector<std::string> names;
    for (const Cell& cell : CellsOf(Found(), ScenarioRounds())) names.push_back(cell.name);
    return names;
  }();
  return columns;
}

Result<SweepRow> RunSweepPoint(SweepFidelity fidelity, const SweepPoint& point, unsigned threads) {
  const PolicyPlacementTest test;
  const OutlineMap map;
  EARSHOT_ASSIGN_OR_RETURN(const Found found, fidelity == SweepFidelity::kRound
                                                  ? RunRounds(point, test, map, threads)
                                                  : RunPackets(point, test, map, threads));
  SweepRow row{point.number, {}};
  for (Cell& cell : CellsOf(found, point.scenario.rounds)) row.cells.push_back(std::move(cell.value));
  return row;
}

}  // namespace earshot
