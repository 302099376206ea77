// bench/optimised.h: whether this build's timings mean anything.
#ifndef EARSHOT_BENCH_OPTIMISED_H_
#define EARSHOT_BENCH_OPTIMISED_H_

#include "core/base/result.h"

namespace earshot {

// kUnsupported in a build with checks or without optimisation: its figures would mislead.
inline Status RequireOptimisedBuild() {
#if defined(NDEBUG) && defined(__OPTIMIZE__)
  return {};
#else
  return Fail(ErrorCode::kUnsupported,
              "this build is not optimised, so its figures would mislead; use the release preset");
#endif
}

}  // namespace earshot

#endif  // EARSHOT_BENCH_OPTIMISED_H_
