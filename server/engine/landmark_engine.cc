#include "server/engine/landmark_engine.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"
#include "core/protocol/wire_format.h"

namespace earshot {
namespace {

// A probe key names session and index: 0 is never one, because serials start at 1.
constexpr unsigned kIndexBits = 16;
static_assert(wire::kChainLengthMax < (1U << kIndexBits), "an index must fit into a probe key");

std::uint64_t ProbeKey(std::uint64_t serial, std::uint32_t index) {
  return (serial << kIndexBits) | index;
}

}  // namespace

LandmarkEngine::LandmarkEngine(const LandmarkKeys& keys, const LandmarkEngineOptions& options,
                               Random& random, DatagramTransport& transport,
                               LandmarkObserver& observer, Enrolled enrolled, MonotonicInstant now)
    : keys_(keys), options_(options), random_(random), transport_(transport), observer_(observer),
      enrolled_(std::move(enrolled)), door_(keys, random, now), limiter_(options.checks) {
  EARSHOT_CHECK(options_.session.resolve != nullptr);
  EARSHOT_CHECK(options_.welcomes.size_max >= 1 && options_.welcomes.size_max <= kWelcomeBatchMax);
  unsigned_welcomes_.reserve(kWelcomeBatchMax);
}

void LandmarkEngine::OnDatagram(const Endpoint& from, ByteSpan packet,
                                const ClockReading& after_receive,
                                std::optional<WallInstant> kernel_receive) {
  const MonotonicInstant now = after_receive.monotonic;
  if (!unsigned_welcomes_.empty() && now >= eldest_unsigned_ + options_.welcomes.wait_max) {
    SignWaitingWelcomes();
  }
  const std::optional<MessageType> type = PeekType(packet);
  if (!type.has_value()) return CountRefused(from, Refusal::kMagic);
  switch (*type) {
    case MessageType::kPong:
      return OnPong(from, packet, after_receive, kernel_receive);
    case MessageType::kEvidence:
      return OnEvidence(from, packet, after_receive);
    case MessageType::kHello: {
      const Refusal refusal = door_.OnHello(packet, from, now, packet_);
      if (refusal != Refusal::kNone) return CountRefused(from, refusal);
      ++counters_.retries;
      transport_.Send(from, packet_.view(), 0);
      return;
    }
    case MessageType::kHello2:
      return OnHello2(from, packet, after_receive);
    case MessageType::kRetry:
    case MessageType::kWelcome:
    case MessageType::kPing:
    case MessageType::kReceipt:
      return CountRefused(from, Refusal::kType);
  }
}

void LandmarkEngine::OnDropped(std::uint64_t total, MonotonicInstant now) {
  if (total <= counters_.dropped) return;
  counters_.dropped = total;
  dropped_at_ = now;
}

void LandmarkEngine::OnHello2(const Endpoint& from, ByteSpan packet, const ClockReading& now) {
  Bytes32 transcript{};
  if (const Refusal refusal = door_.CheckHello2(packet, from, now.monotonic, transcript);
      refusal != Refusal::kNone) {
    return CountRefused(from, refusal);
  }
  if (const auto known = by_transcript_.find(transcript); known != by_transcript_.end()) {
    LandmarkSession& session = *sessions_.at(known->second).session;
    const bool is_signed = std::find(unsigned_welcomes_.begin(), unsigned_welcomes_.end(),
                                     known->second) == unsigned_welcomes_.end();
    if (is_signed && session.OnHello2Again(from) == Refusal::kNone) {
      transport_.Send(from, session.welcome(), 0);
    }
    return;
  }
  if (sessions_.size() >= options_.sessions_max) {
    ++counters_.table_full;
    return;
  }
  if (!MayCheck(from, now.monotonic)) {
    ++counters_.checks_limited;
    return;
  }
  tl::expected<OpenedHello, Refusal> hello = door_.OpenHello2(packet, from);
  if (!hello.has_value()) return CountRefused(from, hello.error());
  if (!enrolled_(hello->device)) {
    ++counters_.not_enrolled;
    return;
  }
  const CounterJudgement judgement =
      counters_of_devices_.Judge(hello->device, hello->session_counter, transcript);
  if (judgement != CounterJudgement::kFresh) {
    ++counters_.stale_counter;
    if (judgement != CounterJudgement::kRepeated) {
      observer_.OnCounter(keys_.id, hello->device, judgement);
    }
    return;
  }
  OpenSession(*std::move(hello), now);
}

bool LandmarkEngine::MayCheck(const Endpoint& from, MonotonicInstant now) {
  const auto known = by_source_.find(from);
  return known != by_source_.end() ? limiter_.AllowKnown(known->second, now)
                                   : limiter_.Allow(from, now);
}

void LandmarkEngine::OpenSession(OpenedHello hello, const ClockReading& now) {
  std::uint64_t session_id = 0;
  while (session_id == 0 || by_session_id_.contains(session_id)) session_id = random_.NextU64();
  Result<std::unique_ptr<LandmarkSession>> opened =
      LandmarkSession::Open(std::move(hello), keys_, options_.session, SessionId(session_id),
                            random_, now);
  if (!opened.has_value()) {
    static_cast<void>(counters_.refusals.Count(Refusal::kKeyAgreement));
    return;
  }
  const Serial serial = next_serial_++;
  const LandmarkSession& session = *Adopt(serial, *std::move(opened)).session;
  by_transcript_.emplace(session.transcript_sha256(), serial);

  // A device has one open session here: its newest, by the counter.
  Known& known = devices_[session.device()];
  if (known.open.has_value()) EndSession(*known.open, sessions_.at(*known.open), now.monotonic);
  known.open = serial;
  if (known.unheard.has_value()) known.refused += known.unheard->refused;
  known.unheard.reset();
  by_source_.erase(known.last_source);
  known.last_source = session.source();
  by_source_.insert_or_assign(session.source(), session.device());

  ++counters_.sessions_opened;
  if (unsigned_welcomes_.empty()) eldest_unsigned_ = now.monotonic;
  unsigned_welcomes_.push_back(serial);
  if (unsigned_welcomes_.size() >= options_.welcomes.size_max) SignWaitingWelcomes();
  observer_.OnSessionOpened(keys_.id, session.device(), session.id(), session.session_counter());
}

LandmarkEngine::Entry& LandmarkEngine::Adopt(Serial serial,
                                             std::unique_ptr<LandmarkSession> session) {
  Entry& entry = sessions_[serial];
  entry.session = std::move(session);
  entry.seat = wakes_.TakeSeat();
  seated_.resize(std::max<std::size_t>(seated_.size(), entry.seat + std::size_t{1}));
  seated_[entry.seat] = &entry;
  by_session_id_.emplace(entry.session->id().value(),
                         WireRound{entry.session->round(), serial, &entry});
  Rearm(serial, entry);
  return entry;
}

void LandmarkEngine::Flush() {
  SignWaitingWelcomes();
  transport_.Flush();
}

void LandmarkEngine::SignWaitingWelcomes() {
  if (unsigned_welcomes_.empty()) return;
  std::array<WelcomeBytes*, kWelcomeBatchMax> batch{};
  std::array<const LandmarkSession*, kWelcomeBatchMax> waiting{};
  std::size_t count = 0;
  for (const Serial serial : unsigned_welcomes_) {
    const auto entry = sessions_.find(serial);
    if (entry == sessions_.end()) continue;
    waiting[count] = entry->second.session.get();
    batch[count++] = &entry->second.session->welcome();
  }
  unsigned_welcomes_.clear();
  if (count == 0) return;
  SignWelcomes(keys_.signing, std::span(batch).first(count));
  ++counters_.welcome_signatures;
  for (std::size_t i = 0; i < count; ++i) {
    transport_.Send(waiting[i]->source(), ByteSpan(*batch[i]), 0);
  }
}

void LandmarkEngine::OnPong(const Endpoint& from, ByteSpan packet,
                            const ClockReading& after_receive,
                            std::optional<WallInstant> kernel_receive) {
  const WireRound* const found = FindByWireName(packet);
  if (found == nullptr) return CountRefused(from, Refusal::kSession);
  Entry& entry = *found->entry;
  const Refusal refusal = entry.session->OnPong(packet, from, after_receive, kernel_receive);
  if (refusal != Refusal::kNone) return;  // counted by the session
  ++counters_.pongs;
  Rearm(found->serial, entry);
}

void LandmarkEngine::OnEvidence(const Endpoint& from, ByteSpan packet, const ClockReading& now) {
  const WireRound* const found = FindByWireName(packet);
  if (found == nullptr) return CountRefused(from, Refusal::kSession);
  const Serial serial = found->serial;
  Entry& entry = *found->entry;
  if (entry.session->OnEvidence(packet, from, now, packet_) != Refusal::kNone) return;
  transport_.Send(from, packet_.view(), 0);
  if (entry.session->sampling() || entry.session->receipt_made()) return;
  if (std::unique_ptr<LandmarkSession> next = entry.session->TakeNextRound(); next != nullptr) {
    // Ready before the observer hears of this round's end.
    const Serial next_serial = next_serial_++;
    devices_[next->device()].open = next_serial;
    Adopt(next_serial, std::move(next));
    ++counters_.rounds_resumed;
  }
  EndSession(serial, entry, now.monotonic);  // rearms for the lingering
}

void LandmarkEngine::OnTransmitStamp(std::uint64_t probe_key, WallInstant stamp,
                                     WallInstant not_after) {
  const auto entry = sessions_.find(probe_key >> kIndexBits);
  if (entry == sessions_.end()) return;
  const auto index = static_cast<std::uint32_t>(probe_key & ((1U << kIndexBits) - 1));
  entry->second.session->OnTransmitStamp(index, stamp, not_after);
}

void LandmarkEngine::OnTimer(MonotonicInstant now) {
  if (!unsigned_welcomes_.empty() && now >= eldest_unsigned_ + options_.welcomes.wait_max) {
    SignWaitingWelcomes();
  }
  wakes_.Due(now, &due_);
  for (const auto& [at, serial, seat] : due_) {
    if (seated_[seat] == nullptr) continue;
    Entry& entry = *seated_[seat];
    LandmarkSession& session = *entry.session;
    session.OnTimer(now);
    StartDueTrains(entry, now);
    SendDuePings(serial, entry, now);
    const bool over = !session.sampling() && !session.receipt_made();
    if (over && !EndSession(serial, entry, now)) continue;
    if (session.Forgettable(now)) {
      Forget(serial);
    } else {
      Rearm(serial, entry);
    }
  }
  transport_.Flush();
}

void LandmarkEngine::StartDueTrains(Entry& entry, MonotonicInstant now) {
  while (!entry.trains.empty() && entry.trains.back() <= now) {
    if (!entry.session->StartTrain(now)) {
      entry.trains.back() = now + kTrainRetry;
      return;
    }
    entry.trains.pop_back();
  }
}

void LandmarkEngine::SendDuePings(Serial serial, Entry& entry, MonotonicInstant now) {
  LandmarkSession& session = *entry.session;
  bool first = true;
  while (const std::optional<DuePing> ping = session.NextPing(now)) {
    if (!std::exchange(first, false)) transport_.Flush();  // one probe of a chain a send call
    const ClockReading before =
        transport_.Send(session.source(), ping->bytes, ProbeKey(serial, ping->index));
    session.OnPingSent(ping->index, before);
    ++counters_.pings_sent;
  }
}

// Ends a session that is not closed yet: with a receipt when it was pinged, without a trace when
// nobody was asked anything.
bool LandmarkEngine::EndSession(Serial serial, Entry& entry, MonotonicInstant now) {
  if (entry.session->receipt_made()) return true;
  if (entry.round.has_value() && entry.session->pings_sent() > 0) {
    Close(serial, entry, *entry.round, now);
    return true;
  }
  Forget(serial);
  return false;
}

void LandmarkEngine::Close(Serial serial, Entry& entry, RoundNumber round, MonotonicInstant now) {
  LandmarkSession& session = *entry.session;
  Known& known = devices_[session.device()];
  if (known.open == serial) known.open.reset();
  entry.trains.clear();
  const std::uint32_t refused = std::exchange(known.refused, 0);
  ClosedRound closed = session.Close(round, now, refused);
  Rearm(serial, entry);
  if (session.resumed() && session.pongs() == 0) {
    const auto unauthentic = static_cast<std::uint32_t>(session.counters().unauthentic());
    known.unheard = Unheard{round, std::move(closed), refused + unauthentic};
  } else {
    observer_.OnRoundClosed(keys_.id, session.device(), std::move(closed));
  }
}

void LandmarkEngine::ReportUnheard(RoundNumber round, const DeviceId& device, Known& known) {
  if (!known.unheard.has_value() || known.unheard->round != round) return;
  ClosedRound closed = std::exchange(known.unheard, std::nullopt)->closed;
  observer_.OnRoundClosed(keys_.id, device, std::move(closed));
}

void LandmarkEngine::Forget(Serial serial) {
  const auto found = sessions_.find(serial);
  if (found == sessions_.end()) return;
  const Entry& entry = found->second;
  const LandmarkSession& session = *entry.session;
  Known& known = devices_[session.device()];
  if (known.open == serial) known.open.reset();
  wakes_.LeaveSeat(entry.seat);
  seated_[entry.seat] = nullptr;
  const auto [begin, end] = by_session_id_.equal_range(session.id().value());
  by_session_id_.erase(std::find_if(
      begin, end, [serial](const auto& named) { return named.second.serial == serial; }));
  if (!session.resumed()) by_transcript_.erase(session.transcript_sha256());
  sessions_.erase(found);
}

void LandmarkEngine::Rearm(Serial serial, Entry& entry) {
  MonotonicInstant wake = entry.session->NextWake();
  if (!entry.trains.empty()) wake = std::min(wake, entry.trains.back());
  if (entry.wake == wake) return;
  wakes_.Set(entry.seat, wake, serial);
  entry.wake = wake;
}

std::optional<MonotonicInstant> LandmarkEngine::NextWake() const {
  std::optional<MonotonicInstant> wake = wakes_.Earliest();
  if (!unsigned_welcomes_.empty()) {
    const MonotonicInstant latest = eldest_unsigned_ + options_.welcomes.wait_max;
    wake = wake.has_value() ? std::min(*wake, latest) : latest;
  }
  return wake;
}

std::optional<MonotonicInstant> LandmarkEngine::ReadySince(const DeviceId& device) const {
  const auto known = devices_.find(device);
  if (known == devices_.end() || !known->second.open.has_value()) return std::nullopt;
  const Entry& entry = sessions_.at(*known->second.open);
  if (entry.round.has_value() || !entry.session->sampling()) return std::nullopt;
  return entry.session->opened_at();
}

bool LandmarkEngine::PlanTrains(const DeviceId& device, RoundNumber round,
                                std::span<const MonotonicInstant> starts) {
  if (!Ready(device)) return false;
  const Serial serial = *devices_.at(device).open;
  Entry& entry = sessions_.at(serial);
  entry.round = round;
  entry.trains.assign(starts.rbegin(), starts.rend());
  Rearm(serial, entry);
  return true;
}

void LandmarkEngine::EndRound(RoundNumber round, MonotonicInstant now) {
  std::vector<Serial> over;
  for (const auto& [serial, entry] : sessions_) {
    if (entry.round == round && !entry.session->receipt_made()) over.push_back(serial);
  }
  for (const Serial serial : over) EndSession(serial, sessions_.at(serial), now);
  for (auto& [device, known] : devices_) ReportUnheard(round, device, known);
}

void LandmarkEngine::EndRound(RoundNumber round, const DeviceId& device, MonotonicInstant now) {
  const auto known = devices_.find(device);
  if (known == devices_.end()) return;
  if (known->second.open.has_value()) {
    const Serial serial = *known->second.open;
    Entry& entry = sessions_.at(serial);
    if (entry.round == round) EndSession(serial, entry, now);
  }
  ReportUnheard(round, device, known->second);
}

void LandmarkEngine::CountRefused(const Endpoint& from, Refusal refusal) {
  static_cast<void>(counters_.refusals.Count(refusal));
  const auto device = by_source_.find(from);
  if (device != by_source_.end()) ++devices_.at(device->second).refused;
}

std::uint32_t LandmarkEngine::TakeRefused(const DeviceId& device) {
  const auto known = devices_.find(device);
  return known == devices_.end() ? 0 : std::exchange(known->second.refused, 0);
}

std::optional<std::uint32_t> LandmarkEngine::LastAddress(const DeviceId& device) const {
  const auto known = devices_.find(device);
  if (known == devices_.end()) return std::nullopt;
  return known->second.last_source.address;
}

const LandmarkEngine::WireRound* LandmarkEngine::FindByWireName(ByteSpan packet) const {
  const std::uint32_t round = PeekRound(packet);
  const auto [begin, end] = by_session_id_.equal_range(PeekSessionId(packet));
  const auto found = std::find_if(
      begin, end, [round](const auto& named) { return named.second.round == round; });
  return found == end ? nullptr : &found->second;
}

}  // namespace earshot
