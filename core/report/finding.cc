#include "core/report/finding.h"

#include <fmt/format.h>

#include <boost/math/distributions/binomial.hpp>
#include <set>
#include <vector>

#include "core/domain/verdict.h"
#include "core/report/outward.h"
#include "earshot/v1/report.pb.h"

namespace earshot {
namespace {

constexpr double kChance = 0.01;

struct Tally {
  int devices = 0;
  int licence_verified = 0;
  int consistent = 0;
  int contradicted = 0;
  int invalid = 0;
  int silent = 0;
  int slow = 0;
  int indeterminate = 0;
  int tested = 0;
  double expected_alarms = 0;
  std::set<CountryCode> excluded;  // by every licence proof
  bool same_countries = true;
};

bool Is(const std::string& name, Verdict verdict) { return name == VerdictName(verdict); }

Tally Count(const v1::RunReport& report) {
  Tally tally;
  for (const v1::ReportDevice& device : report.devices()) {
    ++tally.devices;
    tally.contradicted += Is(device.verdict(), Verdict::kContradicted);
    tally.invalid += Is(device.verdict(), Verdict::kInvalidProof);
    tally.silent += Is(device.verdict(), Verdict::kSilent);
    tally.slow += Is(device.verdict(), Verdict::kUnexplainedDelay);
    tally.consistent += Is(device.verdict(), Verdict::kConsistent);
    tally.indeterminate += Is(device.verdict(), Verdict::kIndeterminate);
    if (device.has_false_alarm_probability()) {
      ++tally.tested;
      tally.expected_alarms += device.false_alarm_probability();
    }
    if (!Is(device.licence().verdict(), Verdict::kVerified)) continue;
    ++tally.licence_verified;
    std::set<CountryCode> excluded;
    for (const std::string& text : device.licence().excluded()) {
      if (text.size() == 2) excluded.insert(CountryCode::Unchecked(text[0], text[1]));
    }
    if (tally.licence_verified > 1 && excluded != tally.excluded) tally.same_countries = false;
    tally.excluded = std::move(excluded);
  }
  return tally;
}

// Whether `slow` alarms among the tested are more than their false-alarm rates explain.
bool BeyondChance(const Tally& tally) {
  if (tally.slow == 0 || tally.tested == 0) return tally.slow > 0;
  const double rate = tally.expected_alarms / tally.tested;
  if (!(rate > 0 && rate < 1) || tally.slow > tally.tested) return true;
  using boost::math::binomial_distribution;
  const binomial_distribution<double> chance(tally.tested, rate);
  return boost::math::cdf(boost::math::complement(chance, tally.slow - 1)) < kChance;
}

std::string Devices(int n) { return n == 1 ? "1 device" : fmt::format("{} devices", n); }

std::string Joined(const std::vector<std::string>& parts) {
  return parts.empty() ? "nothing" : fmt::format("{}", fmt::join(parts, "; "));
}

std::string Proved(const Tally& tally) {
  std::vector<std::string> parts;
  if (tally.licence_verified > 0) {
    const std::vector<CountryCode> countries(tally.excluded.begin(), tally.excluded.end());
    const std::string where = tally.same_countries && !countries.empty()
                                  ? CountryListText(countries, kCountriesShown)
                                  : "every country that its licence forbids";
    parts.push_back(fmt::format("{} of {} devices answered from outside {}", tally.licence_verified,
                                tally.devices, where));
  }
  if (tally.contradicted > 0) {
    parts.push_back(fmt::format("the keys of {} were not where they were declared",
                                Devices(tally.contradicted)));
  }
  if (tally.invalid > 0) {
    parts.push_back(fmt::format("{} answered with material that convicts itself, such as a "
                                "withdrawn key", Devices(tally.invalid)));
  }
  return Joined(parts);
}

std::string Unexplained(const Tally& tally, bool beyond_chance) {
  std::vector<std::string> parts;
  if (tally.slow > 0) {
    parts.push_back(fmt::format(
        "{} {} more slowly than {} declared site explains ({:.1f} of {} tested would by chance{})",
        Devices(tally.slow), tally.slow == 1 ? "answers" : "answer",
        tally.slow == 1 ? "its" : "their", tally.expected_alarms, tally.tested,
        beyond_chance ? "" : ", so this is no reason by itself"));
  }
  if (tally.silent > 0) {
    parts.push_back(fmt::format("{} {} silent", Devices(tally.silent),
                                tally.silent == 1 ? "is" : "are"));
  }
  if (tally.consistent > 0) {
    parts.push_back(fmt::format("{} {} normal without proof", Devices(tally.consistent),
                                tally.consistent == 1 ? "looks" : "look"));
  }
  if (tally.indeterminate > 0) {
    parts.push_back(fmt::format("of {} nothing can be told", Devices(tally.indeterminate)));
  }
  return Joined(parts);
}

}  // namespace

// Deaths of processes and the like leave silence and delay that no device caused.
std::string IncidentCaution(const v1::RunReport& report) {
  const int incidents = report.run().incidents_size();
  if (incidents == 0) return {};
  return fmt::format(
      " Caution: {} the run itself {} named above, and silence or delay may be the run's own doing.",
      incidents == 1 ? "an incident of" : "incidents of", incidents == 1 ? "is" : "are");
}

std::string Finding(const v1::RunReport& report, const std::string& question) {
  const Tally tally = Count(report);
  const bool beyond_chance = BeyondChance(tally);
  const int proved_against = tally.contradicted + tally.invalid;
  const bool decides = question.starts_with("Should ");
  std::string answer;
  if (tally.devices == 0) {
    answer = "No answer: no device was judged.";
  } else if (proved_against > 0) {
    answer = fmt::format("{}{} {} convicted by physics or by {} own keys, which no slow network can "
                         "cause.", decides ? "Yes: " : "", Devices(proved_against),
                         proved_against == 1 ? "is" : "are", proved_against == 1 ? "its" : "their");
  } else if (tally.silent > 0 || beyond_chance) {
    answer = fmt::format("{}othing is proved against any device, but there is more silence or delay "
                         "than chance accounts for.", decides ? "Yes, until it is explained: n" : "N");
  } else {
    answer = fmt::format("{}othing here is beyond what chance accounts for.",
                         decides ? "No reason to: n" : "N");
  }
  return fmt::format(
      "{}{}{}{} What is proved: {}. What is only unexplained: {}. What cannot be known from delay: "
      "where a silent or slow device is, whether it was moved or when, what any device computes, and "
      "who uses it from afar.",
      question, question.empty() ? "" : " ", answer, IncidentCaution(report), Proved(tally),
      Unexplained(tally, beyond_chance));
}

}  // namespace earshot
