#include "sim/fleet/round_shard.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/appraisal/appraise.h"
#include "core/base/check.h"
#include "core/geo/wgs84.h"
#include "core/protocol/session_terms.h"
#include "sim/scenario/resolve.h"
#include "sim/scenario/weather.h"

namespace earshot {
namespace {

// Any instants do: what decides is how they lie to one another.
constexpr MonotonicInstant kRoundEnd = MonotonicInstant::FromNanoseconds(86'400'000'000'000'000);
constexpr WallInstant kWallEnd = WallInstant::FromNanoseconds(1'767'225'600'000'000'000);
// Just before a round's end: what ends there still holds.
constexpr Duration kInstant{1};
constexpr Duration kInForce = std::chrono::hours(24 * 365);

std::vector<Landmark> LandmarksOf(const Scenario& scenario) {
  std::vector<Landmark> landmarks;
  for (const ScenarioLandmark& landmark : scenario.landmarks) {
    const ScenarioPlace& place = *scenario.FindPlace(landmark.place);
    landmarks.push_back(
        {landmark.id, place.city, place.position, landmark.uncertainty, landmark.domain});
  }
  return landmarks;
}

RttNs Saturated(std::int64_t ns) {
  return static_cast<RttNs>(std::clamp<std::int64_t>(ns, 0, kRttNsMax));
}

// Fibre to where the device really stands: the path model has nothing quicker, and a relay's detour
// is no shorter, but for the rounding of its legs.
std::vector<RttNs> Fastest(const Scenario& scenario, const ScenarioFleet& fleet,
                           std::span<const Landmark> landmarks) {
  constexpr std::int64_t kRounding = 10;
  const Position actual = scenario.FindPlace(fleet.actual_place)->position;
  std::vector<RttNs> fastest;
  for (const Landmark& landmark : landmarks) {
    const Distance distance = GeodesicDistance(actual, landmark.position);
    fastest.push_back(
        Saturated(RoundTripOver(distance, kFibreSpeed).duration().count() - kRounding));
  }
  return fastest;
}

}  // namespace

RoundShard::RoundShard(const RoundPlan& plan, std::size_t fleet_number, std::uint32_t first,
                       std::uint32_t count)
    : plan_(plan),
      number_(fleet_number),
      first_(first),
      count_(count),
      landmarks_(LandmarksOf(plan.scenario)),
      mesh_{{}, plan.scenario.reference_agents},
      healthy_(landmarks_.size(), true),
      key_(PhiloxKey::For(plan.scenario.seed, fmt::format("fleet {}", fleet_number), "rounds")),
      boxes_(Fastest(plan.scenario, fleet(), landmarks_), [this](std::span<const RttNs> rtts) {
        const std::vector<std::optional<RttNs>> heard(rtts.begin(), rtts.end());
        return Judge(heard, Duration(0));
      }) {
  for (std::size_t l = 0; l < landmarks_.size() && !plan_.scenario.network.calm(); ++l) {
    weather_.push_back(WeatherOf(plan_.scenario, fleet(), l));
  }
  shared_extra_.resize(weather_.size());
  cut_.resize(weather_.size());
  const ScenarioPlace& place = *plan_.scenario.FindPlace(fleet().declared_place);
  declaration_.owner = fleet().owner;
  declaration_.site = {place.city, place.position, fleet().declared_radius, kWallEnd - kInForce,
                       kWallEnd + kInForce};
  declaration_.licence = fleet().licence;
  endorsement_ = Endorsement{
      declaration_.device,
      "",
      fleet().model,
      {},
      fleet().session_keys_on_host ? SessionKeys::kHost : SessionKeys::kSealed,
      kWallEnd - kInForce,
      kWallEnd + kInForce};
}

Status RoundShard::Open() {
  headlines_.assign(count_, Verdict::kIndeterminate);
  seen_.assign(count_, 0);
  hints_.assign(count_, 0);
  rtts_.resize(landmarks_.size());
  heard_.resize(landmarks_.size());
  if (fleet().behaviour == Behaviour::kSilent) return {};
  const bool routes = std::ranges::any_of(
      weather_, [](const PathWeather& weather) { return !weather.routes.empty(); });
  paths_.reserve(count_ * landmarks_.size());
  routes_.reserve(routes ? count_ : 0U);
  const PathDrawer drawer(plan_.scenario, plan_.model, fleet());
  for (std::uint32_t at = 0; at < count_; ++at) {
    const std::string id = DeviceName(fleet(), first_ + at);
    if (routes) routes_.push_back(RouteKey(plan_.scenario.seed, id));
    for (std::size_t l = 0; l < landmarks_.size(); ++l) {
      const std::int64_t ns = drawer.Draw(id, l).duration().count();
      // Room for queueing above it.
      if (ns > kRttNsMax / 2) {
        return Fail(ErrorCode::kInvalidArgument,
                    fmt::format("{} to {} takes {} ms; a run of rounds has at most {} ms", id,
                                landmarks_[l].id.value(), ns / 1'000'000,
                                kRttNsMax / 2 / 1'000'000));
      }
      paths_.push_back(static_cast<RttNs>(ns));
    }
  }
  return {};
}

Duration RoundShard::BeginOf(std::uint32_t round) const {
  return plan_.scenario.rounds.first_after + round * plan_.options.every;
}

Duration RoundShard::EndOf(std::uint32_t round) const {
  return BeginOf(round) + plan_.scenario.rounds.length;
}

bool RoundShard::SilentIn(std::uint32_t round) const {
  if (fleet().behaviour == Behaviour::kSilent || !fleet().life.DueAt(BeginOf(round))) return true;
  if (fleet().behaviour == Behaviour::kGoesSilent && fleet().silent_from <= BeginOf(round)) {
    return true;
  }
  return !weather_.empty() && std::ranges::all_of(weather_, [&](const PathWeather& weather) {
    return weather.CutThroughout(BeginOf(round), EndOf(round));
  });
}

Duration RoundShard::HeardBy(std::uint32_t round) const {
  Duration heard = EndOf(round);
  if (fleet().behaviour == Behaviour::kGoesSilent) heard = std::min(heard, fleet().silent_from);
  if (weather_.empty()) return heard;
  Duration passed(0);
  for (const PathWeather& weather : weather_) {
    passed = std::max(passed, weather.PassedUntil(heard));
  }
  return passed;
}

// Of a fleet that is silent in `round`: since it fell silent, or since the last round in which it
// was not, or since the run began.
VerdictPair RoundShard::JudgeSilence(std::uint32_t round) const {
  std::uint32_t since = round;
  while (since > 0 && SilentIn(since - 1)) --since;
  const Duration heard_last = since > 0 ? HeardBy(since - 1) : Duration(0);
  const std::vector<std::optional<RttNs>> nothing(landmarks_.size());
  // Negative before it is due: nothing is owed yet.
  return Judge(nothing, EndOf(round) - std::max(heard_last, fleet().life.installed));
}

// A round is as its better end: the quickest of its pings decides, and they are spread over it.
void RoundShard::SetWeather(std::uint32_t round) {
  const Duration begin = BeginOf(round);
  const Duration end = EndOf(round);
  for (std::size_t l = 0; l < weather_.size(); ++l) {
    shared_extra_[l] =
        std::min(weather_[l].SharedExtra(begin), weather_[l].SharedExtra(end - kInstant));
    cut_[l] = weather_[l].CutThroughout(begin, end);
  }
  if (plan_.scenario.network.cuts.empty()) return;
  Hearing hearing = HearingBetween(plan_.scenario, begin, end);
  healthy_ = std::move(hearing.landmarks);
  mesh_.deaf = hearing.references_unheard;
}

std::optional<Duration> RoundShard::WeatherExtra(std::uint32_t at, std::size_t landmark,
                                                 std::uint32_t round) const {
  if (weather_.empty()) return Duration(0);
  if (cut_[landmark]) return std::nullopt;
  if (routes_.empty()) return shared_extra_[landmark];
  const PathWeather& weather = weather_[landmark];
  return shared_extra_[landmark] +
         std::min(weather.RouteExtra(routes_[at], BeginOf(round)),
                  weather.RouteExtra(routes_[at], EndOf(round) - kInstant));
}

VerdictPair RoundShard::Judge(std::span<const std::optional<RttNs>> rtts,
                              Duration unheard_for) const {
  const Appraisal appraisal = AppraiseRtts(rtts, unheard_for);
  const bool misses_in_fibre =
      std::ranges::any_of(appraisal.site.reasons, [](const Reason& reason) {
        return reason.code == ReasonCode::kSiteOutsideFibreRegion;
      });
  return {appraisal.site.verdict, appraisal.licence.verdict, misses_in_fibre};
}

std::optional<double> RoundShard::FalseAlarmProbability() const {
  const std::vector<std::optional<RttNs>> late(landmarks_.size(), kRttNsMax);
  return AppraiseRtts(late, Duration(0)).false_alarm_probability;
}

Appraisal RoundShard::AppraiseRtts(std::span<const std::optional<RttNs>> rtts,
                                   Duration unheard_for) const {
  const ScenarioRounds& rounds = plan_.scenario.rounds;
  DeviceObservation observation;
  observation.now = kRoundEnd;
  observation.wall_now = kWallEnd;
  observation.awaited_since = kRoundEnd - unheard_for;
  for (std::size_t l = 0; l < landmarks_.size(); ++l) {
    LandmarkObservation seen;
    seen.landmark = landmarks_[l].id;
    seen.begin = kRoundEnd - std::min(rounds.length, kRoundLengthMax);
    seen.end = kRoundEnd;
    seen.expected = true;
    seen.healthy = healthy_[l];
    if (rtts[l].has_value()) {
      seen.pings_sent = rounds.trains * SessionTerms{}.train_length;
      seen.evidence = EvidenceState::kValid;
      seen.samples.push_back({1, Rtt::FromDuration(Duration(*rtts[l])), StampKind::kKernelReceive,
                              Taint::kNone, kRoundEnd});
      observation.last_valid_answer = kRoundEnd;
    }
    observation.landmarks.push_back(std::move(seen));
  }
  std::ranges::sort(observation.landmarks, {}, &LandmarkObservation::landmark);
  if (fleet().behaviour == Behaviour::kRevokedKey) {
    observation.findings.push_back(CryptographicFinding::kKeyRevoked);
  }
  return Appraise({.observation = observation,
                   .declaration = declaration_,
                   .endorsement = endorsement_,
                   .landmarks = landmarks_,
                   .mesh = mesh_,
                   .policy = plan_.scenario.policy},
                  plan_.test, plan_.map);
}

bool RoundShard::Hear(std::uint32_t at, std::uint32_t round) {
  const std::size_t landmarks = landmarks_.size();
  const RttNs* const paths = paths_.data() + at * landmarks;
  bool all_heard = true;
  for (std::size_t l = 0; l < landmarks; l += 4) {
    const PhiloxWords words =
        PhiloxAt(key_, first_ + at, round, static_cast<std::uint32_t>(l / 4));
    for (std::size_t i = l; i < std::min(l + 4, landmarks); ++i) {
      const std::optional<Duration> extra = plan_.extra.At(words[i - l]);
      const std::optional<Duration> weather = WeatherExtra(at, i, round);
      if (extra.has_value() && weather.has_value()) {
        rtts_[i] = Saturated(paths[i] + extra->count() + weather->count());
        heard_[i] = rtts_[i];
      } else {
        heard_[i].reset();
        all_heard = false;
      }
    }
  }
  return all_heard;
}

void RoundShard::Audit(const VerdictPair& pair) {
  ++counts_.audited;
  if (Judge(heard_, plan_.options.every) != pair) ++counts_.audit_differences;
}

void RoundShard::Count(std::uint32_t at, std::uint32_t round, const VerdictPair& pair) {
  const Verdict headline = Headline(pair.site, pair.licence);
  counts_.Count(headlines_[at], seen_[at], headline, round);
  headlines_[at] = headline;
  seen_[at] |= SetOf(headline);
}

void RoundShard::CountLifecycle(std::uint32_t round, const std::optional<VerdictPair>& silence) {
  LifeSigns signs;
  signs.answered = !silence.has_value();
  signs.ever_answered = ever_heard_ = ever_heard_ || signs.answered;
  signs.past_deadline = silence.has_value() && (silence->site == Verdict::kSilent ||
                                                silence->licence == Verdict::kSilent);
  state_ = StateAt(fleet().life, signs, EndOf(round));
  counts_.lifecycle[static_cast<std::size_t>(state_)] += count_;
}

void RoundShard::RunRound(std::uint32_t round) {
  if (fleet().life.RetiredAt(BeginOf(round))) {
    CountLifecycle(round, std::nullopt);
    return;
  }
  if (!weather_.empty()) SetWeather(round);
  std::optional<VerdictPair> silence;
  if (SilentIn(round)) {
    silence = JudgeSilence(round);
    ++unboxed_;
  }
  CountLifecycle(round, silence);
  for (std::uint32_t at = 0; at < count_; ++at) {
    if (silence.has_value()) {
      Count(at, round, *silence);
      continue;
    }
    VerdictPair pair;
    if (Hear(at, round)) {
      pair = boxes_.Find(rtts_, &hints_[at]);
    } else {
      pair = Judge(heard_, plan_.options.every);
      ++unboxed_;
    }
    Count(at, round, pair);
    const std::uint32_t one_in = plan_.options.audit_one_in;
    // Blocks of a round count from 0, so this one is nobody else's.
    if (one_in > 0 && PhiloxAt(key_, first_ + at, round, UINT32_MAX)[0] % one_in == 0) Audit(pair);
  }
  static_assert(sizeof(Verdict) == 1, "hashed as they stand");
  hash_.Update({reinterpret_cast<const std::uint8_t*>(headlines_.data()), headlines_.size()});
}

RoundCounts RoundShard::counts() const {
  RoundCounts counts = counts_;
  counts.boxes = boxes_.size();
  counts.appraisals = boxes_.judged() + unboxed_;
  counts.lifecycle_last[static_cast<std::size_t>(state_)] += count_;
  const std::uint64_t judged_last = state_ == LifecycleState::kRetired ? 0 : 1;
  for (std::uint32_t at = 0; at < count_; ++at) {
    counts.last[static_cast<std::size_t>(headlines_[at])] += judged_last;
    for (std::size_t v = 0; v < kVerdictKinds; ++v) {
      counts.ever[v] += (seen_[at] & SetOf(static_cast<Verdict>(v))) != 0 ? 1U : 0U;
    }
  }
  return counts;
}

std::uint64_t RoundShard::device_bytes() const {
  return paths_.capacity() * sizeof(RttNs) + headlines_.capacity() * sizeof(Verdict) +
         seen_.capacity() * sizeof(VerdictSet) + hints_.capacity() * sizeof(std::uint16_t) +
         routes_.capacity() * sizeof(PhiloxKey);
}

}  // namespace earshot
