#include "core/protocol/welcome.h"

#include <algorithm>
#include <limits>

namespace earshot {
namespace {

using Microseconds = std::chrono::duration<std::uint16_t, std::micro>;
using Milliseconds = std::chrono::duration<std::uint32_t, std::milli>;

// Whether `d` is a whole, representable number of `Unit`s.
template <typename Unit>
bool IsWhole(Duration d) {
  const auto max = static_cast<std::int64_t>(std::numeric_limits<typename Unit::rep>::max());
  const auto one = std::chrono::duration_cast<Duration>(Unit(1));
  return d.count() >= 0 && d.count() % one.count() == 0 && d.count() / one.count() <= max;
}

template <typename Unit>
typename Unit::rep CountOf(Duration d) {
  const auto one = std::chrono::duration_cast<Duration>(Unit(1));
  return static_cast<typename Unit::rep>(d.count() / one.count());
}

void WriteTerms(const SessionTerms& terms, WelcomeBytes& out) {
  StoreBigEndian<std::uint16_t>(out, wire::kWelcomeChainLengthAt, terms.chain_length);
  out[wire::kWelcomeTrainLengthAt] = terms.train_length;
  out[wire::kWelcomeTrainsAt] = terms.trains_outstanding;
  StoreBigEndian<std::uint16_t>(out, wire::kWelcomeGapAt, CountOf<Microseconds>(terms.gap));
  StoreBigEndian<std::uint16_t>(out, wire::kWelcomeSpinAt, CountOf<Microseconds>(terms.spin));
  StoreBigEndian<std::uint32_t>(out, wire::kWelcomeRateAt, terms.pings_per_second);
  StoreBigEndian<std::uint32_t>(out, wire::kWelcomeIdleAt,
                                CountOf<Milliseconds>(terms.evidence_idle));
  StoreBigEndian<std::uint32_t>(out, wire::kWelcomeLifetimeAt,
                                CountOf<Milliseconds>(terms.lifetime));
  StoreBigEndian<std::uint32_t>(out, wire::kWelcomeRoundAt, terms.round);
}

SessionTerms ReadTerms(ByteSpan packet) {
  SessionTerms terms;
  terms.chain_length = LoadBigEndian<std::uint16_t>(packet, wire::kWelcomeChainLengthAt);
  terms.train_length = packet[wire::kWelcomeTrainLengthAt];
  terms.trains_outstanding = packet[wire::kWelcomeTrainsAt];
  terms.gap = Microseconds(LoadBigEndian<std::uint16_t>(packet, wire::kWelcomeGapAt));
  terms.spin = Microseconds(LoadBigEndian<std::uint16_t>(packet, wire::kWelcomeSpinAt));
  terms.pings_per_second = LoadBigEndian<std::uint32_t>(packet, wire::kWelcomeRateAt);
  terms.evidence_idle = Milliseconds(LoadBigEndian<std::uint32_t>(packet, wire::kWelcomeIdleAt));
  terms.lifetime = Milliseconds(LoadBigEndian<std::uint32_t>(packet, wire::kWelcomeLifetimeAt));
  terms.round = LoadBigEndian<std::uint32_t>(packet, wire::kWelcomeRoundAt);
  return terms;
}

}  // namespace

bool TermsFit(const SessionTerms& terms) {
  return terms.chain_length >= 1 && terms.chain_length <= wire::kChainLengthMax &&
         terms.train_length >= 1 && terms.train_length <= wire::kTrainLengthMax &&
         terms.trains_outstanding >= 1 && terms.trains_outstanding <= wire::kTrainsOutstandingMax &&
         IsWhole<Microseconds>(terms.gap) && IsWhole<Microseconds>(terms.spin) &&
         terms.pings_per_second >= 1 && IsWhole<Milliseconds>(terms.evidence_idle) &&
         terms.evidence_idle.count() > 0 && IsWhole<Milliseconds>(terms.lifetime) &&
         terms.lifetime.count() > 0 && terms.round >= 1;
}

WelcomeBytes WriteWelcome(const Welcome& welcome) {
  EARSHOT_CHECK(TermsFit(welcome.terms) && welcome.session_id != 0);
  WelcomeBytes out{};
  WriteHeader({.type = MessageType::kWelcome,
               .suite = kSuite1,
               .session_id = welcome.session_id,
               .round = welcome.terms.round},
              out);
  std::ranges::copy(welcome.transcript_sha256, out.begin() + wire::kWelcomeTranscriptAt);
  std::ranges::copy(welcome.share, out.begin() + wire::kWelcomeShareAt);
  std::ranges::copy(welcome.nonce, out.begin() + wire::kWelcomeNonceAt);
  std::ranges::copy(welcome.anchor, out.begin() + wire::kWelcomeAnchorAt);
  WriteTerms(welcome.terms, out);
  std::ranges::copy(welcome.commitment, out.begin() + wire::kWelcomeCommitmentAt);
  return out;
}

ByteSpan SaltedPart(ByteSpan welcome, bool resumable) {
  return welcome.first(resumable ? wire::kWelcomeCommitmentAt : wire::kWelcomeLeafEnd);
}

Refusal ParseWelcome(ByteSpan packet, Welcome& out) {
  Header header;
  if (const Refusal refusal = ParseHeader(packet, header); refusal != Refusal::kNone) {
    return refusal;
  }
  if (header.type != MessageType::kWelcome) return Refusal::kType;
  out.session_id = header.session_id;
  std::ranges::copy(packet.subspan(wire::kWelcomeTranscriptAt, wire::kHashBytes),
                    out.transcript_sha256.begin());
  std::ranges::copy(packet.subspan(wire::kWelcomeShareAt, wire::kKeyBytes), out.share.begin());
  std::ranges::copy(packet.subspan(wire::kWelcomeNonceAt, wire::kNonceBytes), out.nonce.begin());
  std::ranges::copy(packet.subspan(wire::kWelcomeAnchorAt, wire::kHashBytes), out.anchor.begin());
  out.terms = ReadTerms(packet);
  std::ranges::copy(packet.subspan(wire::kWelcomeCommitmentAt, wire::kHashBytes),
                    out.commitment.begin());
  if (!TermsFit(out.terms)) return Refusal::kField;
  return out.terms.round == header.round ? Refusal::kNone : Refusal::kRound;
}

}  // namespace earshot
