// cli/run_text.h: a report as a person reads it in a terminal.
#ifndef EARSHOT_CLI_RUN_TEXT_H_
#define EARSHOT_CLI_RUN_TEXT_H_

#include <string>

#include "cli/console.h"
#include "core/domain/verdict.h"

namespace google::protobuf {
template <typename Element>
class RepeatedPtrField;
}  // namespace google::protobuf
namespace earshot::v1 {
class LifecycleCount;
class PingReport;
class ReportDevice;
class RunReport;
}  // namespace earshot::v1

namespace earshot {

// "[x] INVALID_PROOF": a mark of its own for every verdict, then the word; the colour only repeats
// what they say.
std::string VerdictLabel(const Console& console, Verdict verdict);

// "6 in transit, 12 answering": devices by where they are in their lives; empty where all answer.
std::string LifecycleText(
    const google::protobuf::RepeatedPtrField<v1::LifecycleCount>& counts);

// Every device with its declared place, verdict and sentence; then the summary with expected beside
// achieved false alarms, the network, the assumptions and the finding.
std::string RunText(const v1::RunReport& report, const Console& console);

// One device: the sentence, each judgement with its reasons, the rings of every landmark, and how
// to check it off-line.
std::string DeviceText(const v1::ReportDevice& device, const v1::RunReport& report,
                       const Console& console);

// Per landmark: sent, received, RTT, what each ring allows, and the declared distance; then the
// verdict in one sentence.
std::string PingText(const v1::PingReport& report, const Console& console);

}  // namespace earshot

#endif  // EARSHOT_CLI_RUN_TEXT_H_
