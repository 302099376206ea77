#include "sim/fleet/calm_round.h"

#include <algorithm>

#include "core/base/check.h"

namespace earshot {
namespace {

// Where fewer rounds are calm, setting them apart saves nothing.
constexpr double kWorthTelling = 0.05;

double ToThe(double base, std::size_t exponent) {
  double result = 1;
  for (; exponent > 0; exponent /= 2, base *= base) {
    if (exponent % 2 == 1) result *= base;
  }
  return result;
}

}  // namespace

CalmRound::CalmRound(const ScenarioNetwork& network, std::uint32_t trains,
                     std::uint32_t train_length)
    : trains_(trains),
      train_length_(train_length),
      arrives_((1 - network.loss) * (1 - network.corrupt * (1 - network.duplicate))) {
  EARSHOT_CHECK(trains >= 1 && trains <= kRoundTrainsMax && train_length >= 1 &&
                train_length <= wire::kTrainLengthMax);
  trains_calm_ = TrainsBeyond(0);
  probability_ = trains_calm_ * ToThe(arrives_, 2);
  if (probability_ < kWorthTelling) probability_ = 0;
  const double answered = 1 - ToThe(1 - arrives_ * arrives_, kCalmTries);
  opening_probability_ = probability_ * answered * answered;
}

// A train that is wholly answered, one that is answered in part, and the same of the last train,
// whose last PING must arrive; of all answers each takes longer than the share `within`.
double CalmRound::TrainsBeyond(double within) const {
  const double answered = arrives_ * arrives_;
  const double beyond = 1 - answered * within;  // not answered, or late
  const double silent = 1 - answered;
  const double whole = ToThe(answered * (1 - within), train_length_);
  const double part = ToThe(beyond, train_length_) - ToThe(silent, train_length_) - whole;
  const double last_part = ToThe(beyond, train_length_ - 1) * (arrives_ - answered * within) -
                           ToThe(silent, train_length_ - 1) * (arrives_ - answered) - whole;
  return ToThe(whole, trains_ - 1) * (whole + last_part) +
         (trains_ > 1 ? (trains_ - 1) * ToThe(whole, trains_ - 1) * part : 0);
}

double CalmRound::AllBeyond(double within) const {
  if (trains_calm_ <= 0) return 1 - within;
  return std::clamp(TrainsBeyond(within) / trains_calm_, 0.0, 1.0);
}

// Each try is a request of its own; an answer is only sent to one that arrives.
bool CalmRound::Answered(const LostPackets& lost, std::size_t kind) const {
  std::size_t answers = 0;
  for (std::size_t tries = 0; tries < kCalmTries; ++tries) {
    if (lost.test(handshake_at(kind, tries))) continue;
    if (!lost.test(handshake_at(kind + 1, answers++))) return true;
  }
  return false;
}

bool CalmRound::IsCalm(const LostPackets& lost, bool opens) const {
  if (lost.test(evidence_at()) || lost.test(receipt_at())) return false;
  if (lost.test(ping_at(pings()))) return false;
  if (opens && !(Answered(lost, 0) && Answered(lost, 2))) return false;
  std::uint32_t in_part = 0;
  for (std::size_t first = 1; first <= pings(); first += train_length_) {
    std::uint32_t answered = 0;
    for (std::size_t i = first; i < first + train_length_; ++i) {
      answered += lost.test(ping_at(i)) || lost.test(pong_at(i)) ? 0U : 1U;
    }
    if (answered == 0) return false;
    in_part += answered < train_length_ ? 1U : 0U;
  }
  return in_part <= 1;
}

// How many are lost, of those rounds in which any is, and which; until it is no calm one.
LostPackets CalmRound::DrawOther(bool opens, Random& random) const {
  const std::size_t count = packets(opens);
  const double none = ToThe(arrives_, count);
  const double odds = (1 - arrives_) / arrives_;
  LostPackets lost;
  do {
    lost.reset();
    double word = random.NextUnit() * (1 - none);
    double share = none;
    std::size_t left = 0;
    do {
      share *= odds * static_cast<double>(count - left) / static_cast<double>(left + 1);
      ++left;
      word -= share;
    } while (word > 0 && left < count);
    while (left > 0) {
      const std::uint64_t at = random.NextBelow(count);
      if (lost.test(at)) continue;
      lost.set(at);
      --left;
    }
  } while (IsCalm(lost, opens));
  return lost;
}

}  // namespace earshot
