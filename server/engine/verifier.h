// server/engine/verifier.h: from receipts to verdicts. Sans I/O.
//
// Trusts no landmark further than a stranger could: every receipt is recomputed as it arrives
// (core/protocol/receipt_check.h), and one that does not hold together counts for nothing. At the
// end of a round: mesh, outages, one appraisal a device, one signed bundle a verdict.
//
// Where the policy asks for it, every device is also watched through time
// (core/appraisal/change_watch.h). Enrolments live in this object alone: a verifier that is made anew
// enrols anew, and a bundle states the alarm and cannot show it.
#ifndef EARSHOT_SERVER_ENGINE_VERIFIER_H_
#define EARSHOT_SERVER_ENGINE_VERIFIER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/appraisal/change_book.h"
#include "core/appraisal/country_map.h"
#include "core/appraisal/placement_test.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/ed25519.h"
#include "core/domain/observation.h"
#include "core/domain/policy.h"
#include "core/domain/verdict.h"
#include "core/protocol/authority.h"
#include "core/protocol/landmark_session.h"
#include "server/engine/case_file.h"
#include "server/engine/check_limiter.h"
#include "server/engine/enrolment.h"
#include "server/engine/evidence_check.h"

namespace earshot {

// What a verifier acts on. The blobs are verified when it is made.
struct VerifierSetup {
  Ed25519PublicKey root;
  SharedBlobs blobs;
  Ed25519PrivateKey verdict_key;
  Registry registry;
  const PlacementTest* test = nullptr;  // must outlive the verifier, as must the map
  const CountryMap* map = nullptr;
};

// What a landmark that was meant to ask a device did in the round of a verdict.
struct AskedLandmark {
  std::uint32_t pings_sent = 0;
  std::uint32_t pings_answered = 0;
  bool covered_by_evidence = false;  // the device signed for these answers
  // Since the measurement began that stands in for this round's, where one does.
  std::optional<Duration> carried_age;
};

// A verdict with what shows it.
struct DeviceVerdict {
  std::string name;
  Appraisal appraisal;
  std::string bundle;  // bytes of the bundle file; empty when it would be too large
  std::map<LandmarkId, AskedLandmark> asked;
};

// What a round showed of the landmarks themselves. Verifiers that share landmarks and divide the
// devices among them pool it before they judge: each then judges as one with all devices would.
// The devices declared at one site must be with one verifier: an outage is a site's.
struct LandmarkNews {
  std::size_t devices = 0;  // asked in the round, reference agents included
  std::map<LandmarkId, std::set<DeviceId>> heard;   // whom a landmark heard
  std::map<LandmarkId, std::set<DeviceId>> usable;  // of these, whom with a sample without taint
  std::optional<MeshState> mesh;                   // when reference agents were asked
};
// All reference agents must be with one verifier (CHECK).
LandmarkNews Pool(std::span<const LandmarkNews> news);

// Only ever grows.
struct VerifierCounters {
  std::uint64_t receipts = 0;
  // Do not hold together, come from a landmark not listed or withdrawn, or are of an old session or
  // an old round of one.
  std::uint64_t receipts_refused = 0;
  std::uint64_t receipts_late = 0;     // of a round that is over
};

// Confined to one thread.
class Verifier {
 public:
  // Verifies the shared blobs. `now`: answers are due from here on.
  static Result<Verifier> Create(VerifierSetup setup, const ClockReading& now);

  // The landmarks in `expected` are meant to probe `device` in `round`.
  void Expect(RoundNumber round, const DeviceId& device, std::set<LandmarkId> expected);

  // A receipt from a landmark. Null: it counts for nothing (counted). The pointer lives until the
  // next call.
  const CheckedReceipt* AddReceipt(const LandmarkId& landmark, ClosedRound closed);
  // The device's counter went back, or was used twice, as a landmark saw it.
  void AddSignal(RoundNumber round, const DeviceId& device, Signal signal);
  // Packets for `device` that a landmark without a session refused.
  void AddRefused(RoundNumber round, const DeviceId& device, std::uint32_t packets);
  // What handshakes from an address of `device`, or its datagrams, lacked at `landmark` during
  // `round`. What the landmark then did not hear is no evidence: docs/THREAT_MODEL.md.
  void AddShortage(RoundNumber round, const DeviceId& device, const LandmarkId& landmark,
                   Shortage shortage);

  // Why a round took place: by schedule, or because somebody asked about one device. The latter do
  // not count in the change test, whose blocks are stretches of time.
  enum class Asked : std::uint8_t { kInRound, kApart };
  // Judges every device expected in `round`, reference agents aside, by name. Their verdicts rest
  // on the mesh of this round if it was measured in it, else on the last one.
  std::vector<DeviceVerdict> CloseRound(RoundNumber round, const ClockReading& now,
                                        Asked asked = Asked::kInRound) {
    return CloseRound(round, now, News(round), asked);
  }
  // The same by pooled news, in which this verifier's own must be.
  std::vector<DeviceVerdict> CloseRound(RoundNumber round, const ClockReading& now,
                                        const LandmarkNews& news, Asked asked = Asked::kInRound);
  // Of an open round, as far as receipts have come; nothing of one that is not open.
  LandmarkNews News(RoundNumber round) const;

