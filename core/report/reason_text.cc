#include "core/report/reason_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "core/base/check.h"
#include "core/report/outward.h"

namespace earshot {
namespace {


const std::string& SiteName(const ReadingContext& context) { return context.declaration.site.name; }

std::string RttText(Rtt rtt, const ReadingContext& context) {
  return MillisecondsText(OutwardRtt(rtt, context.policy.privacy_floor));
}

// The landmarks of `reason` as words, or `otherwise`.
std::string LandmarksText(const Reason& reason, const ReadingContext& context,
                          std::string_view otherwise) {
  if (reason.landmarks.empty()) return std::string(otherwise);
  std::string text;
  for (std::size_t i = 0; i < reason.landmarks.size(); ++i) {
    if (i > 0) text += i + 1 == reason.landmarks.size() ? " and " : ", ";
    text += LandmarkText(reason.landmarks[i], context);
  }
  return text;
}

// How much further the declared site begins than `ring` lets the key be; negative when it does not.
Distance Shortfall(const OutwardRing& ring, Medium medium, const ReadingContext& context) {
  const Distance reach = medium == Medium::kVacuum ? ring.vacuum : ring.fibre;
  return ring.declared - context.declaration.site.radius - reach;
}

struct Witness {
  LandmarkId landmark;
  OutwardRing ring;
  std::size_t domains;  // how many trust domains say the same by themselves
};

// The landmark whose answer alone rules the declared site out by the widest margin, if any does so
// in outward figures.
std::optional<Witness> StrongestWitness(const Appraisal& appraisal, Medium medium,
                                        const ReadingContext& context) {
  std::optional<Witness> best;
  std::vector<TrustDomain> domains;
  for (const LandmarkRings& rings : appraisal.rings) {
    const OutwardRing ring = ToOutward(rings, context.policy.privacy_floor);
    const Distance shortfall = Shortfall(ring, medium, context);
    if (shortfall.metres() <= 0) continue;
    if (std::ranges::find(domains, rings.domain) == domains.end()) domains.push_back(rings.domain);
    if (!best || shortfall > Shortfall(best->ring, medium, context)) {
      best = Witness{rings.landmark, ring, 0};
    }
  }
  if (best) best->domains = domains.size();
  return best;
}

std::string SiteOutside(const Appraisal& appraisal, Medium medium, const ReadingContext& context) {
  const bool vacuum = medium == Medium::kVacuum;
  const auto witness = StrongestWitness(appraisal, medium, context);
  const std::string_view signal = vacuum ? "Light itself" : "A signal in glass fibre";
  std::string text;
  if (witness) {
    text = fmt::format(
        "A reply reached {} in {}. {} covers at most {} each way in that time; {} is {} away.",
        LandmarkText(witness->landmark, context), MillisecondsText(witness->ring.rtt), signal,
        ReachText(vacuum ? witness->ring.vacuum : witness->ring.fibre), SiteName(context),
        AtLeastText(witness->ring.declared));
    if (witness->domains > 1) {
      text += fmt::format(" Landmarks of {} separate operators say so.", witness->domains);
    }
  } else {
    text = fmt::format("No single reply rules out {}, but together they do: {} leaves no point of "
                       "the declared site within reach of enough landmarks.",
                       SiteName(context), vacuum ? "the speed of light" : "the speed of fibre");
  }
  if (!vacuum) {
    text += " That holds only if no faster medium (microwave, satellite, hollow fibre) was used.";
  }
  return text;
}

// The f+1 tightest trust domains: at most f operators lie, so one of these heard the key truly.
std::string TightestRings(const Appraisal& appraisal, const ReadingContext& context) {
  std::vector<LandmarkRings> rings = appraisal.rings;
  std::ranges::stable_sort(rings, {}, [](const LandmarkRings& r) { return r.vacuum.radius(); });
  std::vector<TrustDomain> domains;
  std::string places;
  std::string reaches;
  for (const LandmarkRings& ring : rings) {
    if (std::ranges::find(domains, ring.domain) != domains.end()) continue;
    const OutwardRing outward = ToOutward(ring, context.policy.privacy_floor);
    if (!domains.empty()) {
      places += " and ";
      reaches += " and ";
    }
    places += fmt::format("{} in {}", LandmarkText(ring.landmark, context),
                          MillisecondsText(outward.rtt));
    reaches += ReachText(outward.vacuum);
    domains.push_back(ring.domain);
    if (domains.size() > context.policy.liars_max) break;
  }
  if (domains.empty()) return "";
  return fmt::format("Replies reached {}; light itself covers at most {} each way in {}. ", places,
                     reaches, domains.size() == 1 ? "that time" : "those times");
}

std::string EvenIf(const ReadingContext& context) {
  const std::uint32_t liars = context.policy.liars_max;
  if (liars == 0) return "If every landmark is honest";
  return liars == 1 ? "Even if one operator of landmarks lies"
                    : fmt::format("Even if {} operators of landmarks lie", liars);
}

std::string OutsideExcluded(const Reason& reason, const Appraisal& appraisal,
                            const ReadingContext& context) {
  const auto& countries = reason.countries.empty() ? appraisal.excluded : reason.countries;
  return fmt::format("{}{}, the key was outside {}.", TightestRings(appraisal, context),
                     EvenIf(context), CountryListText(countries, kCountriesShown));
}

std::string InsideAllowed(const Appraisal& appraisal, const ReadingContext& context) {
  return fmt::format("{}{}, the key touched no land but {}.", TightestRings(appraisal, context),
                     EvenIf(context),
                     CountryListText(context.declaration.licence.countries, kCountriesShown));
}

std::string PermittedOutside(const Reason& reason, const Appraisal& appraisal,
                             const ReadingContext& context) {
  const auto& countries = reason.countries.empty() ? appraisal.cannot_exclude : reason.countries;
  return fmt::format("{}{}, every place the key can have been lies where the licence forbids it: {}.",
                     TightestRings(appraisal, context), EvenIf(context),
                     CountryListText(countries, kCountriesShown));
}

std::string AlarmText(const ReadingContext& context, const Reason& reason) {
  return FrequencyText(reason.probability.value_or(context.policy.false_alarm_rate));
}

bool IsCalibrated(const ReadingContext& context) {
  return context.policy.placement_test == PlacementRule::kCalibrated;
}

// The calibrated test weighs several landmarks; the one that the reason names stands for them.
std::string NormalAround(const Reason& reason, const ReadingContext& context) {
  std::string text = fmt::format("{}, the landmarks around {} were answered as quickly as is usual in "
                                 "that neighbourhood", EvenIf(context), SiteName(context));
  if (reason.rtt && !reason.landmarks.empty()) {
    text += fmt::format("; {}, the nearest, in {}",
                        LandmarksText(reason, context, "the nearest landmark"),
                        RttText(*reason.rtt, context));
  }
  return text + ".";
}

std::string UnexplainedAround(const Reason& reason, const ReadingContext& context) {
  std::string text = fmt::format(
      "{}, the landmarks around {} were answered more slowly than all but {} of honest devices answer, "
      "each compared with its own neighbourhood",
      EvenIf(context), SiteName(context), AlarmText(context, reason));
  if (reason.rtt) {
    text += fmt::format("; {}, the slowest for its distance, in {}",
                        LandmarksText(reason, context, "a landmark"), RttText(*reason.rtt, context));
    if (reason.threshold) {
      text += fmt::format(" (all as slow as {} there would pass)",
                          RttText(*reason.threshold, context));
    }
  }
  return text + ".";
}

std::string DelayNormal(const Reason& reason, const ReadingContext& context) {
  if (IsCalibrated(context)) return NormalAround(reason, context);
  const std::string where = LandmarksText(reason, context, "The landmark nearest to the site");
  if (!reason.rtt || !reason.threshold) {
    return fmt::format("{} was answered as quickly as usual for {}.", where, SiteName(context));
  }
  return fmt::format("{} was answered in {}, as quickly as usual for {} (at most {}).", where,
                     RttText(*reason.rtt, context), SiteName(context),
                     RttText(*reason.threshold, context));
}

std::string DelayUnexplained(const Reason& reason, const ReadingContext& context) {
  if (IsCalibrated(context)) return UnexplainedAround(reason, context);
  const std::string where = LandmarksText(reason, context, "the landmark nearest to the site");
  const std::string limit =
      reason.threshold ? "more than " + RttText(*reason.threshold, context) : "this long";
  const std::string waited =
      reason.rtt ? fmt::format("The quickest reply to {} took {}", where,
                               RttText(*reason.rtt, context))
                 : fmt::format("Replies to {} were slow", where);
  return fmt::format("{}; honest devices at {} take {} in {} cases.", waited, SiteName(context),
                     limit, AlarmText(context, reason));
}

std::string ExpectedUnheard(const Reason& reason, const ReadingContext& context) {
  return fmt::format("{} {} {}, works and heard other devices, and got no reply from this one: that "
                     "counts as infinitely slow.",
                     LandmarksText(reason, context, "A landmark"),
                     IsCalibrated(context) ? "is one of those nearest to" : "stands near",
                     SiteName(context));
}

std::string NoExpectedLandmark(const Reason& reason, const ReadingContext& context) {
  if (!IsCalibrated(context)) {
    return fmt::format("No landmark within {} of {} was listening and in order, so its delay cannot "
                       "be tested.", ReachText(context.policy.expected_landmark_within), SiteName(context));
  }
  return fmt::format("{} heard nobody, so the delay from {} cannot be tested.",
                     LandmarksText(reason, context, "Every landmark"), SiteName(context));
}

std::string NoPower(const Reason& reason, const ReadingContext& context) {
  const std::string power =
      FrequencyText(reason.probability && *reason.probability > 0 ? *reason.probability
                                                                  : context.policy.power_min);
  const std::string where = CountryListText(reason.countries, kCountriesShown);
  const std::string zone = reason.countries.empty() ? "a forbidden country" : where;
  if (reason.probability) {
    return fmt::format("The test of delay would notice a device in {} in only {} cases.", zone,
                       *reason.probability > 0 ? power : "0 in 100");
  }
  return fmt::format("The test of delay would notice a device in {} in fewer than {} cases.", zone,
                     power);
}

std::string TooFewDomains(const Reason& reason, const ReadingContext& context) {
  if (!reason.count && IsCalibrated(context)) {
    return "Whether the replies are slow depends on which operators of landmarks lie, or too few of "
           "them were asked, so the test of delay cannot tell.";
  }
  return fmt::format("Landmarks under {} separate operators heard an answer; a verdict needs {}.",
                     reason.count ? std::to_string(*reason.count) : std::string("too few"),
                     std::max(context.policy.domains_min, context.policy.liars_max + 1));
}

std::string NoAnswer(const Reason& reason, const ReadingContext& context) {
  if (!reason.age) return "No valid answer has ever arrived from this device.";
  return fmt::format("No valid answer has arrived for {}; the limit is {}.", AgeText(*reason.age),
                     AgeText(context.policy.silent_after));
}

std::string SiteOutage(const Reason& reason, const ReadingContext& context) {
  if (!reason.count) {
    return fmt::format("Every device declared at {} is silent: an outage there is likelier than a "
                       "diversion.", SiteName(context));
  }
  return fmt::format("All {} devices declared at {} are silent: an outage there is likelier than a "
                     "diversion.", *reason.count, SiteName(context));
}

std::string HandshakesRefused(const Reason& reason, const ReadingContext& context) {
  return fmt::format("More handshakes than a landmark checks came from this device's own network "
                     "address, so {} did not hear it; that excuses it for {}, not longer.",
                     LandmarksText(reason, context, "a landmark"),
                     AgeText(context.policy.silent_after));
}

std::string TaintedSamples(const Reason& reason, const ReadingContext& context) {
  if (!reason.age.has_value()) {
    return "Measurements were set aside because a landmark's clock stepped or it was overloaded; "
           "too few are left.";
  }
  return fmt::format("{} could use none of its answers for {}, because it was overloaded whenever "
                     "they came, while it could use those of most other devices; that excuses it for "
                     "{}, not longer.",
                     LandmarksText(reason, context, "A landmark"), AgeText(*reason.age),
                     AgeText(context.policy.silent_after));
}

std::string RefusedPackets(const Reason& reason) {
  if (reason.count == 1U) {
    return "1 packet arrived in this device's name and failed the check of its keys; it counts for "
           "nothing, for or against it.";
  }
  return fmt::format("{} arrived in this device's name and failed the check of their keys; they "
                     "count for nothing, for or against it.",
                     reason.count ? fmt::format("{} packets", *reason.count)
                                  : std::string("Packets"));
}

std::string NoCommonPoint(const Appraisal& appraisal, const ReadingContext& context) {
  return fmt::format("{}No single place fits these replies even if {} of the operators lie: at "
                     "least two machines hold this key, or more operators lie than assumed.",
                     TightestRings(appraisal, context), context.policy.liars_max);
}

std::string Slower(const ReadingContext& context, std::string_view how) {
  return fmt::format("It answers more slowly than when it was enrolled: {}. An unchanged device would "
                     "ever be taken for that in at most {} cases, and this says nothing of where it is.",
                     how, FrequencyText(context.policy.change_alarm_rate));
}

}  // namespace

std::string LandmarkText(const LandmarkId& id, const ReadingContext& context) {
  const auto found = std::ranges::find(context.landmarks, id, &Landmark::id);
  if (found == context.landmarks.end() || found->city.empty()) return id.value();
  return fmt::format("{} ({})", found->city, id.value());
}

std::string ReasonText(const Reason& reason, const Appraisal& appraisal,
                       const ReadingContext& context) {
  switch (reason.code) {
    case ReasonCode::kRegionInsideSite:
      return fmt::format("{}{}, the key was inside the declared {} around {}.",
                         TightestRings(appraisal, context), EvenIf(context),
                         ReachText(context.declaration.site.radius), SiteName(context));
    case ReasonCode::kRegionOutsideExcluded: return OutsideExcluded(reason, appraisal, context);
    case ReasonCode::kRegionInsideAllowed: return InsideAllowed(appraisal, context);
    case ReasonCode::kSiteOutsideRegion: return SiteOutside(appraisal, Medium::kVacuum, context);
    case ReasonCode::kPermittedOutsideRegion: return PermittedOutside(reason, appraisal, context);
    case ReasonCode::kSiteOutsideFibreRegion: return SiteOutside(appraisal, Medium::kFibre, context);
    case ReasonCode::kDelayNormal: return DelayNormal(reason, context);
    case ReasonCode::kDelayUnexplained: return DelayUnexplained(reason, context);
    case ReasonCode::kExpectedLandmarkUnheard: return ExpectedUnheard(reason, context);
    case ReasonCode::kNoPower: return NoPower(reason, context);
    case ReasonCode::kNoExpectedLandmark: return NoExpectedLandmark(reason, context);
    case ReasonCode::kTooFewDomains: return TooFewDomains(reason, context);
    case ReasonCode::kTaintedSamples: return TaintedSamples(reason, context);
    case ReasonCode::kLandmarkFault:
      return fmt::format("{} measured less than the known distance to other landmarks allows; "
                         "what it heard is not used.",
                         LandmarksText(reason, context, "A landmark"));
    case ReasonCode::kNoCommonPoint: return NoCommonPoint(appraisal, context);
    case ReasonCode::kNoAnswer: return NoAnswer(reason, context);
    case ReasonCode::kNotDueYet:
      return fmt::format("The device is not due at {} yet; until then it owes no answer.",
                         SiteName(context));
    case ReasonCode::kNobodyHeard:
      return "No landmark heard anybody, not even the agents that stand beside it: the network of "
             "the landmarks is at fault, and nobody's silence counts.";
    case ReasonCode::kSiteOutage: return SiteOutage(reason, context);
    case ReasonCode::kHandshakesRefused: return HandshakesRefused(reason, context);
    case ReasonCode::kRefusedPackets: return RefusedPackets(reason);
    case ReasonCode::kEvidenceMissing:
      return fmt::format("The device answered pings of {} and never signed for them; such answers "
                         "count only against it.", LandmarksText(reason, context, "a landmark"));
    case ReasonCode::kKeyRevoked:
      return fmt::format("The answers{} were made with a key that was withdrawn.",
                         appraisal.rings.empty() ? std::string()
                                                 : fmt::format(" to {} landmark{}",
                                                               appraisal.rings.size(),
                                                               appraisal.rings.size() == 1 ? "" : "s"));
    case ReasonCode::kMakerKeyRevoked:
      return "The maker's key that vouches for the device was withdrawn.";
    case ReasonCode::kKeyExpired: return "The answers were made with a key past its last valid day.";
    case ReasonCode::kEndorsementMismatch:
      return "The model or firmware that the device signed is not what its maker vouched for.";
    case ReasonCode::kEvidenceMismatch:
      return "The device signed a summary of its answers that does not match the answers it gave.";
    case ReasonCode::kCounterReused:
      return "Two different sessions were signed with the same counter: the key was used twice over.";
    case ReasonCode::kCounterWentBack:
      return "The device's session counter went back: a restored backup, or a copy of its key.";
    case ReasonCode::kSessionKeysOnHost:
      return "The host computer holds this chip's session keys and could answer for it from "
             "elsewhere, so nothing better than \"consistent\" can be said.";
    case ReasonCode::kDeclarationNotInForce:
      return "The declaration was not in force during the measurement.";
    case ReasonCode::kSlowerThanEnrolled:
      return Slower(context, "no one explanation fits");
    case ReasonCode::kSlowerByReroute:
      return Slower(context, "a few paths jumped and the others held, as when a network is rerouted");
    case ReasonCode::kSlowerByOneDelay:
      return Slower(context, "all paths by about the same, as when one delay is added, by its last "
                             "mile or by somebody who hides a move");
    case ReasonCode::kSlowerAsIfMoved:
      return Slower(context, "a change of place explains it best");
    case ReasonCode::kSlowerWithSite:
      return fmt::format("Many of the devices declared at {} became slower together, as they would by "
                         "one bad link.", SiteName(context));
  }
  EARSHOT_CHECK(false);
}

}  // namespace earshot
