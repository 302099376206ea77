// cli/model_picture.h: a checked delay model as an SVG picture.
#ifndef EARSHOT_CLI_MODEL_PICTURE_H_
#define EARSHOT_CLI_MODEL_PICTURE_H_

#include <string>

namespace earshot::v1 {
class ModelCheck;
}  // namespace earshot::v1

namespace earshot {

// Inflation by band of distance, logarithmic: measured quantiles with their bootstrap intervals as
// bars, simulated ones as dots, open where outside. One document without scripts or references to
// others.
std::string ModelPicture(const v1::ModelCheck& check);

}  // namespace earshot

#endif  // EARSHOT_CLI_MODEL_PICTURE_H_
