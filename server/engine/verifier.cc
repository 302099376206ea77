#include "server/engine/verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/appraisal/appraise.h"
#include "core/appraisal/expected_landmarks.h"
#include "core/appraisal/mesh.h"
#include "core/appraisal/silence.h"
#include "core/base/check.h"
#include "core/crypto/sha256.h"
#include "core/latency/statistics.h"
#include "core/report/bundle.h"
#include "earshot/v1/evidence.pb.h"

namespace earshot {
namespace {

// Session counters remembered of each device, for telling that one was used twice. A device opens
// one session a landmark and round at most, so this covers some thirty rounds of nine landmarks.
constexpr std::size_t kCountersKept = 256;

std::map<LandmarkId, AskedLandmark> AskedIn(const DeviceObservation& observation) {
  std::map<LandmarkId, AskedLandmark> asked;
  for (const LandmarkObservation& seen : observation.landmarks) {
    if (!seen.expected) continue;
    asked[seen.landmark].pings_sent = seen.pings_sent;
    asked[seen.landmark].pings_answered = static_cast<std::uint32_t>(seen.samples.size());
    asked[seen.landmark].covered_by_evidence = seen.evidence == EvidenceState::kValid;
  }
  for (const LandmarkObservation& seen : observation.landmarks) {
    if (!seen.expected) asked[seen.landmark].carried_age = observation.now - seen.begin;
  }
  return asked;
}

bool HasUsableSample(const LandmarkObservation& seen) {
  return MinRtt(seen.samples, kAnyTaint).has_value();
}

}  // namespace

Verifier::Verifier(VerifierSetup setup, Policy policy, const ClockReading& now)
    : setup_(std::move(setup)),
      all_position_records_(std::exchange(setup_.blobs.position_records, {})),
      trust_(setup_.root), policy_(std::move(policy)), awaited_since_(now.monotonic),
      changes_(policy_) {}

Result<Verifier> Verifier::Create(VerifierSetup setup, const ClockReading& now) {
  EARSHOT_CHECK(setup.test != nullptr && setup.map != nullptr);
  Result<Policy> policy = OpenPolicy(setup.blobs.policy, setup.root);
  if (!policy.has_value()) return Fail(std::move(policy).error(), "policy");
  Result<DelegatedKey> delegation = OpenDelegation(setup.blobs.verdict_delegation, setup.root);
  if (!delegation.has_value()) return Fail(std::move(delegation).error(), "verdict delegation");
  if (delegation->role != Role::kVerdict || delegation->key != setup.verdict_key.public_key()) {
    return Fail(ErrorCode::kInvalidArgument,
                "verdict delegation: does not let the verdict key sign verdicts; delegate that key "
                "in the role VERDICT");
  }
  Bytes list = std::exchange(setup.blobs.landmark_list, {});
  Bytes revocations = std::exchange(setup.blobs.revocation_list, {});
  Verifier verifier(std::move(setup), *std::move(policy), now);
  EARSHOT_RETURN_IF_ERROR(verifier.UpdateLandmarkList(std::move(list)));
  if (!revocations.empty()) {
    EARSHOT_RETURN_IF_ERROR(verifier.UpdateRevocations(std::move(revocations)));
  }
  EARSHOT_RETURN_IF_ERROR(verifier.MaySign());
  return verifier;
}

Status Verifier::UpdateRevocations(Bytes blob) {
  Result<RevocationListContent> accepted = trust_.AcceptRevocationList(blob);
  if (!accepted.has_value()) return Fail(std::move(accepted).error(), "revocation list");
  revocations_ = *std::move(accepted);
  setup_.blobs.revocation_list = std::move(blob);
  ForgetWithdrawn();
  return {};
}

Status Verifier::MaySign() const {
  if (!IsWithdrawn(setup_.verdict_key.public_key())) return {};
  return Fail(ErrorCode::kUnauthenticated,
              fmt::format("verdict key: withdrawn by revocation list version {}, so no verdict that "
                          "it signs counts; delegate a new key in the role VERDICT and start again "
                          "with it", revocations_->version));
}

Status Verifier::UpdateLandmarkList(Bytes blob) {
  ListTrust trust = trust_;
  Result<LandmarkListContent> accepted = trust.AcceptLandmarkList(blob);
  if (!accepted.has_value()) return Fail(std::move(accepted).error(), "landmark list");
  return TakeLandmarkList(trust, *std::move(accepted), std::move(blob));
}

Status Verifier::TakeLandmarkList(const ListTrust& trust, LandmarkListContent list, Bytes blob) {
  EARSHOT_ASSIGN_OR_RETURN(std::vector<Landmark> landmarks,
                           OpenPositions(list, all_position_records_));
  if (landmarks.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "landmark list: names no landmark that this verifier has a position record of, with "
                "a delegation in force at its epoch; issue new delegations and a new list");
  }
  const auto listed_in = [](const LandmarkListContent& in, const LandmarkId& id) {
    const auto found = std::ranges::find(in.landmarks, id, &ListedLandmark::id);
    return found == in.landmarks.end() ? nullptr : &*found;
  };
  // What a bundle could not show any more must not decide a verdict either.
  ForgetUnless([&](const StoredReceipt& stored) {
    const ListedLandmark* before = listed_in(list_, stored.checked.observation.landmark);
    const ListedLandmark* after = listed_in(list, stored.checked.observation.landmark);
    return before != nullptr && after != nullptr && before->key() == after->key() &&
           before->delegation.position_record_sha256 == after->delegation.position_record_sha256 &&
           after->delegation.InForceAt(stored.checked.begin_wall);
  });
  std::set<LandmarkId> changed;
  for (const ListedLandmark& before : list_.landmarks) {
    const ListedLandmark* after = listed_in(list, before.id);
    const bool stands = after != nullptr && before.key() == after->key() &&
                        before.delegation.position_record_sha256 ==
                            after->delegation.position_record_sha256;
    if (!stands) changed.insert(before.id);
  }
  changes_.Forget(changed);
  setup_.blobs.position_records.clear();
  for (const std::string& record : all_position_records_) {
    const Bytes32 hash = Sha256(AsBytes(record));
    const bool used = std::ranges::any_of(list.landmarks, [&](const ListedLandmark& listed) {
      return listed.delegation.position_record_sha256 == hash;
    });
    if (used) setup_.blobs.position_records.push_back(record);
  }
  setup_.blobs.landmark_list = std::move(blob);
  trust_ = trust;
  list_ = std::move(list);
  landmarks_ = std::move(landmarks);
  return {};
}

