#include "core/locate/estimators.h"

#include <array>

#include "core/locate/local_normal_fit.h"
#include "core/locate/nearest_landmarks.h"

namespace earshot {

std::span<const EstimatorMethod> AllEstimators() {
  static const std::array methods = {EarshotMethod(), NearestLandmarksMethod()};
  return methods;
}

}  // namespace earshot
