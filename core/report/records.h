// core/report/records.h: between the domain's plain types and the records that are signed.
//
// Signed bytes hold no floating-point numbers: rates are parts per million, lengths whole metres,
// positions 1e-7 degrees (11 mm), wall instants whole seconds. Every conversion is lossless or
// refused, so that a verdict recomputed from a record is the verdict that was signed. Callers
// serialise the message once, sign those bytes, and never serialise it again.
#ifndef EARSHOT_CORE_REPORT_RECORDS_H_
#define EARSHOT_CORE_REPORT_RECORDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/domain/declaration.h"
#include "core/domain/policy.h"
#include "core/domain/verdict.h"

namespace earshot::v1 {
class DeclarationRecord;
class PolicyRecord;
class VerdictRecord;
}  // namespace earshot::v1

namespace earshot {

// The contexts under which the three records are signed (docs/PROTOCOL.md, section 1).
inline constexpr std::string_view kPolicyContext = "EWP1 policy v1";
inline constexpr std::string_view kDeclarationContext = "EWP1 declaration v1";
inline constexpr std::string_view kVerdictContext = "EWP1 verdict v1";

// kInvalidArgument, naming the field, for a value outside its range or finer than its unit.
Result<v1::PolicyRecord> ToRecord(const Policy& policy);
// The same for a record that came from outside, after its signature was verified: a round longer
// than 60 s, a rate outside (0, 1), no domain at all and the like are refused.
Result<Policy> FromRecord(const v1::PolicyRecord& record);

// A declaration and the name people use for the device.
struct NamedDeclaration {
  std::string device_name;
  Declaration declaration;
};
// As above. Countries are sorted and unique in both directions; an unknown one is refused, because
// a licence that excludes a country nobody can draw would exclude nothing.
Result<v1::DeclarationRecord> ToRecord(const NamedDeclaration& named);
Result<NamedDeclaration> FromRecord(const v1::DeclarationRecord& record);

// A verdict record keeps the answer and its coded reasons; the numbers of the reasons and the rings
// are recomputed from the receipts. So FromRecord(ToRecord(a)) has empty rings and bare reasons,
// and ToRecord(FromRecord(r)) is r without its grounds, which are the bundle's
// (server/engine/evidence_check.h).
v1::VerdictRecord ToRecord(const Appraisal& appraisal);
Result<Appraisal> FromRecord(const v1::VerdictRecord& record);

// What a recomputed appraisal says otherwise than a signed record, one sentence a difference; empty
// when they agree.
std::vector<std::string> Differences(const v1::VerdictRecord& signed_record,
                                     const Appraisal& recomputed);

}  // namespace earshot

#endif  // EARSHOT_CORE_REPORT_RECORDS_H_
