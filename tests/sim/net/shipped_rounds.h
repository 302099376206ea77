// tests/sim/net/shipped_rounds.h: a shipped scenario with every packet, and what each round made of it.
#ifndef EARSHOT_TESTS_SIM_NET_SHIPPED_ROUNDS_H_
#define EARSHOT_TESTS_SIM_NET_SHIPPED_ROUNDS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/domain/verdict.h"
#include "sim/scenario/scenario.h"

namespace earshot {

// By device name.
using RoundVerdicts = std::map<std::string, Appraisal>;

struct ShippedRounds {
  std::vector<RoundVerdicts> rounds;  // latest verdicts after each round
  Bytes32 hash{};
};

// `file` of scenarios/.
Scenario ShippedScenarioFile(const std::string& file);

// Runs it to its end; no sample is below its undisturbed path.
ShippedRounds RunRounds(const Scenario& scenario, unsigned threads = 1);

// Devices whose names begin with `prefix` and that have this headline, or a flagged one.
int CountOf(const RoundVerdicts& round, std::string_view prefix, Verdict verdict);
int FlaggedOf(const RoundVerdicts& round, std::string_view prefix);

bool SiteSays(const Appraisal& appraisal, ReasonCode code);
bool LicenceSays(const Appraisal& appraisal, ReasonCode code);

}  // namespace earshot

#endif  // EARSHOT_TESTS_SIM_NET_SHIPPED_ROUNDS_H_
