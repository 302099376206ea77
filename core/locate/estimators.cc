#include "core/locate/estimators.h"

#include <array>

#include "core/locate/bft_poloc.h"
#include "core/locate/cbg.h"
#include "core/locate/cbg_plus_plus.h"
#include "core/locate/cpv.h"
#include "core/locate/local_normal_fit.h"
#include "core/locate/nearest_landmarks.h"
#include "core/locate/quasi_octant.h"
#include "core/locate/shortest_ping.h"
#include "core/locate/speed_limit.h"
#include "core/locate/spotter.h"
#include "core/locate/verloc.h"

namespace earshot {

std::span<const EstimatorMethod> AllEstimators() {
  static const std::array methods = {
      EarshotMethod(), NearestLandmarksMethod(), ShortestPingMethod(), CbgMethod(),
      QuasiOctantMethod(), SpotterMethod(), CpvMethod(), CbgPlusPlusMethod(),
      VerLocMethod(), SpeedLimitMethod(), BftPolocMethod()};
  return methods;
}

}  // namespace earshot
