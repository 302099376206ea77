#include "core/report/sentence.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/check.h"
#include "core/report/outward.h"

namespace earshot {
namespace {


// The judgement the headline came from. When both gave it, a proof is told by the licence, which
// the reader asked about, and everything else by the site, which has the numbers.
const Judgement& Deciding(const Appraisal& appraisal) {
  const bool licence = appraisal.licence.verdict == appraisal.headline;
  const bool site = appraisal.site.verdict == appraisal.headline;
  if (licence && (!site || appraisal.headline == Verdict::kVerified)) return appraisal.licence;
  return appraisal.site;
}

bool HasReason(const Judgement& judgement, ReasonCode code) {
  return std::ranges::find(judgement.reasons, code, &Reason::code) != judgement.reasons.end();
}

// "China, Hong Kong and Macao are not ruled out." when the licence excludes them and the region
// touches them; for an allow-list, whatever it touches that is not on it. Empty when none.
std::string NotRuledOut(const Appraisal& appraisal, const ReadingContext& context) {
  const LicenceTerms& licence = context.declaration.licence;
  const bool excluded_list = licence.kind == LicenceTerms::Kind::kExcluded;
  std::vector<CountryCode> open;
  for (const CountryCode code : appraisal.cannot_exclude) {
    const bool listed = std::ranges::find(licence.countries, code) != licence.countries.end();
    if (listed == excluded_list) open.push_back(code);
  }
  if (open.empty()) return "";
  return fmt::format(" {} {} not ruled out.", CountryListText(open, kCountriesShown),
                     open.size() == 1 ? "is" : "are");
}

std::string StillPossible(const Appraisal& appraisal) {
  if (appraisal.cannot_exclude.empty()) return "";
  return fmt::format(" Where exactly is not known; it may have been in {}.",
                     CountryListText(appraisal.cannot_exclude, kCountriesShown));
}

// What the licence's proof says beside a site that delay does not explain.
std::string ProvedAllTheSame(const Appraisal& appraisal) {
  if (appraisal.licence.verdict != Verdict::kVerified) return "";
  if (appraisal.excluded.empty()) return " Wherever it is, its licence lets it be there.";
  return fmt::format(" Wherever it is, the key was outside {}.",
                     CountryListText(appraisal.excluded, kCountriesShown));
}

// A cap on one judgement explains the headline even where the other one decided it.
std::string ConsistentTail(const Appraisal& appraisal, const Judgement& judgement,
                           const ReadingContext& context) {
  if (HasReason(judgement, ReasonCode::kSessionKeysOnHost)) return " Nothing is proved.";
  for (const Judgement* other : {&appraisal.site, &appraisal.licence}) {
    for (const Reason& reason : other->reasons) {
      if (reason.code != ReasonCode::kSessionKeysOnHost) continue;
      return " " + ReasonText(reason, appraisal, context);
    }
  }
  return fmt::format(" The test would have noticed a device in each forbidden country in at least "
                     "{} cases. Nothing is proved.",
                     FrequencyText(context.policy.power_min));
}

// A proof may rest on answers of an earlier round.
std::string RestsOnEarlierAnswers(const Appraisal& appraisal) {
  for (const Judgement* judgement : {&appraisal.site, &appraisal.licence}) {
    for (const Reason& reason : judgement->reasons) {
      if (reason.code != ReasonCode::kNoAnswer || !reason.age.has_value()) continue;
      return fmt::format(" It has not answered since: this rests on answers {} old, with as much added "
                         "to every distance as it can have moved.", AgeText(*reason.age));
    }
  }
  return "";
}

// What follows from the verdict, and what does not.
std::string Tail(const Appraisal& appraisal, const Judgement& judgement,
                 const ReadingContext& context) {
  switch (appraisal.headline) {
    case Verdict::kInvalidProof:
      return " Nothing it says about its place is believed; somebody must explain the key.";
    case Verdict::kContradicted:
      return " Whoever holds this key was not where it was declared." +
             NotRuledOut(appraisal, context);
    case Verdict::kSilent:
      if (!judgement.reasons.empty() &&
          judgement.reasons.front().code == ReasonCode::kTaintedSamples) {
        return " Answers that cannot be used say no more about where it is than silence does.";
      }
      return " Silence says nothing about where it is: it may be off, cut off, or gone.";
    case Verdict::kUnexplainedDelay:
      return " Slow by itself proves no move: the device may be elsewhere, or its network may be "
             "bad." + NotRuledOut(appraisal, context) + ProvedAllTheSame(appraisal);
    case Verdict::kVerified: return RestsOnEarlierAnswers(appraisal) + StillPossible(appraisal);
    case Verdict::kConsistent: return ConsistentTail(appraisal, judgement, context);
    case Verdict::kIndeterminate:
      return " It cannot be told where this device is." + NotRuledOut(appraisal, context);
  }
  EARSHOT_CHECK(false);
}

// Reasons that go with a silence or a cap, and signals through time, which a reader must hear in the
// same breath.
bool IsSpoken(const Appraisal& appraisal, const Reason& reason) {
  switch (reason.code) {
    case ReasonCode::kHandshakesRefused:
    case ReasonCode::kRefusedPackets:
    case ReasonCode::kSiteOutage: return appraisal.headline == Verdict::kSilent;
    case ReasonCode::kSessionKeysOnHost: return appraisal.headline == Verdict::kConsistent;
    case ReasonCode::kSlowerThanEnrolled:
    case ReasonCode::kSlowerByReroute:
    case ReasonCode::kSlowerByOneDelay:
    case ReasonCode::kSlowerAsIfMoved:
    case ReasonCode::kSlowerWithSite: return true;
    default: return false;
  }
}

}  // namespace

std::string SentenceFor(const Appraisal& appraisal, const ReadingContext& context) {
  const Judgement& judgement = Deciding(appraisal);
  std::string text;
  for (std::size_t i = 0; i < judgement.reasons.size(); ++i) {
    const Reason& reason = judgement.reasons[i];
    if (i > 0 && !IsSpoken(appraisal, reason)) continue;
    if (!text.empty()) text += ' ';
    text += ReasonText(reason, appraisal, context);
  }
  if (text.empty()) {
    text = fmt::format("The verdict is \"{}\".", VerdictWords(appraisal.headline));
  }
  return text + Tail(appraisal, judgement, context);
}

}  // namespace earshot
