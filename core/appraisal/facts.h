// core/appraisal/facts.h: what an observation amounts to before anything is judged. For this room.
#ifndef EARSHOT_CORE_APPRAISAL_FACTS_H_
#define EARSHOT_CORE_APPRAISAL_FACTS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "core/appraisal/appraise.h"
#include "core/appraisal/placement_test.h"
#include "core/base/time.h"
#include "core/domain/verdict.h"
#include "core/locate/region.h"

namespace earshot {

// Landmarks at fault are already removed.
struct Facts {
  MonotonicInstant begin;  // the interval that the verdict is about
  MonotonicInstant end;
  std::vector<LandmarkBound> bounds;
  std::vector<LandmarkRings> rings;          // of `bounds`, nearest declared first
  std::vector<ExpectedLandmark> expected;    // of this round
  std::vector<LandmarkId> without_evidence;  // answered, and no valid EVIDENCE covers it
  std::vector<LandmarkId> all_tainted;       // answered, and every sample is spoilt for a test
  std::vector<LandmarkId> refused_handshakes;  // of the device's own address, for want of budget
  std::vector<LandmarkId> at_fault;          // removed
  std::vector<Bytes32> evidence_sha256;
  std::uint32_t packets_refused = 0;
  bool heard = false;                 // an answered ping in this round
  bool declaration_in_force = false;  // over the whole interval
  bool keys_sealed = false;           // and the endorsement in force

  // Of every bound, for what speaks against the device; of this round's alone, for what convicts
  // it; of those under EVIDENCE, for what speaks for it.
  ProvedRegion vacuum;
  ProvedRegion vacuum_of_round;
  ProvedRegion vacuum_under_evidence;
  ProvedRegion fibre;
};

Facts GatherFacts(const AppraisalInput& input);

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_FACTS_H_
