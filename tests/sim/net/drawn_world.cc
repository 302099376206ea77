#include "tests/sim/net/drawn_world.h"

#include <algorithm>
#include <array>

#include "core/geo/wgs84.h"

namespace earshot {
namespace {

struct City {
  const char* id;
  const char* country;
  double latitude;
  double longitude;
};
constexpr std::array<City, 24> kCities = {{
    {"singapore", "SG", 1.2966, 103.852},    {"johor-bahru", "MY", 1.4927, 103.7414},
    {"kuala-lumpur", "MY", 3.139, 101.6869}, {"jakarta", "ID", -6.2088, 106.8456},
    {"bangkok", "TH", 13.7563, 100.5018},    {"hanoi", "VN", 21.0278, 105.8342},
    {"hong-kong", "HK", 22.3193, 114.1694},  {"shenzhen", "CN", 22.5431, 114.0579},
    {"shanghai", "CN", 31.2304, 121.4737},   {"beijing", "CN", 39.9042, 116.4074},
    {"taipei", "TW", 25.033, 121.5654},      {"tokyo", "JP", 35.6762, 139.6503},
    {"seoul", "KR", 37.5665, 126.978},       {"mumbai", "IN", 19.076, 72.8777},
    {"sydney", "AU", -33.8688, 151.2093},    {"frankfurt", "DE", 50.1109, 8.6821},
    {"amsterdam", "NL", 52.3676, 4.9041},    {"london", "GB", 51.5074, -0.1278},
    {"moscow", "RU", 55.7558, 37.6173},      {"dallas", "US", 32.7767, -96.797},
    {"seattle", "US", 47.6062, -122.3321},   {"sao-paulo", "BR", -23.5505, -46.6333},
    {"nairobi", "KE", -1.2921, 36.8219},     {"abu-dhabi", "AE", 24.4539, 54.3773},
}};

CountryCode Code(const char* text) { return CountryCode::Unchecked(text[0], text[1]); }

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(PhiloxKey::For(seed, "world", "drawn")) {}
  std::uint32_t Below(std::uint32_t n) { return static_cast<std::uint32_t>(random_.NextBelow(n)); }
  bool Chance(double probability) { return random_.NextUnit() < probability; }
  double Unit() { return random_.NextUnit(); }
  std::string City() { return kCities[Below(kCities.size())].id; }
  // A city in the neighbourhood, more often than not: far landmarks say little.
  std::string CityNear(std::string_view id) {
    const auto at = static_cast<std::uint32_t>(
        std::ranges::find(kCities, id, [](const auto& city) { return std::string_view(city.id); }) -
        kCities.begin());
    if (Chance(0.3)) return City();
    const std::uint32_t low = at < 3 ? 0 : at - 3;
    return kCities[std::min<std::uint32_t>(low + Below(7), kCities.size() - 1)].id;
  }

