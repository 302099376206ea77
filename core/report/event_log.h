// core/report/event_log.h: what happened in a run, record by record, and one hash over all of it.
//
// A record is a kind, an instant since the start of the run, and named fields that are integers or
// byte strings: nothing that two machines could print differently. Each record becomes one line of
// JSON for readers and one step of a hash chain,
//
//   h_0 = 32 zero bytes,  h_i = SHA-256(h_{i-1} || encoding of record i),
//
// so that two runs with one hash did the same things in the same order, whatever their JSON looks
// like. The encoding is drawn in event_log.cc. Events stay with the operator: they carry RTTs to
// the nanosecond, which no outward report may.
#ifndef EARSHOT_CORE_REPORT_EVENT_LOG_H_
#define EARSHOT_CORE_REPORT_EVENT_LOG_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/domain/sample.h"
#include "core/domain/verdict.h"

namespace earshot {

// The numbers are part of the hash: append, never renumber.
enum class EventKind : std::uint8_t {
  kSessionOpened = 1,
  kSample = 2,
  kReceipt = 3,
  kRoundClosed = 4,
  kVerdict = 5,
  kPacketsRefused = 6,
  kRunStopped = 7,
};
std::string_view EventKindName(EventKind kind);  // "session_opened"

// Text is UTF-8; Bytes32 prints as hexadecimal.
using EventValue = std::variant<std::int64_t, std::string, Bytes32>;

struct EventField {
  std::string_view name;  // a literal: lives as long as the program
  EventValue value;
};

// Make one with the functions below; fields are hashed in the order they stand in.
struct EventRecord {
  EventKind kind = EventKind::kRunStopped;
  Duration at{0};  // since the start of the run
  std::vector<EventField> fields;
};

EventRecord SessionOpenedEvent(Duration at, const LandmarkId& landmark, const DeviceId& device,
                               SessionId session, std::uint64_t counter);
// A packet of the session is named by `session_round`, the session's own, and the sample's index;
// `round` is the verifier's. `scheduling`: the class that the landmark ran in, in words; empty where
// there is none.
EventRecord SampleEvent(Duration at, const LandmarkId& landmark, const DeviceId& device,
                        SessionId session, std::uint32_t session_round, RoundNumber round,
                        const Sample& sample, std::string_view scheduling = {});
EventRecord ReceiptEvent(Duration at, const LandmarkId& landmark, const DeviceId& device,
                         RoundNumber round, const Bytes32& receipt_sha256, bool with_evidence);
EventRecord RoundClosedEvent(Duration at, RoundNumber round, std::uint32_t devices);
// Verdict, basis and reason codes of both questions; no region, no rings.
EventRecord VerdictEvent(Duration at, const Appraisal& appraisal);
// `why` is a stable lower-case name from the protocol's table of refusals.
EventRecord PacketsRefusedEvent(Duration at, const LandmarkId& landmark, std::string_view why,
                                std::uint64_t count);
EventRecord RunStoppedEvent(Duration at, std::string_view why);

// The JSON line of a record, newline included. Integers are exact up to 2^53, which nanoseconds of
// a run reach after 104 days; larger ones are printed as text.
std::string EventLine(const EventRecord& record);

// Appends records: the line goes to the sink, the encoding into the hash. Confined to one thread.
class EventLog {
 public:
  // `sink` is called once a record with its line; it may be empty when only the hash is wanted.
  explicit EventLog(std::function<void(std::string_view line)> sink = {});

  void Append(const EventRecord& record);

  // h_n of the records so far.
  const Bytes32& hash() const { return hash_; }
  std::uint64_t count() const { return count_; }

 private:
  std::function<void(std::string_view)> sink_;
  Bytes32 hash_{};
  std::uint64_t count_ = 0;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_REPORT_EVENT_LOG_H_
