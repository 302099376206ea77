#include "core/report/records.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/appraisal/calibrated_placement_test.h"
#include "core/geo/country_zones.h"
#include "core/report/names.h"
#include "earshot/v1/evidence.pb.h"

namespace earshot {
namespace {

constexpr std::uint32_t kDomainsMax = 1000;
constexpr std::uint32_t kZoneMarginMinM = 25'000;
constexpr std::uint32_t kZoneMarginMaxM = 1'000'000;
constexpr std::uint32_t kBlockRoundsMax = 100'000;

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr double kPartsPerMillion = 1e6;
constexpr double kDegreesE7 = 1e7;

tl::unexpected<Error> Refuse(std::string_view field, std::string_view why) {
  return Fail(ErrorCode::kInvalidArgument, fmt::format("{} {}", field, why));
}

// `value` times `scale` as a whole number, when it is one and fits.
template <typename Integer>
Result<Integer> Whole(std::string_view field, double value, double scale) {
  const double scaled = std::round(value * scale);
  if (!(scaled >= static_cast<double>(std::numeric_limits<Integer>::min()) &&
        scaled <= static_cast<double>(std::numeric_limits<std::int32_t>::max()))) {
    return Refuse(field, "is out of range");
  }
  if (scaled / scale != value) {
    return Refuse(field, fmt::format("= {} is finer than the record's unit", value));
  }
  return static_cast<Integer>(scaled);
}

Result<std::uint64_t> Nanoseconds(std::string_view field, Duration d) {
  if (d.count() < 0) return Refuse(field, "is negative");
  return static_cast<std::uint64_t>(d.count());
}

Result<std::uint64_t> Seconds(std::string_view field, WallInstant t) {
  if (t.nanoseconds() < 0) return Refuse(field, "lies before 1970");
  if (t.nanoseconds() % kNanosecondsPerSecond != 0) return Refuse(field, "is no whole second");
  return static_cast<std::uint64_t>(t.nanoseconds() / kNanosecondsPerSecond);
}

Result<Duration> DurationFrom(std::string_view field, std::uint64_t ns, Duration longest) {
  if (ns > static_cast<std::uint64_t>(longest.count())) return Refuse(field, "is too long");
  return Duration(static_cast<std::int64_t>(ns));
}

Result<WallInstant> WallFrom(std::string_view field, std::uint64_t seconds) {
  constexpr auto kSecondsMax =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / kNanosecondsPerSecond);
  if (seconds > kSecondsMax) return Refuse(field, "is too late");
  return WallInstant::FromNanoseconds(static_cast<std::int64_t>(seconds) * kNanosecondsPerSecond);
}

Result<double> RateFrom(std::string_view field, std::uint32_t ppm) {
  if (ppm == 0 || ppm >= 1'000'000) return Refuse(field, "is not between 0 and 1");
  return ppm / kPartsPerMillion;
}

Status ReadPlacementTest(const v1::PolicyRecord& record, Policy* policy) {
  if (record.placement_test().empty()) return {};
  Result<PlacementRule> rule = ParsePlacementRuleName(record.placement_test());
  if (!rule.has_value()) return Fail(std::move(rule).error(), "placement test");
  if (*rule == PlacementRule::kNearestLandmark) {
    return Refuse("placement test", "is the default, which a record leaves out");
  }
  if (policy->liars_max > kPlacementLiarsMax) {
    return Refuse("liars_max",
                  fmt::format("is above {}, more than the calibrated placement test can bear",
                              kPlacementLiarsMax));
  }
  policy->placement_test = *rule;
  return {};
}

// Nothing is written of a test that is not made.
Status WriteChangeTest(const Policy& policy, v1::PolicyRecord* record) {
  if (policy.change_alarm_rate == 0) return {};
  EARSHOT_ASSIGN_OR_RETURN(
      const auto ppm,
      Whole<std::uint32_t>("change alarm rate", policy.change_alarm_rate, kPartsPerMillion));
  record->set_change_alarm_rate_ppm(ppm);
  record->set_change_block_rounds(policy.change_block_rounds);
  return {};
}

Status ReadChangeTest(const v1::PolicyRecord& record, Policy* policy) {
  if (record.change_alarm_rate_ppm() == 0) {
    if (record.change_block_rounds() == 0) return {};
    return Refuse("change block rounds", "are stated of a test that has no rate");
  }
  EARSHOT_ASSIGN_OR_RETURN(policy->change_alarm_rate,
                           RateFrom("change alarm rate", record.change_alarm_rate_ppm()));
  if (record.change_block_rounds() == 0 || record.change_block_rounds() > kBlockRoundsMax) {
    return Refuse("change block rounds", fmt::format("are not between 1 and {}", kBlockRoundsMax));
  }
  policy->change_block_rounds = record.change_block_rounds();
  return {};
}

template <typename Repeated>
Result<std::vector<CountryCode>> CountriesFrom(const Repeated& texts) {
  std::vector<CountryCode> countries;
  for (const std::string& text : texts) {
    EARSHOT_ASSIGN_OR_RETURN(const CountryCode code, ParseCountryCode(text));
    countries.push_back(code);
  }
  const bool unordered = std::adjacent_find(countries.begin(), countries.end(),
                                            std::greater_equal<>()) != countries.end();
  if (unordered) return Refuse("countries", "are not sorted, or one stands twice");
  return countries;
}

void SetCountries(const std::vector<CountryCode>& countries,
                  google::protobuf::RepeatedPtrField<std::string>* out) {
  for (const CountryCode code : countries) *out->Add() = code.text();
}

void SetReasons(const Judgement& judgement, google::protobuf::RepeatedPtrField<std::string>* out) {
  for (const Reason& reason : judgement.reasons) *out->Add() = ReasonCodeName(reason.code);
}

template <typename Repeated>
Result<Judgement> JudgementFrom(std::string_view verdict, std::string_view basis,
                                const Repeated& reasons) {
  Judgement judgement;
  EARSHOT_ASSIGN_OR_RETURN(judgement.verdict, ParseVerdictName(verdict));
  EARSHOT_ASSIGN_OR_RETURN(judgement.basis, ParseBasisName(basis));
  for (const std::string& name : reasons) {
    EARSHOT_ASSIGN_OR_RETURN(const ReasonCode code, ParseReasonCodeName(name));
    judgement.reasons.push_back({.code = code});
  }
  return judgement;
}

std::string Joined(const google::protobuf::RepeatedPtrField<std::string>& parts) {
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace

Result<v1::PolicyRecord> ToRecord(const Policy& policy) {
  v1::PolicyRecord record;
  record.set_version(policy.version);
  record.set_liars_max(policy.liars_max);
  record.set_domains_min(policy.domains_min);
  EARSHOT_ASSIGN_OR_RETURN(const auto round_ns, Nanoseconds("round length", policy.round_length));
  EARSHOT_ASSIGN_OR_RETURN(const auto silent_ns, Nanoseconds("silent_after", policy.silent_after));
  EARSHOT_ASSIGN_OR_RETURN(const auto resolution_ns,
                           Nanoseconds("clock resolution", policy.clock_resolution));
  EARSHOT_ASSIGN_OR_RETURN(const auto floor_ns, Nanoseconds("privacy floor", policy.privacy_floor));
  EARSHOT_ASSIGN_OR_RETURN(
      const auto drift, Whole<std::uint32_t>("drift", policy.drift.metres_per_second(), 1));
  EARSHOT_ASSIGN_OR_RETURN(
      const auto clock_ppm,
      Whole<std::uint32_t>("clock rate error", policy.clock_rate_error, kPartsPerMillion));
  EARSHOT_ASSIGN_OR_RETURN(const auto margin_m,
                           Whole<std::uint32_t>("zone margin", policy.zone_margin.metres(), 1));
  EARSHOT_ASSIGN_OR_RETURN(
      const auto alarm_ppm,
      Whole<std::uint32_t>("false-alarm rate", policy.false_alarm_rate, kPartsPerMillion));
  EARSHOT_ASSIGN_OR_RETURN(
      const auto power_ppm, Whole<std::uint32_t>("power", policy.power_min, kPartsPerMillion));
  EARSHOT_ASSIGN_OR_RETURN(const auto within_m,
                           Whole<std::uint32_t>("expected landmark distance",
                                                policy.expected_landmark_within.metres(), 1));
  record.set_round_length_ns(round_ns);
  record.set_silent_after_ns(silent_ns);
  record.set_drift_m_per_s(drift);
  record.set_clock_rate_error_ppm(clock_ppm);
  record.set_clock_resolution_ns(resolution_ns);
  record.set_zone_margin_m(margin_m);
  record.set_china_includes_hong_kong_and_macao(policy.china_includes_hong_kong_and_macao);
  record.set_sea_is_permitted(policy.sea_is_permitted);
  record.set_false_alarm_rate_ppm(alarm_ppm);
  record.set_power_min_ppm(power_ppm);
  record.set_expected_landmark_within_m(within_m);
  record.set_privacy_floor_ns(floor_ns);
  EARSHOT_RETURN_IF_ERROR(WriteChangeTest(policy, &record));
  // The default is not written, so that a policy without a choice has the bytes it always had.
  if (policy.placement_test != PlacementRule::kNearestLandmark) {
    record.set_placement_test(std::string(PlacementRuleName(policy.placement_test)));
  }
  // A record that its own reader would refuse must never be signed.
  EARSHOT_RETURN_IF_ERROR(FromRecord(record));
  return record;
}

Result<Policy> FromRecord(const v1::PolicyRecord& record) {
  Policy policy;
  if (record.version().empty()) return Refuse("policy version", "is empty");
  if (record.domains_min() == 0) return Refuse("domains_min", "is zero");
  if (record.liars_max() > kDomainsMax) return Refuse("liars_max", "is above 1000");
  if (record.domains_min() > kDomainsMax) return Refuse("domains_min", "is above 1000");
  // The map's own error is above 10 km for most countries (docs/ACCURACY.md).
  if (record.zone_margin_m() < kZoneMarginMinM) return Refuse("zone margin", "is below 25 km");
  // Wider ones blur every country into the next: nothing would be excluded, and no word said why.
  if (record.zone_margin_m() > kZoneMarginMaxM) return Refuse("zone margin", "is above 1,000 km");
  if (record.clock_rate_error_ppm() > 10'000) return Refuse("clock rate error", "is above 1 %");
  if (record.privacy_floor_ns() == 0) return Refuse("privacy floor", "is zero");
  policy.version = record.version();
  policy.liars_max = record.liars_max();
  policy.domains_min = record.domains_min();
  EARSHOT_ASSIGN_OR_RETURN(
      policy.round_length,
      DurationFrom("round length", record.round_length_ns(), kRoundLengthMax));
  EARSHOT_ASSIGN_OR_RETURN(policy.silent_after,
                           DurationFrom("silent_after", record.silent_after_ns(),
                                        std::chrono::hours(24 * 366)));
  EARSHOT_ASSIGN_OR_RETURN(policy.clock_resolution,
                           DurationFrom("clock resolution", record.clock_resolution_ns(),
                                        std::chrono::seconds(1)));
  EARSHOT_ASSIGN_OR_RETURN(policy.privacy_floor,
                           DurationFrom("privacy floor", record.privacy_floor_ns(),
                                        std::chrono::seconds(1)));
  EARSHOT_ASSIGN_OR_RETURN(policy.false_alarm_rate,
                           RateFrom("false-alarm rate", record.false_alarm_rate_ppm()));
  EARSHOT_ASSIGN_OR_RETURN(policy.power_min, RateFrom("power", record.power_min_ppm()));
  EARSHOT_RETURN_IF_ERROR(ReadPlacementTest(record, &policy));
  EARSHOT_RETURN_IF_ERROR(ReadChangeTest(record, &policy));
  policy.drift = Speed::MetresPerSecond(record.drift_m_per_s());
  policy.clock_rate_error = record.clock_rate_error_ppm() / kPartsPerMillion;
  policy.zone_margin = Distance::Metres(record.zone_margin_m());
  policy.china_includes_hong_kong_and_macao = record.china_includes_hong_kong_and_macao();
  policy.sea_is_permitted = record.sea_is_permitted();
  policy.expected_landmark_within = Distance::Metres(record.expected_landmark_within_m());
  return policy;
}

Result<v1::DeclarationRecord> ToRecord(const NamedDeclaration& named) {
  const Declaration& declaration = named.declaration;
  const Site& site = declaration.site;
  v1::DeclarationRecord record;
  record.set_device_id(ToString(declaration.device.value()));
  record.set_device_name(named.device_name);
  record.set_owner(declaration.owner);
  record.set_site_name(site.name);
  EARSHOT_ASSIGN_OR_RETURN(const auto latitude,
                           Whole<std::int64_t>("latitude", site.position.latitude_degrees(),
                                               kDegreesE7));
  EARSHOT_ASSIGN_OR_RETURN(const auto longitude,
                           Whole<std::int64_t>("longitude", site.position.longitude_degrees(),
                                               kDegreesE7));
  EARSHOT_ASSIGN_OR_RETURN(const auto radius,
                           Whole<std::uint32_t>("site radius", site.radius.metres(), 1));
  EARSHOT_ASSIGN_OR_RETURN(const auto from, Seconds("declared from", site.from));
  EARSHOT_ASSIGN_OR_RETURN(const auto until, Seconds("declared until", site.until));
  record.set_latitude_e7(latitude);
  record.set_longitude_e7(longitude);
  record.set_radius_m(radius);
  record.set_from_s(from);
  record.set_until_s(until);
  record.set_allowed(declaration.licence.kind == LicenceTerms::Kind::kAllowed);
  SetCountries(declaration.licence.countries, record.mutable_countries());
  EARSHOT_RETURN_IF_ERROR(FromRecord(record));
  return record;
}

Result<NamedDeclaration> FromRecord(const v1::DeclarationRecord& record) {
  NamedDeclaration named;
  Declaration& declaration = named.declaration;
  EARSHOT_ASSIGN_OR_RETURN(const Bytes32 device, ToBytes32(AsBytes(record.device_id())));
  declaration.device = DeviceId(device);
  named.device_name = record.device_name();
  declaration.owner = record.owner();
  declaration.site.name = record.site_name();
  EARSHOT_ASSIGN_OR_RETURN(
      declaration.site.position,
      Position::FromDegrees(static_cast<double>(record.latitude_e7()) / kDegreesE7,
                            static_cast<double>(record.longitude_e7()) / kDegreesE7));
  if (record.radius_m() == 0) return Refuse("site radius", "is zero");
  declaration.site.radius = Distance::Metres(record.radius_m());
  EARSHOT_ASSIGN_OR_RETURN(declaration.site.from, WallFrom("declared from", record.from_s()));
  EARSHOT_ASSIGN_OR_RETURN(declaration.site.until, WallFrom("declared until", record.until_s()));
  if (declaration.site.until <= declaration.site.from) {
    return Refuse("declared until", "is not later than from");
  }
  declaration.licence.kind =
      record.allowed() ? LicenceTerms::Kind::kAllowed : LicenceTerms::Kind::kExcluded;
  EARSHOT_ASSIGN_OR_RETURN(declaration.licence.countries, CountriesFrom(record.countries()));
  if (declaration.licence.countries.empty() && record.allowed()) {
    return Refuse("countries", "are empty, so no place at all is allowed");
  }
  return named;
}

v1::VerdictRecord ToRecord(const Appraisal& appraisal) {
  v1::VerdictRecord record;
  record.set_device_id(ToString(appraisal.device.value()));
  record.set_round(appraisal.round.value());
  record.set_headline(std::string(VerdictName(appraisal.headline)));
  record.set_site(std::string(VerdictName(appraisal.site.verdict)));
  record.set_site_basis(std::string(BasisName(appraisal.site.basis)));
  record.set_licence(std::string(VerdictName(appraisal.licence.verdict)));
  record.set_licence_basis(std::string(BasisName(appraisal.licence.basis)));
  SetReasons(appraisal.site, record.mutable_site_reasons());
  SetReasons(appraisal.licence, record.mutable_licence_reasons());
  SetCountries(appraisal.cannot_exclude, record.mutable_cannot_exclude());
  SetCountries(appraisal.excluded, record.mutable_excluded());
  for (const Bytes32& hash : appraisal.evidence_sha256) {
    record.add_receipt_sha256(ToString(hash));
  }
  record.set_policy_version(appraisal.policy_version);
  record.set_rules_version(kRulesVersion);
  record.set_begin_ns(appraisal.begin.nanoseconds());
  record.set_end_ns(appraisal.end.nanoseconds());
  return record;
}

Result<Appraisal> FromRecord(const v1::VerdictRecord& record) {
  Appraisal appraisal;
  EARSHOT_ASSIGN_OR_RETURN(const Bytes32 device, ToBytes32(AsBytes(record.device_id())));
  appraisal.device = DeviceId(device);
  appraisal.round = RoundNumber(record.round());
  EARSHOT_ASSIGN_OR_RETURN(appraisal.headline, ParseVerdictName(record.headline()));
  EARSHOT_ASSIGN_OR_RETURN(
      appraisal.site, JudgementFrom(record.site(), record.site_basis(), record.site_reasons()));
  EARSHOT_ASSIGN_OR_RETURN(appraisal.licence,
                           JudgementFrom(record.licence(), record.licence_basis(),
                                         record.licence_reasons()));
  EARSHOT_ASSIGN_OR_RETURN(appraisal.cannot_exclude, CountriesFrom(record.cannot_exclude()));
  EARSHOT_ASSIGN_OR_RETURN(appraisal.excluded, CountriesFrom(record.excluded()));
  for (const std::string& text : record.receipt_sha256()) {
    EARSHOT_ASSIGN_OR_RETURN(const Bytes32 hash, ToBytes32(AsBytes(text)));
    appraisal.evidence_sha256.push_back(hash);
  }
  appraisal.policy_version = record.policy_version();
  appraisal.begin = MonotonicInstant::FromNanoseconds(record.begin_ns());
  appraisal.end = MonotonicInstant::FromNanoseconds(record.end_ns());
  return appraisal;
}

namespace {

// What `ours` lacks of `theirs`, both of country codes, in words; empty when nothing.
template <typename Codes>
std::string Lacking(const Codes& theirs, const Codes& ours) {
  constexpr std::size_t kShown = 12;
  const std::set<std::string> known(ours.begin(), ours.end());
  std::string text;
  std::size_t lacking = 0;
  for (const std::string& code : theirs) {
    if (known.contains(code)) continue;
    if (++lacking <= kShown) text += (text.empty() ? "" : " ") + code;
  }
  return lacking > kShown ? fmt::format("{} and {} more", text, lacking - kShown) : text;
}

}  // namespace

std::vector<std::string> Differences(const v1::VerdictRecord& signed_record,
                                     const Appraisal& recomputed) {
  const v1::VerdictRecord ours = ToRecord(recomputed);
  std::vector<std::string> differences;
  const auto compare = [&](std::string_view what, const std::string& theirs,
                           const std::string& own) {
    if (theirs == own) return;
    differences.push_back(
        fmt::format("{}: the signed verdict says {}, the evidence says {}", what, theirs, own));
  };
  compare("device", HexEncode(AsBytes(signed_record.device_id())),
          HexEncode(AsBytes(ours.device_id())));
  compare("round", std::to_string(signed_record.round()), std::to_string(ours.round()));
  compare("headline", signed_record.headline(), ours.headline());
  compare("site", signed_record.site(), ours.site());
  compare("basis of the site verdict", signed_record.site_basis(), ours.site_basis());
  compare("licence", signed_record.licence(), ours.licence());
  compare("basis of the licence verdict", signed_record.licence_basis(), ours.licence_basis());
  compare("site reasons", Joined(signed_record.site_reasons()), Joined(ours.site_reasons()));
  compare("licence reasons", Joined(signed_record.licence_reasons()),
          Joined(ours.licence_reasons()));
  const auto compare_countries = [&](std::string_view what, const auto& theirs, const auto& own) {
    const std::string only_signed = Lacking(theirs, own);
    const std::string only_ours = Lacking(own, theirs);
    const auto add = [&](std::string_view who, const std::string& codes) {
      if (!codes.empty()) differences.push_back(fmt::format("{}: only {} {}", what, who, codes));
    };
    add("the signed verdict names", only_signed);
    add("the evidence names", only_ours);
  };
  compare_countries("cannot exclude", signed_record.cannot_exclude(), ours.cannot_exclude());
  compare_countries("excluded", signed_record.excluded(), ours.excluded());
  compare("policy version", signed_record.policy_version(), ours.policy_version());
  return differences;
}

}  // namespace earshot