void Verifier::ForgetUnless(const std::function<bool(const StoredReceipt&)>& stands) {
  const auto falls = [&](const StoredReceipt& stored) { return !stands(stored); };
  const auto entry_falls = [&](const auto& entry) { return falls(entry.second); };
  for (auto& [round, book] : books_) {
    for (auto& [device, page] : book) std::erase_if(page.receipts, falls);
  }
  for (auto& [device, history] : histories_) {
    std::erase_if(history.bounding, entry_falls);
    std::erase_if(history.by_counter, entry_falls);
    if (std::ranges::any_of(history.convicting, falls)) history.convicting.clear();
  }
}

void Verifier::ForgetWithdrawn() {
  std::set<LandmarkId> withdrawn;
  for (const ListedLandmark& landmark : list_.landmarks) {
    if (IsWithdrawn(landmark.key())) withdrawn.insert(landmark.id);
  }
  ForgetUnless([&withdrawn](const StoredReceipt& stored) {
    return !withdrawn.contains(stored.checked.observation.landmark);
  });
  std::erase_if(heard_last_round_,
                [&](const auto& entry) { return withdrawn.contains(entry.first); });
  changes_.Forget(withdrawn);
}

void Verifier::Expect(RoundNumber round, const DeviceId& device, std::set<LandmarkId> expected) {
  books_[round][device].expected = std::move(expected);
}

const CheckedReceipt* Verifier::AddReceipt(const LandmarkId& landmark, ClosedRound closed) {
  ++counters_.receipts;
  const auto listed = std::ranges::find(list_.landmarks, landmark, &ListedLandmark::id);
  if (listed == list_.landmarks.end()) {
    ++counters_.receipts_refused;
    return nullptr;
  }
  Result<StoredReceipt> stored =
      OpenReceipt(std::move(closed.receipt), std::move(closed.evidence), *listed);
  if (!stored.has_value() || setup_.registry.Find(stored->checked.device) == nullptr) {
    ++counters_.receipts_refused;
    return nullptr;
  }
  if (IsWithdrawn(listed->key()) || !IsNewRound(landmark, stored->checked)) {
    ++counters_.receipts_refused;
    return nullptr;
  }
  const auto book = books_.find(stored->checked.verifier_round);
  if (book == books_.end() || !book->second.contains(stored->checked.device)) {
    ++counters_.receipts_late;
    return nullptr;
  }
  std::vector<StoredReceipt>& receipts = book->second.at(stored->checked.device).receipts;
  receipts.push_back(*std::move(stored));
  return &receipts.back().checked;
}

