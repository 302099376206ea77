#include "sim/fleet/round_shard.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/appraisal/appraise.h"
#include "core/appraisal/bound_history.h"
#include "core/appraisal/mesh.h"
#include "core/base/check.h"
#include "core/geo/wgs84.h"
#include "core/protocol/session_terms.h"
#include "server/engine/case_file.h"
#include "sim/adversary/lying_landmark.h"
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

// Blocks of a round from here on say whose round is calm; those from 0 what the queues add.
constexpr std::uint32_t kCalmBlock = 1U << 16U;
static_assert(kScenarioLandmarksMax / 4 < kCalmBlock);

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
        std::vector<LinkSeen> heard(rtts.size());
        for (std::size_t l = 0; l < rtts.size(); ++l) heard[l].rtt = rtts[l];
        return Judge(heard, Duration(0));
      }),
      links_(plan.scenario.network, plan.rules, plan.calm,
             PhiloxKey::For(plan.scenario.seed, fmt::format("fleet {}", fleet_number), "links"),
             first, landmarks_.size()),
      played_extras_(plan.extra.mean()) {
  any_lies_ = std::ranges::any_of(plan_.scenario.landmarks, &ScenarioLandmark::lies);
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
  if (!fleet().ever_heard()) return {};
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

// Rounds far apart each begin as the first does: no session lives so long.
std::optional<Duration> RoundShard::AgentsStart(std::uint32_t round) const {
  const Duration began = std::max(fleet().life.installed, Duration(0));
  if (round == 0 || BeginOf(round - 1) < began) return began;
  if (plan_.rules.GoesOn(plan_.options.every)) return std::nullopt;
  return BeginOf(round) - plan_.scenario.rounds.first_after;
}

bool RoundShard::SilentIn(std::uint32_t round) const {
  if (!fleet().ever_heard() || !fleet().life.DueAt(BeginOf(round))) return true;
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
  const std::vector<LinkSeen> nothing(landmarks_.size());
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

Duration RoundShard::Reported(std::size_t l, std::uint32_t round, Duration rtt) const {
  const ScenarioLandmark& landmark = plan_.scenario.landmarks[l];
  if (!landmark.lies()) return rtt;
  const Duration begin = BeginOf(round);
  const Duration end = EndOf(round) - kInstant;
  // The quickest answer decides: a shorter one if any is, a longer one if all are.
  const Times& untrue = landmark.untrue;
  const bool all = untrue.StatedAt(begin) && untrue.StatedAt(end);
  const bool any = untrue.from <= end && !(untrue.until.has_value() && *untrue.until <= begin);
  if (landmark.lengthens_rtt_by > Duration(0)) {
    return all ? rtt + landmark.lengthens_rtt_by : rtt;
  }
  if (!any) return rtt;
  const Duration missed(static_cast<std::int64_t>(landmark.runs_slow_by *
                                                  static_cast<double>(rtt.count())));
  return std::max<Duration>(rtt - landmark.shortens_rtt_by - missed, kLeastMeasuredRtt);
}

void RoundShard::MeasureMesh(std::uint32_t round) {
  if (!any_lies_ || !plan_.scenario.reference_agents) return;
  std::vector<ReferenceObservation> agents;
  for (std::size_t a = 0; a < plan_.references.devices.size(); ++a) {
    const auto beside = std::ranges::find(landmarks_, *plan_.references.devices[a].reference_for,
                                          &Landmark::id);
    Bytes32 id{};
    StoreBigEndian<std::uint64_t>(id, 0, a + 1);
    ReferenceObservation agent{DeviceId(id), beside->position, beside->position_uncertainty,
                               beside->domain, {}};
    for (std::size_t l = 0; l < landmarks_.size(); ++l) {
      const Duration path = plan_.references.paths[a * landmarks_.size() + l].rtt().duration();
      const PhiloxWords words = PhiloxAt(key_, UINT32_MAX - a, round, static_cast<std::uint32_t>(l));
      const Duration rtt = Reported(l, round, path + plan_.extra.At(words[0]));
      LandmarkObservation seen;
      seen.landmark = landmarks_[l].id;
      seen.begin = seen.end = kRoundEnd;
      seen.evidence = EvidenceState::kValid;
      seen.samples.push_back(
          {1, Rtt::FromDuration(rtt), StampKind::kKernelReceive, Taint::kNone, kRoundEnd});
      agent.landmarks.push_back(std::move(seen));
    }
    agents.push_back(std::move(agent));
  }
  const bool deaf = mesh_.deaf;
  mesh_ = JudgeMesh(agents, landmarks_, plan_.scenario.policy).state;
  mesh_.deaf = deaf;
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

VerdictPair RoundShard::Judge(std::span<const LinkSeen> seen, Duration unheard_for) const {
  const Appraisal appraisal = AppraiseRtts(seen, unheard_for);
  const bool misses_in_fibre =
      std::ranges::any_of(appraisal.site.reasons, [](const Reason& reason) {
        return reason.code == ReasonCode::kSiteOutsideFibreRegion;
      });
  return {appraisal.site.verdict, appraisal.licence.verdict, misses_in_fibre};
}

std::optional<double> RoundShard::FalseAlarmProbability() const {
  const std::vector<LinkSeen> late(landmarks_.size(), {kRttNsMax, true, std::nullopt});
  return AppraiseRtts(late, Duration(0)).false_alarm_probability;
}

Appraisal RoundShard::AppraiseRtts(std::span<const LinkSeen> heard,
                                   Duration unheard_for) const {
  const ScenarioRounds& rounds = plan_.scenario.rounds;
  DeviceObservation observation;
  observation.now = kRoundEnd;
  observation.wall_now = kWallEnd;
  observation.awaited_since = kRoundEnd - unheard_for;
  BoundHistory before(kBoundsKept);
  std::vector<LandmarkObservation> round;
  for (std::size_t l = 0; l < landmarks_.size(); ++l) {
    LandmarkObservation seen;
    seen.landmark = landmarks_[l].id;
    seen.begin = kRoundEnd - std::min(rounds.length, kRoundLengthMax);
    seen.end = kRoundEnd;
    seen.expected = true;
    seen.healthy = healthy_[l];
    const auto answer = [&](LandmarkObservation& to, RttNs rtt, bool evidence) {
      to.pings_sent = rounds.trains * SessionTerms{}.train_length;
      to.evidence = evidence ? EvidenceState::kValid : EvidenceState::kMissing;
      to.samples.push_back({1, Rtt::FromDuration(Duration(rtt)), StampKind::kKernelReceive,
                            Taint::kNone, to.end});
    };
    if (const auto& last = heard[l].before) {
      LandmarkObservation carried = seen;
      carried.begin = carried.end = kRoundEnd - last->age;
      answer(carried, last->rtt, last->evidence);
      before.Remember(std::span(&carried, 1));
    }
    if (heard[l].rtt.has_value()) {
      answer(seen, *heard[l].rtt, heard[l].evidence);
      if (heard[l].evidence) observation.last_valid_answer = kRoundEnd;
    }
    round.push_back(std::move(seen));
  }
  std::ranges::sort(round, {}, &LandmarkObservation::landmark);
  observation.landmarks = before.Complete(round, kRoundEnd);
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
  const bool any_lost = links_.any_lost();
  bool all_heard = true;
  for (std::size_t l = 0; l < landmarks; l += 4) {
    const auto block = static_cast<std::uint32_t>(l / 4);
    const PhiloxWords words = PhiloxAt(key_, first_ + at, round, block);
    const PhiloxWords calm =
        any_lost ? PhiloxAt(key_, first_ + at, round, kCalmBlock + block) : PhiloxWords{};
    for (std::size_t i = l; i < std::min(l + 4, landmarks); ++i) {
      const std::optional<Duration> weather = WeatherExtra(at, i, round);
      if (!weather.has_value()) {
        heard_[i] = {};
        all_heard = false;
        continue;
      }
      const Duration path = Duration(paths[i]) + *weather;
      all_heard &= HearLink(at, round, i, path, words[i - l], calm[i - l]);
    }
  }
  return all_heard;
}

bool RoundShard::HearLink(std::uint32_t at, std::uint32_t round, std::size_t landmark,
                          Duration path, std::uint32_t extra_word, std::uint32_t calm_word) {
  LinkSeen& seen = heard_[landmark];
  ++links_in_round_.links;
  if (!links_.any_lost() || links_.IsCalm(at, landmark, calm_word, path)) {
    rtts_[landmark] =
        Saturated(Reported(landmark, round, path + plan_.extra.At(extra_word)).count());
    seen = {rtts_[landmark], true, std::nullopt};
    links_.Forget(at, landmark);
    return true;
  }
  seen = links_.Play(at, landmark, path, [&] { return HeardBefore(at, round, landmark); });
  ++links_in_round_.played;
  if (!seen.rtt.has_value()) {
    ++links_in_round_.unheard;
    return false;
  }
  played_extras_.Count(Duration(*seen.rtt) - path);
  seen.rtt = rtts_[landmark] =
      Saturated(Reported(landmark, round, Duration(*seen.rtt)).count());
  links_in_round_.uncovered += seen.evidence ? 0U : 1U;
  return seen.evidence;
}

std::optional<LastHeard> RoundShard::HeardBefore(std::uint32_t at, std::uint32_t round,
                                                 std::size_t landmark) const {
  if (round == 0 || SilentIn(round - 1)) return std::nullopt;
  const Duration age = EndOf(round) - BeginOf(round - 1);
  if (age >= kBoundsKept) return std::nullopt;
  const std::size_t link = at * landmarks_.size() + landmark;
  Duration rtt(paths_[link]);
  if (!weather_.empty()) {
    const PathWeather& weather = weather_[landmark];
    if (weather.CutThroughout(BeginOf(round - 1), EndOf(round - 1))) return std::nullopt;
    rtt += weather.Extra(routes_.empty() ? PhiloxKey{} : routes_[at], BeginOf(round - 1));
  }
  const auto block = static_cast<std::uint32_t>(landmark / 4);
  const PhiloxWords words = PhiloxAt(key_, first_ + at, round - 1, block);
  rtt += plan_.extra.At(words[landmark % 4]);
  return LastHeard{Saturated(Reported(landmark, round - 1, rtt).count()), true, age};
}

// Its last answer counts as at the end of its round.
Duration RoundShard::UnheardFor(std::uint32_t at, std::uint32_t round) {
  const bool valid = std::ranges::any_of(heard_, [](const LinkSeen& seen) {
    return seen.rtt.has_value() && seen.evidence;
  });
  if (valid) {
    last_valid_.erase(at);
    return Duration(0);
  }
  const bool heard_before = round > 0 && !SilentIn(round - 1);
  const Duration since = heard_before ? EndOf(round - 1)
                                      : std::max(fleet().life.installed, Duration(0));
  return EndOf(round) - last_valid_.emplace(at, since).first->second;
}

void RoundShard::Audit(const VerdictPair& pair, Duration unheard_for) {
  ++counts_.audited;
  if (Judge(heard_, unheard_for) != pair) ++counts_.audit_differences;
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
  MeasureMesh(round);
  links_.BeginRound(round, BeginOf(round), EndOf(round), AgentsStart(round));
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
    const std::uint64_t losses = links_in_round_.unheard + links_in_round_.uncovered;
    const bool all_heard = Hear(at, round);
    const Duration unheard_for =
        all_heard && last_valid_.empty() ? Duration(0) : UnheardFor(at, round);
    if (all_heard && !any_lies_) {
      pair = boxes_.Find(rtts_, &hints_[at]);
    } else {
      pair = Judge(heard_, unheard_for);
      ++unboxed_;
    }
    Count(at, round, pair);
    if (links_in_round_.unheard + links_in_round_.uncovered > losses) seen_[at] |= kLossesBit;
    const std::uint32_t one_in = plan_.options.audit_one_in;
    // Blocks of a round count from 0, so this one is nobody else's.
    if (one_in > 0 && PhiloxAt(key_, first_ + at, round, UINT32_MAX)[0] % one_in == 0) {
      Audit(pair, unheard_for);
    }
  }
  if (round == 0) counts_.links_first = links_in_round_;
  counts_.links.Add(std::exchange(links_in_round_, {}));
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
         routes_.capacity() * sizeof(PhiloxKey) + links_.bytes_most();
}

}  // namespace earshot
