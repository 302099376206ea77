// cli/roc_picture.h: curves of detection against false alarms, as a picture that needs no network.
#ifndef EARSHOT_CLI_ROC_PICTURE_H_
#define EARSHOT_CLI_ROC_PICTURE_H_

#include <string>

namespace earshot::v1 {
class EvaluateReport;
}  // namespace earshot::v1

namespace earshot {

// An SVG document of its own: one line a method, named at its end, the share of honest hosts flagged
// from left to right on a logarithmic scale, that of false declarations flagged upwards; the asked
// rate as a dashed line.
std::string RocPicture(const v1::EvaluateReport& report);

}  // namespace earshot

#endif  // EARSHOT_CLI_ROC_PICTURE_H_