// As of the list, not of what was signed: who holds a withdrawn key could date that before.
bool Verifier::IsWithdrawn(const Ed25519PublicKey& key) const {
  return revocations_.has_value() && revocations_->Revoked(key.id(), revocations_->epoch);
}

// A landmark takes rising counters only and a session's rounds rise, so what it files under a counter
// and a round not above the last is an old round filed again. The same counter over another
// transcript convicts the device and may pass.
bool Verifier::IsNewRound(const LandmarkId& landmark, const CheckedReceipt& checked) {
  LastSession& last = last_sessions_[{checked.device, landmark}];
  const bool reused = checked.session_counter == last.counter &&
                      checked.identity_transcript != last.identity_transcript;
  const bool risen = std::pair(checked.session_counter, checked.session_round) >
                     std::pair(last.counter, last.round);
  if (!risen && !reused) return false;
  last = {checked.session_counter, checked.session_round, checked.identity_transcript};
  return true;
}

void Verifier::AddSignal(RoundNumber round, const DeviceId& device, Signal signal) {
  const auto book = books_.find(round);
  if (book == books_.end() || !book->second.contains(device)) return;
  book->second.at(device).signals.insert(signal);
}

void Verifier::AddRefused(RoundNumber round, const DeviceId& device, std::uint32_t packets) {
  const auto book = books_.find(round);
  if (book == books_.end() || !book->second.contains(device)) return;
  book->second.at(device).packets_refused += packets;
}

bool Verifier::Page::Heard(const LandmarkId& landmark) const {
  return std::ranges::any_of(receipts, [&](const StoredReceipt& stored) {
    const LandmarkObservation& seen = stored.checked.observation;
    return seen.landmark == landmark && !seen.samples.empty();
  });
}

void Verifier::AddShortage(RoundNumber round, const DeviceId& device, const LandmarkId& landmark,
                           Shortage shortage) {
  const auto book = books_.find(round);
  if (book == books_.end() || !book->second.contains(device)) return;
  Page& page = book->second.at(device);
  if (shortage == Shortage::kOwnAddress) page.short_of_own_budget.insert(landmark);
  if (shortage == Shortage::kEverybody) page.overrun.insert(landmark);
}

// When each landmark that lacked budget for the device's own address last heard it.
std::map<LandmarkId, MonotonicInstant> Verifier::RefusedSince(const DeviceId& device,
                                                              const Page& page) const {
  std::map<LandmarkId, MonotonicInstant> since;
  const auto history = histories_.find(device);
  for (const LandmarkId& landmark : page.short_of_own_budget) {
    MonotonicInstant& last_heard = since[landmark] = awaited_since_;
    if (history == histories_.end()) continue;
    const auto last = history->second.bounding.find(landmark);
    if (last == history->second.bounding.end()) continue;
    last_heard = std::max(last_heard, last->second.checked.observation.end);
  }
  return since;
}

// A landmark's own load taints everybody's samples alike. Where most others' are usable and none of
// this device's, whoever made the load timed it to this device's answers: the device itself, or
// somebody who sees its packets and could as well have delayed them.
std::map<LandmarkId, MonotonicInstant> Verifier::TaintedSince(const DeviceId& device,
                                                              const Page& page,
                                                              const LandmarkNews& news) const {
  std::map<LandmarkId, MonotonicInstant> since;
  const auto history = histories_.find(device);
  for (const StoredReceipt& stored : page.receipts) {
    const LandmarkObservation& seen = stored.checked.observation;
    if (seen.samples.empty() || HasUsableSample(seen)) continue;
    const auto usable = news.usable.find(seen.landmark);
    if (usable == news.usable.end()) continue;
    const std::size_t others = news.heard.at(seen.landmark).size() - 1;
    if (usable->second.contains(device) || 2 * usable->second.size() <= others) continue;
    MonotonicInstant& last = since[seen.landmark] = awaited_since_;
    if (history == histories_.end()) continue;
    const auto earlier = history->second.last_usable.find(seen.landmark);
    if (earlier != history->second.last_usable.end()) last = std::max(last, earlier->second);
  }
  return since;
}

