// core/report/report.h: from appraisals to the report that leaves the house.
//
// Outward: no coordinates, no addresses, RTTs rounded up to the policy's privacy floor and radii to
// match (outward.h). What is true of a device is in it only in simulations, by place name.
#ifndef EARSHOT_CORE_REPORT_REPORT_H_
#define EARSHOT_CORE_REPORT_REPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "core/domain/system_claims.h"
#include "core/report/reason_text.h"

namespace earshot::v1 {
class ReportBound;
class ReportDevice;
class RunReport;
}  // namespace earshot::v1

namespace earshot {

// What a simulation knows and a real verifier never does.
struct ReportedTruth {
  std::string place;    // a city
  std::string country;  // ISO 3166-1 alpha-2
  std::string behaviour;
  std::vector<Verdict> expected;  // headlines that would be right; empty: not stated
  bool honest = false;            // a flag against it is a false alarm
};

// What the report says of a device besides its appraisal.
struct ReportedDevice {
  std::string name;   // "C-0042"
  std::string model;
  std::string order;
  std::string declared_country;  // ISO 3166-1 alpha-2
  SessionKeys session_keys = SessionKeys::kHost;
  std::string bundle;  // file, relative to the report; empty when there is none
  std::optional<ReportedTruth> truth;
};

// `context.declaration` is the device's. Instants are reported in seconds since `run_start`.
v1::ReportDevice MakeReportDevice(const Appraisal& appraisal, const ReportedDevice& device,
                                  const ReadingContext& context, MonotonicInstant run_start);

// One landmark's rings as they may be shown.
v1::ReportBound MakeReportBound(const LandmarkRings& rings, const Policy& policy);

// Fills `summary`, `assumptions`, `review` and `finding` from the devices that `report` holds by now,
// and run.policy_version, run.liars_max and run.placement_test from `policy`. `question` is what the reader must decide.
void CompleteReport(const Policy& policy, const std::string& question, v1::RunReport* report);

}  // namespace earshot

#endif  // EARSHOT_CORE_REPORT_REPORT_H_
