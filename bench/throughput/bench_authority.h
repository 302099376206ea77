// bench/throughput/bench_authority.h: a root and the landmarks that it lists for a bench.
#ifndef EARSHOT_BENCH_THROUGHPUT_BENCH_AUTHORITY_H_
#define EARSHOT_BENCH_THROUGHPUT_BENCH_AUTHORITY_H_

#include <memory>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/datagram.h"
#include "core/base/random.h"
#include "core/crypto/ed25519.h"
#include "core/protocol/landmark_keys.h"

namespace earshot {

struct BenchLandmark {
  LandmarkKeys keys;
  Endpoint endpoint;
};

// Keys drawn anew for each bench; all landmarks stand at one place.
struct BenchAuthority {
  Ed25519PublicKey root;
  std::vector<std::unique_ptr<BenchLandmark>> landmarks;
  Bytes list;  // serialised SignedBlob of the LandmarkList
};
// Landmarks at `endpoints`, listed from an hour ago for six days around the wall reading `now`.
BenchAuthority MakeBenchAuthority(const std::vector<Endpoint>& endpoints, Random& random,
                                  WallInstant now);

}  // namespace earshot

#endif  // EARSHOT_BENCH_THROUGHPUT_BENCH_AUTHORITY_H_