LandmarkNews Pool(std::span<const LandmarkNews> news) {
  LandmarkNews pooled;
  for (const LandmarkNews& one : news) {
    pooled.devices += one.devices;
    for (const auto& [landmark, devices] : one.heard) {
      pooled.heard[landmark].insert(devices.begin(), devices.end());
    }
    for (const auto& [landmark, devices] : one.usable) {
      pooled.usable[landmark].insert(devices.begin(), devices.end());
    }
    if (!one.mesh.has_value()) continue;
    EARSHOT_CHECK(!pooled.mesh.has_value());
    pooled.mesh = one.mesh;
  }
  if (pooled.mesh.has_value()) pooled.mesh->deaf = pooled.heard.empty();
  return pooled;
}

LandmarkNews Verifier::News(RoundNumber round) const {
  LandmarkNews news;
  const auto found = books_.find(round);
  if (found == books_.end()) return news;
  news.devices = found->second.size();
  for (const auto& [id, page] : found->second) {
    for (const StoredReceipt& stored : page.receipts) {
      const LandmarkObservation& seen = stored.checked.observation;
      if (!seen.samples.empty()) news.heard[seen.landmark].insert(id);
      if (HasUsableSample(seen)) news.usable[seen.landmark].insert(id);
    }
  }
  news.mesh = MeasureMesh(found->second);
  // Reference agents may die by themselves: whoever else is heard shows that the network lives.
  if (news.mesh.has_value()) news.mesh->deaf = news.heard.empty();
  return news;
}

// Landmarks that heard somebody else in this round, or in the last one where this round asks one
// device alone.
std::set<LandmarkId> Verifier::HealthyFor(const DeviceId& device, const LandmarkNews& news) const {
  std::set<LandmarkId> healthy;
  const auto note = [&](const std::map<LandmarkId, std::set<DeviceId>>& heard) {
    for (const auto& [landmark, devices] : heard) {
      if (devices.size() > (devices.contains(device) ? 1U : 0U)) healthy.insert(landmark);
    }
  };
  note(news.heard);
  if (news.devices <= 1) note(heard_last_round_);
  return healthy;
}

std::optional<MeshState> Verifier::MeasureMesh(const Book& book) const {
  std::vector<ReferenceObservation> references;
  for (const auto& [id, page] : book) {
    const EnrolledDevice* device = setup_.registry.Find(id);
    if (device == nullptr || !device->reference_for.has_value()) continue;
    const auto beside = std::ranges::find(landmarks_, *device->reference_for, &Landmark::id);
    if (beside == landmarks_.end()) continue;
    ReferenceObservation reference{id, beside->position, beside->position_uncertainty,
                                   beside->domain, {}};
    for (const StoredReceipt& stored : page.receipts) {
      reference.landmarks.push_back(stored.checked.observation);
    }
    references.push_back(std::move(reference));
  }
  if (references.empty()) return std::nullopt;
  return JudgeMesh(references, landmarks_, policy_).state;
}

std::vector<const StoredReceipt*> Verifier::ReceiptsFor(const DeviceId& device,
                                                        const Page& page) const {
  std::vector<const StoredReceipt*> receipts;
  for (const StoredReceipt& stored : page.receipts) receipts.push_back(&stored);
  const auto found = histories_.find(device);
  if (found == histories_.end()) return receipts;
  const History& history = found->second;
  for (const StoredReceipt& stored : history.convicting) receipts.push_back(&stored);
  for (const auto& [landmark, stored] : history.bounding) {
    if (!page.Heard(landmark)) receipts.push_back(&stored);
  }
  // Another session under the counter of a session of this round.
  for (const StoredReceipt& stored : page.receipts) {
    const auto earlier = history.by_counter.find(stored.checked.session_counter);
    if (earlier != history.by_counter.end() &&
        CounterReused(earlier->second.checked, stored.checked)) {
      receipts.push_back(&earlier->second);
    }
  }
  return receipts;
}

void Verifier::Remember(const DeviceId& device, Page page) {
  History& history = histories_[device];
  for (StoredReceipt& stored : page.receipts) {
    const LandmarkObservation& seen = stored.checked.observation;
    if (seen.samples.empty()) continue;
    if (seen.evidence == EvidenceState::kValid) {
      history.last_valid_answer = std::max(history.last_valid_answer.value_or(seen.end), seen.end);
    }
    if (HasUsableSample(seen)) history.last_usable.insert_or_assign(seen.landmark, seen.end);
    history.bounding.insert_or_assign(seen.landmark, stored);
  }
  for (StoredReceipt& stored : page.receipts) {
    const std::uint64_t counter = stored.checked.session_counter;
    const auto [earlier, is_new] = history.by_counter.try_emplace(counter, stored);
    if (!is_new && CounterReused(earlier->second.checked, stored.checked) &&
        history.convicting.empty()) {
      history.convicting = {earlier->second, std::move(stored)};
    }
  }
  while (history.by_counter.size() > kCountersKept) {
    history.by_counter.erase(history.by_counter.begin());
  }
}