  // Forgets an open round without judging anybody by it.
  void Abandon(RoundNumber round) { books_.erase(round); }
  // Nobody was asked until `now`, because the machine slept: answers become due anew, and what came
  // before keeps its age.
  void AwaitAnew(MonotonicInstant now) { awaited_since_ = now; }

  // A newer revocation list. An older one is refused (kExpired) and changes nothing.
  Status UpdateRevocations(Bytes blob);
  // Whether what this verifier signs would count (kUnauthenticated): Create refuses a verdict key
  // that is withdrawn, and a later list may withdraw it. No further round should then be closed.
  Status MaySign() const;
  // A newer landmark list, with the position records of the setup. An older one is refused
  // (kExpired), as is one without a landmark at a known place (kInvalidArgument); either changes
  // nothing. What was kept from landmarks that the new list does not vouch for, or puts at
  // another place, is forgotten.
  Status UpdateLandmarkList(Bytes blob);

  const Registry& registry() const { return setup_.registry; }
  const Policy& policy() const { return policy_; }
  const std::vector<Landmark>& landmarks() const { return landmarks_; }  // by id
  const LandmarkListContent& list() const { return list_; }
  std::uint64_t revocations_version() const {
    return revocations_.has_value() ? revocations_->version : 0;
  }
  const MeshState& mesh() const { return mesh_; }
  const VerifierCounters& counters() const { return counters_; }

 private:
  // What happens to one device in one open round.
  struct Page {
    bool Heard(const LandmarkId& landmark) const;

    std::set<LandmarkId> expected;
    std::vector<StoredReceipt> receipts;
    std::set<Signal> signals;
    std::uint32_t packets_refused = 0;
    std::set<LandmarkId> short_of_own_budget;  // Shortage::kOwnAddress
    std::set<LandmarkId> overrun;              // Shortage::kEverybody
  };
  using Book = std::map<DeviceId, Page>;
  // What is kept of a device between rounds.
  struct History {
    std::map<LandmarkId, StoredReceipt> bounding;           // latest, for carrying bounds
    std::map<std::uint64_t, StoredReceipt> by_counter;      // latest kCountersKept
    std::vector<StoredReceipt> convicting;                  // two with one counter, for good
    std::optional<MonotonicInstant> last_valid_answer;
    std::map<LandmarkId, MonotonicInstant> last_usable;  // sample without taint
  };

  // One device at the end of one round.
  struct Case;

  Verifier(VerifierSetup setup, Policy policy, const ClockReading& now);
  // The round last taken from one landmark about one device.
  struct LastSession {
    std::uint64_t counter = 0;
    std::uint32_t round = 0;  // of the session
    Bytes32 identity_transcript{};
  };
  Status TakeLandmarkList(const ListTrust& trust, LandmarkListContent list, Bytes blob);
  void ForgetUnless(const std::function<bool(const StoredReceipt&)>& stands);
  bool IsWithdrawn(const Ed25519PublicKey& key) const;
  // What was taken from landmarks before they were withdrawn: no bundle may rest on it.
  void ForgetWithdrawn();
  bool IsNewRound(const LandmarkId& landmark, const CheckedReceipt& checked);
  std::set<LandmarkId> HealthyFor(const DeviceId& device, const LandmarkNews& news) const;
  std::map<LandmarkId, MonotonicInstant> TaintedSince(const DeviceId& device, const Page& page,
                                                      const LandmarkNews& news) const;
  std::map<LandmarkId, MonotonicInstant> RefusedSince(const DeviceId& device,
                                                      const Page& page) const;
  std::optional<MeshState> MeasureMesh(const Book& book) const;
  std::vector<const StoredReceipt*> ReceiptsFor(const DeviceId& device, const Page& page) const;
  void Remember(const DeviceId& device, Page page);
  // Puts what the change test says into the facts and the observation of each case.
  void WatchChange(std::vector<Case>& cases, const ClockReading& now, Asked asked);

  VerifierSetup setup_;  // blobs.position_records: those of list_
  std::vector<std::string> all_position_records_;
  ListTrust trust_;
  LandmarkListContent list_;
  std::vector<Landmark> landmarks_;
  Policy policy_;
  std::optional<RevocationListContent> revocations_;
  MonotonicInstant awaited_since_;  // its start, or its waking
  std::map<RoundNumber, Book> books_;
  std::map<DeviceId, History> histories_;
  std::map<std::pair<DeviceId, LandmarkId>, LastSession> last_sessions_;  // enrolled devices only
  std::map<LandmarkId, std::set<DeviceId>> heard_last_round_;
  MeshState mesh_;
  VerifierCounters counters_;
  ChangeBook changes_;
};

}  // namespace earshot

#endif  // EARSHOT_SERVER_ENGINE_VERIFIER_H_
