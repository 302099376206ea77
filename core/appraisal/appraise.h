// core/appraisal/appraise.h: from what was observed of a device to its verdict. Pure: no clock, no
// randomness, no I/O; the same input has the same verdict, on any machine.
//
// What leads where, in the order of precedence (site and licence are judged apart):
//
//   INVALID_PROOF      a cryptographic finding; or, in one round and with a measured mesh that
//                      shows no fault, bounds without a point of depth n - f
//   CONTRADICTED       the vacuum region misses the site, or every place where the licence lets the
//                      device be
//   SILENT             no valid answer for longer than the policy allows, counted from when answers
//                      became due; or no placement test for
//                      as long, because the device's own address used up its landmark's checks
//   VERIFIED           the vacuum region of bounds under EVIDENCE, from at least domains_min
//                      domains, lies within the site; touches no country that the licence forbids
//   UNEXPLAINED_DELAY  the placement test flags, and the site is not proved
//   CONSISTENT         the placement test finds the answers normal, with power
//   INDETERMINATE      none of these
//
// Removed before anything is judged: observations of landmarks at fault (MeshState); from bounds,
// samples behind a clock step; from the placement test, samples with any taint. Samples without
// EVIDENCE may contradict and flag, and never verify nor count as normal. Nothing that the device
// says of itself is read here.
#ifndef EARSHOT_CORE_APPRAISAL_APPRAISE_H_
#define EARSHOT_CORE_APPRAISAL_APPRAISE_H_

#include <optional>
#include <span>

#include "core/appraisal/country_map.h"
#include "core/appraisal/placement_test.h"
#include "core/domain/declaration.h"
#include "core/domain/observation.h"
#include "core/domain/policy.h"
#include "core/domain/system_claims.h"
#include "core/domain/verdict.h"

namespace earshot {

// Everything a verdict rests on. References live as long as the call.
struct AppraisalInput {
  const DeviceObservation& observation;
  const Declaration& declaration;
  // None, or one that is not in force at observation.wall_now: nobody vouches for sealed keys, and
  // no verdict goes above CONSISTENT.
  const std::optional<Endorsement>& endorsement;
  std::span<const Landmark> landmarks;  // observations of landmarks not listed here are not used
  const MeshState& mesh;
  const Policy& policy;
  bool site_outage = false;  // the whole declared site is silent (silence.h)
};

Appraisal Appraise(const AppraisalInput& input, const PlacementTest& test, const CountryMap& map);

// The device's headline from its two judgements, by the precedence above; of the two, VERIFIED
// speaks for the licence alone.
Verdict Headline(Verdict site, Verdict licence);

}  // namespace earshot

#endif  // EARSHOT_CORE_APPRAISAL_APPRAISE_H_
