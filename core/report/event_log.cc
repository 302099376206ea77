#include "core/report/event_log.h"

#include <fmt/format.h>

#include <array>

#include "core/base/check.h"
#include "core/crypto/sha256.h"

namespace earshot {
namespace {

// Readers of JSON keep numbers as doubles.
constexpr std::int64_t kExactInDouble = std::int64_t{1} << 53U;

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

void AppendJsonText(std::string_view text, std::string& out) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

template <typename Unsigned>
void AppendBigEndian(Unsigned value, Bytes& out) {
  const std::size_t offset = out.size();
  out.resize(offset + sizeof(Unsigned));
  StoreBigEndian<Unsigned>(out, offset, value);
}

void AppendText(std::string_view text, Bytes& out) {
  AppendBigEndian(static_cast<std::uint32_t>(text.size()), out);
  out.insert(out.end(), text.begin(), text.end());
}

// kind (1) | at_ns (8) | fields (1), then per field: name | type (1) | value, where text is
// length (4) | bytes, an integer is 8 bytes two's complement and a digest 32 bytes. Every length is
// explicit, so no two records share an encoding.
Bytes Encode(const EventRecord& record) {
  Bytes out;
  out.reserve(256);
  out.push_back(static_cast<std::uint8_t>(record.kind));
  AppendBigEndian(static_cast<std::uint64_t>(record.at.count()), out);
  EARSHOT_CHECK(record.fields.size() < 256);
  out.push_back(static_cast<std::uint8_t>(record.fields.size()));
  for (const EventField& field : record.fields) {
    AppendText(field.name, out);
    out.push_back(static_cast<std::uint8_t>(field.value.index()));
    std::visit(Overloaded{[&](std::int64_t v) { AppendBigEndian(static_cast<std::uint64_t>(v), out); },
                          [&](const std::string& v) { AppendText(v, out); },
                          [&](const Bytes32& v) { out.insert(out.end(), v.begin(), v.end()); }},
               field.value);
  }
  return out;
}

std::string JoinReasons(const Judgement& judgement) {
  std::string text;
  for (const Reason& reason : judgement.reasons) {
    if (!text.empty()) text += ' ';
    text += ReasonCodeName(reason.code);
  }
  return text;
}

std::string Text(std::string_view view) { return std::string(view); }

}  // namespace

std::string_view EventKindName(EventKind kind) {
  switch (kind) {
    case EventKind::kSessionOpened: return "session_opened";
    case EventKind::kSample: return "sample";
    case EventKind::kReceipt: return "receipt";
    case EventKind::kRoundClosed: return "round_closed";
    case EventKind::kVerdict: return "verdict";
    case EventKind::kPacketsRefused: return "packets_refused";
    case EventKind::kRunStopped: return "run_stopped";
  }
  EARSHOT_CHECK(false);
}

EventRecord SessionOpenedEvent(Duration at, const LandmarkId& landmark, const DeviceId& device,
                               SessionId session, std::uint64_t counter) {
  return {EventKind::kSessionOpened,
          at,
          {{"landmark", landmark.value()},
           {"device", device.value()},
           {"session", fmt::format("{:016x}", session.value())},
           {"counter", static_cast<std::int64_t>(counter)}}};
}

EventRecord SampleEvent(Duration at, const LandmarkId& landmark, const DeviceId& device,
                        SessionId session, std::uint32_t session_round, RoundNumber round,
                        const Sample& sample, std::string_view scheduling) {
  EventRecord record{EventKind::kSample,
                     at,
                     {{"landmark", landmark.value()},
                      {"device", device.value()},
                      {"session", fmt::format("{:016x}", session.value())},
                      {"session_round", std::int64_t{session_round}},
                      {"round", std::int64_t{round.value()}},
                      {"index", std::int64_t{sample.index}},
                      {"rtt_ns", std::int64_t{sample.rtt.duration().count()}},
                      {"stamps", Text(StampKindName(sample.stamps))},
                      {"taint", std::int64_t{static_cast<std::uint8_t>(sample.taint)}}}};
  if (!scheduling.empty()) record.fields.push_back({"scheduling", Text(scheduling)});
  return record;
}

EventRecord ReceiptEvent(Duration at, const LandmarkId& landmark, const DeviceId& device,
                         RoundNumber round, const Bytes32& receipt_sha256, bool with_evidence) {
  return {EventKind::kReceipt,
          at,
          {{"landmark", landmark.value()},
           {"device", device.value()},
           {"round", std::int64_t{round.value()}},
           {"receipt_sha256", receipt_sha256},
           {"with_evidence", std::int64_t{with_evidence ? 1 : 0}}}};
}

EventRecord RoundClosedEvent(Duration at, RoundNumber round, std::uint32_t devices) {
  return {EventKind::kRoundClosed,
          at,
          {{"round", std::int64_t{round.value()}}, {"devices", std::int64_t{devices}}}};
}

EventRecord VerdictEvent(Duration at, const Appraisal& appraisal) {
  return {EventKind::kVerdict,
          at,
          {{"device", appraisal.device.value()},
           {"round", std::int64_t{appraisal.round.value()}},
           {"headline", Text(VerdictName(appraisal.headline))},
           {"site", Text(VerdictName(appraisal.site.verdict))},
           {"site_basis", Text(BasisName(appraisal.site.basis))},
           {"site_reasons", JoinReasons(appraisal.site)},
           {"licence", Text(VerdictName(appraisal.licence.verdict))},
           {"licence_basis", Text(BasisName(appraisal.licence.basis))},
           {"licence_reasons", JoinReasons(appraisal.licence)}}};
}

EventRecord PacketsRefusedEvent(Duration at, const LandmarkId& landmark, std::string_view why,
                                std::uint64_t count) {
  return {EventKind::kPacketsRefused,
          at,
          {{"landmark", landmark.value()},
           {"why", Text(why)},
           {"count", static_cast<std::int64_t>(count)}}};
}

EventRecord RunStoppedEvent(Duration at, std::string_view why) {
  return {EventKind::kRunStopped, at, {{"why", Text(why)}}};
}

std::string EventLine(const EventRecord& record) {
  std::string line = fmt::format("{{\"event\":\"{}\",\"at_ns\":{}", EventKindName(record.kind),
                                 record.at.count());
  for (const EventField& field : record.fields) {
    fmt::format_to(std::back_inserter(line), ",\"{}\":", field.name);
    std::visit(Overloaded{[&](std::int64_t v) {
                            const bool exact = v >= -kExactInDouble && v <= kExactInDouble;
                            line += exact ? fmt::format("{}", v) : fmt::format("\"{}\"", v);
                          },
                          [&](const std::string& v) { AppendJsonText(v, line); },
                          [&](const Bytes32& v) { AppendJsonText(HexEncode(v), line); }},
               field.value);
  }
  line += "}\n";
  return line;
}

EventLog::EventLog(std::function<void(std::string_view)> sink) : sink_(std::move(sink)) {}

void EventLog::Append(const EventRecord& record) {
  const Bytes encoding = Encode(record);
  hash_ = Sha256({ByteSpan(hash_), ByteSpan(encoding)});
  ++count_;
  if (sink_) sink_(EventLine(record));
}

}  // namespace earshot