 private:
  PhiloxRandom random_;
};

void AddPlaces(Scenario* scenario) {
  for (const City& city : kCities) {
    scenario->places.push_back({city.id, city.id, Code(city.country),
                                *Position::FromDegrees(city.latitude, city.longitude)});
  }
}

void AddLandmarks(const std::string& centre, const DrawnWorldOptions& options, Dice* dice,
                  Scenario* scenario) {
  const std::uint32_t domains = scenario->policy.liars_max + 1 + dice->Below(4);
  const std::uint32_t count = domains + dice->Below(2);
  scenario->policy.domains_min = scenario->policy.liars_max + 1;
  std::set<std::uint32_t> liars;
  while (options.liars && liars.size() < scenario->policy.liars_max) liars.insert(dice->Below(domains));
  for (std::uint32_t i = 0; i < count; ++i) {
    ScenarioLandmark landmark;
    const std::uint32_t domain = i < domains ? i : dice->Below(domains);
    landmark.id = LandmarkId("l-" + std::to_string(i));
    landmark.place = i == 0 ? centre : dice->CityNear(centre);
    landmark.domain = TrustDomain("d-" + std::to_string(domain));
    landmark.operator_name = "drawn";
    landmark.jurisdiction = scenario->FindPlace(landmark.place)->country;
    if (liars.contains(domain)) {
      const Duration lie = std::chrono::microseconds(dice->Below(200'000));
      (dice->Chance(0.5) ? landmark.shortens_rtt_by : landmark.lengthens_rtt_by) = lie;
    }
    scenario->landmarks.push_back(landmark);
  }
}

ScenarioFleet DrawFleet(const std::string& centre, const DrawnWorldOptions& options, Dice* dice,
                        const Scenario& scenario) {
  ScenarioFleet fleet;
  fleet.owner = "drawn";
  fleet.model = "drawn";
  fleet.declared_place = dice->CityNear(centre);
  fleet.actual_place = fleet.declared_place;
  fleet.declared_radius = Distance::Kilometres(1 + dice->Below(300));
  const CountryCode home = scenario.FindPlace(fleet.declared_place)->country;
  if (dice->Chance(0.2)) {
    fleet.licence = {LicenceTerms::Kind::kAllowed, {home}};
  } else {
    std::set<CountryCode> excluded = {Code("CN")};
    for (std::uint32_t more = dice->Below(3); more > 0; --more) {
      excluded.insert(scenario.FindPlace(dice->City())->country);
    }
    excluded.erase(home);
    if (home == Code("HK")) excluded.erase(Code("CN"));
    if (excluded.empty()) excluded.insert(Code("IR"));
    fleet.licence = {LicenceTerms::Kind::kExcluded, {excluded.begin(), excluded.end()}};
  }
  if (!options.attacks || dice->Chance(0.3)) return fleet;
  constexpr std::array kBehaviours = {Behaviour::kCareless,         Behaviour::kPadsDelay,
                                      Behaviour::kRelayed,          Behaviour::kReplaysAndForges,
                                      Behaviour::kRevokedKey,       Behaviour::kGoesSilent,
                                      Behaviour::kCareless};
  fleet.behaviour = kBehaviours[dice->Below(kBehaviours.size())];
  fleet.session_keys_on_host = dice->Chance(0.1);
  if (fleet.behaviour == Behaviour::kGoesSilent) fleet.silent_from = scenario.duration / 2;
  if (fleet.behaviour == Behaviour::kRelayed) fleet.relay_place = fleet.declared_place;
  while (fleet.actual_place == fleet.declared_place) {
    fleet.actual_place = dice->Chance(0.5) ? dice->City() : dice->CityNear(fleet.declared_place);
  }
  return fleet;
}

void DrawNetwork(Dice* dice, ScenarioNetwork* network) {
  network->jitter = std::chrono::microseconds(dice->Below(3000));
  network->loss = dice->Chance(0.5) ? 0.3 * dice->Unit() : 0;
  network->duplicate = dice->Chance(0.5) ? 0.5 * dice->Unit() : 0;
  network->reorder = dice->Chance(0.5) ? 0.5 * dice->Unit() : 0;
  network->corrupt = dice->Chance(0.5) ? 0.05 * dice->Unit() : 0;
}

// Light's own time, rounded up: by the true place, or by the declared one where that is farther and
// the device pads.
void MakeLightSpeed(ResolvedScenario* resolved) {
  for (ResolvedPath& path : resolved->paths) {
    const ResolvedDevice& device = resolved->devices[path.device];
    const Position landmark = resolved->LandmarkPosition(path.landmark);
    const auto light = [&](Position from) {
      return RoundTripOver(GeodesicDistance(from, landmark), kSpeedOfLight).duration() + Duration(1);
    };
    Duration rtt = light(resolved->ActualPosition(device));
    if (!device.reference_for.has_value()) {
      const ScenarioFleet& fleet = resolved->scenario.fleets[device.fleet];
      if (fleet.behaviour == Behaviour::kPadsDelay) {
        rtt = std::max(rtt, light(resolved->scenario.FindPlace(fleet.declared_place)->position));
      }
    }
    path.forward = rtt / 2;
    path.backward = rtt - path.forward;
  }
}

}  // namespace

ResolvedScenario DrawWorld(std::uint64_t seed, const DrawnWorldOptions& options) {
  Dice dice(seed);
  Scenario scenario;
  scenario.name = "drawn";
  scenario.seed = seed;
  scenario.policy.liars_max = dice.Below(3);
  scenario.policy.round_length = scenario.rounds.length = std::chrono::seconds(2);
  scenario.policy.silent_after = std::chrono::seconds(3);
  scenario.rounds.first_after = std::chrono::milliseconds(1500);
  scenario.rounds.trains = 1 + dice.Below(2);
  scenario.duration = scenario.rounds.first_after + (1 + dice.Below(2)) * scenario.rounds.length;
  scenario.reference_agents = dice.Chance(0.25);
  AddPlaces(&scenario);
  const std::string centre = dice.City();
  AddLandmarks(centre, options, &dice, &scenario);
  for (std::uint32_t fleets = 1 + dice.Below(3); fleets > 0; --fleets) {
    scenario.fleets.push_back(DrawFleet(centre, options, &dice, scenario));
    scenario.fleets.back().id_prefix = "F" + std::to_string(fleets);
  }
  if (options.faults) DrawNetwork(&dice, &scenario.network);
  if (!options.faults) scenario.network.jitter = Duration(0);
  const bool light_speed = dice.Chance(1.0 / 3);
  Result<ResolvedScenario> resolved =
      ResolveScenario(scenario, PathModel::Measured2020(), ResolveOptions{});
  EARSHOT_CHECK(resolved.has_value());
  if (light_speed) MakeLightSpeed(&*resolved);
  return *std::move(resolved);
}

void AddDrawnWeather(std::uint64_t seed, bool cuts, Scenario* scenario) {
  Dice dice(~seed);
  const auto moment = [&] {
    return Duration(static_cast<std::int64_t>(
        dice.Unit() * static_cast<double>(scenario->duration.count())));
  };
  ScenarioNetwork& network = scenario->network;
  ScenarioRouteChange stated;
  stated.when.from = moment();
  stated.adds_at_most = std::chrono::milliseconds(1 + dice.Below(100));
  stated.share = dice.Unit();
  network.route_changes.push_back(stated);
  ScenarioRouteChange drawn = stated;
  drawn.when = {};
  drawn.when.every = std::chrono::seconds(1 + dice.Below(3));
  network.route_changes.push_back(drawn);
  network.daily_rhythm = {std::chrono::milliseconds(1 + dice.Below(50)),
                          std::chrono::hours(dice.Below(24))};
  ScenarioCongestion congestion;
  congestion.when.every = std::chrono::seconds(2);
  congestion.when.lasts = std::chrono::seconds(1);
  congestion.adds = std::chrono::milliseconds(1 + dice.Below(100));
  network.congestion.push_back(congestion);
  if (!cuts) return;
  ScenarioCut cut;
  cut.places = {dice.City(), scenario->fleets.front().actual_place};
  if (dice.Chance(0.5)) cut.landmarks = {scenario->landmarks.front().id};
  cut.when.from = moment();
  if (dice.Chance(0.7)) cut.when.until = cut.when.from + std::chrono::seconds(1 + dice.Below(2));
  cut.within = dice.Chance(0.5);
  network.cuts.push_back(cut);
}

bool IsForbidden(const Scenario& scenario, const ScenarioFleet& fleet, CountryCode country) {
  const auto names = [&](CountryCode code) {
    return std::ranges::find(fleet.licence.countries, code) != fleet.licence.countries.end();
  };
  const bool of_china = country == Code("HK") || country == Code("MO");
  // China's name covers them in a licence that allows it as in one that excludes it.
  const bool named = names(country) || (of_china && names(Code("CN")) &&
                                        scenario.policy.china_includes_hong_kong_and_macao);
  return named == (fleet.licence.kind == LicenceTerms::Kind::kExcluded);
}

}  // namespace earshot