struct Verifier::Case {
  const EnrolledDevice* device;
  std::vector<const StoredReceipt*> receipts;
  RoundFacts facts;
  DeviceObservation observation;
};

void Verifier::WatchChange(std::vector<Case>& cases, const ClockReading& now, Asked asked) {
  if (!changes_.watches()) return;
  for (const auto& [name, device] : setup_.registry.devices()) {
    if (device.RetiredAt(now.wall)) changes_.Forget(device.id());
  }
  if (asked == Asked::kInRound) {
    std::vector<WatchedRound> round;
    for (const Case& c : cases) {
      const Site& site = c.device->declaration.site;
      round.push_back({c.device->id(), site.name, site.position,
                       ExpectedLandmarks(c.observation, landmarks_, c.facts.mesh)});
    }
    changes_.Observe(round, now.monotonic);
  }
  for (Case& c : cases) {
    c.facts.signals.merge(changes_.SignalsOf(c.device->id()));
    c.observation.signals.assign(c.facts.signals.begin(), c.facts.signals.end());
  }
}

std::vector<DeviceVerdict> Verifier::CloseRound(RoundNumber round, const ClockReading& now,
                                                const LandmarkNews& news, Asked asked) {
  const auto found = books_.find(round);
  if (found == books_.end()) return {};
  Book book = std::move(books_.extract(found).mapped());
  if (news.mesh.has_value()) mesh_ = *news.mesh;

  const RevocationListContent* revocations = revocations_.has_value() ? &*revocations_ : nullptr;
  std::vector<Case> cases;
  std::vector<SiteDevice> sites;
  for (const auto& [id, page] : book) {
    const EnrolledDevice* device = setup_.registry.Find(id);
    if (device == nullptr || device->reference_for.has_value()) continue;
    Case c{device, ReceiptsFor(id, page), {}, {}};
    c.facts = RoundFacts{round, now.monotonic, now.wall, awaited_since_,
                         histories_[id].last_valid_answer, page.expected, HealthyFor(id, news),
                         RefusedSince(id, page),
                         TaintedSince(id, page, news), page.packets_refused, page.signals, mesh_, false};
    for (const LandmarkId& landmark : page.overrun) {
      // What it heard counts in full: it stays the judge of whom it heard.
      if (!page.Heard(landmark)) c.facts.healthy.erase(landmark);
    }
    c.observation = BuildObservation(*device, c.receipts, c.facts, revocations);
    if (c.observation.awaited_since <= now.monotonic) {
      sites.push_back({device->declaration.site.name, IsSilent(c.observation, policy_)});
    }
    cases.push_back(std::move(c));
  }
  const std::vector<std::string> outages = OutageCandidates(sites);
  WatchChange(cases, now, asked);

  std::vector<DeviceVerdict> verdicts;
  for (Case& c : cases) {
    c.facts.site_outage = std::ranges::binary_search(outages, c.device->declaration.site.name);
    Appraisal appraisal = Appraise({.observation = c.observation,
                                    .declaration = c.device->declaration,
                                    .endorsement = c.device->endorsement,
                                    .landmarks = landmarks_,
                                    .mesh = c.facts.mesh,
                                    .policy = policy_,
                                    .site_outage = c.facts.site_outage},
                                   *setup_.test, *setup_.map);
    const Result<std::string> bundle =
        EncodeBundle(MakeBundle(setup_.blobs, setup_.root, *c.device, c.receipts, c.facts,
                                c.observation, appraisal, setup_.verdict_key));
    verdicts.push_back({c.device->name, std::move(appraisal), bundle.value_or(std::string()),
                        AskedIn(c.observation)});
  }
  std::ranges::sort(verdicts, {}, &DeviceVerdict::name);

  if (news.devices > 1) heard_last_round_ = news.heard;
  for (auto& [id, page] : book) Remember(id, std::move(page));
  return verdicts;
}

}  // namespace earshot
