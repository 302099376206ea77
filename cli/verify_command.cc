#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/run_text.h"
#include "core/appraisal/outline_map.h"
#include "core/appraisal/policy_placement_test.h"
#include "core/base/quantity_text.h"
#include "core/crypto/key_file.h"
#include "core/crypto/signed_blob.h"
#include "core/os/files.h"
#include "core/report/assumptions.h"
#include "core/report/bundle.h"
#include "core/report/outward.h"
#include "core/report/sentence.h"
#include "earshot/v1/evidence.pb.h"
#include "server/engine/evidence_check.h"

namespace earshot {
namespace {

struct Checked {
  RecomputedVerdict verdict;
  bool own_root = false;  // the bundle's own key was believed
};

Result<Checked> Check(const VerifyCommand& command) {
  EARSHOT_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(command.bundle, kBundleBytesMax));
  auto bundle = DecodeBundle(AsBytes(bytes));
  if (!bundle) return Fail(std::move(bundle).error(), command.bundle);
  auto root = command.root.empty() ? Ed25519PublicKey::Parse(AsBytes(bundle->root_public_key()))
                                   : ReadEd25519PublicKeyFile(command.root);
  if (!root) return Fail(std::move(root).error(), "root public key");
  std::string revocations;
  if (!command.revocations.empty()) {
    EARSHOT_ASSIGN_OR_RETURN(revocations, ReadFile(command.revocations, kSignedBlobBytesMax));
    if (revocations.empty()) {
      return Fail(ErrorCode::kInvalidArgument, command.revocations + " is empty: no revocation list");
    }
  }
  auto verdict = RecomputeVerdict(*bundle, *root, PolicyPlacementTest(), OutlineMap(),
                                  AsBytes(revocations));
  if (!verdict) return Fail(std::move(verdict).error(), command.bundle);
  return Checked{*std::move(verdict), command.root.empty()};
}

std::vector<Basis> BasesOf(const Appraisal& appraisal) {
  return {appraisal.site.basis, appraisal.licence.basis};
}

// Of whom, where and when: a bundle under another file name must not pass for another device's.
std::string SubjectText(const RecomputedVerdict& verdict) {
  const Declaration& declared = verdict.device.declaration;
  const LicenceTerms& licence = declared.licence;
  const Duration before = verdict.facts.now - verdict.appraisal.begin;
  const WallInstant begin = verdict.facts.wall_now - before;
  const WallInstant end = begin + (verdict.appraisal.end - verdict.appraisal.begin);
  return fmt::format(
      "Device:   {}, key {}\nOwner:    {}\nDeclared: {}, within {}; {} {}\n"
      "Measured: {} to {}, by the verifier's clock; round {}, policy {}\n"
      "Test:     {}, of where it was declared\n",
      verdict.device.name, HexEncode(declared.device.value()), declared.owner, declared.site.name,
      ReachText(declared.site.radius),
      licence.kind == LicenceTerms::Kind::kAllowed ? "licence allows" : "licence excludes",
      CountryListText(licence.countries, kCountriesShown), UtcText(begin), UtcText(end),
      verdict.appraisal.round.value(), verdict.appraisal.policy_version,
      PlacementRuleName(verdict.policy.placement_test));
}

std::string VerdictText(const Checked& checked, const Console& console) {
  const RecomputedVerdict& verdict = checked.verdict;
  const Appraisal& appraisal = verdict.appraisal;
  const ReadingContext context{verdict.device.declaration, verdict.policy, verdict.landmarks};
  std::string text = fmt::format(
      "{}\n  {}\n\n{}\nChecked here, off-line:\n"
      "  - every signature, from the root key down: policy, declaration, endorsement, landmark list,\n"
      "    delegations, and {} with evidence\n"
      "  - every nonce, reply tag and root in those receipts\n"
      "  - the regions, both judgements and the signed verdict\n"
      "Taken on the verifier's word: which landmarks were expected, in order or at fault, and when\n"
      "answers became due. Taken on the landmarks' word: the round-trip times.\n",
      VerdictLabel(console, appraisal.headline),
      Wrapped(SentenceFor(appraisal, context), console.width - 2, 2), SubjectText(verdict),
      Counted(verdict.receipts, "receipt"));
  const bool changed = std::ranges::any_of(appraisal.site.reasons, [](const Reason& reason) {
    return reason.code >= ReasonCode::kSlowerThanEnrolled && reason.code <= ReasonCode::kSlowerWithSite;
  });
  if (changed) {
    text += "And on the verifier's word, for no bundle holds enrolments: that it became slower.\n";
  }
  text += "Assumptions:\n";
  for (const std::string& line : AssumptionsBehind(BasesOf(appraisal), verdict.policy)) {
    text += "  - " + Wrapped(line, console.width - 4, 4) + "\n";
  }
  return text;
}

}  // namespace

ExitCode Verify(const VerifyCommand& command, const Console& console) {
  const auto checked = Check(command);
  if (!checked) return Complain(console, checked.error());
  console.out << VerdictText(*checked, console);
  if (checked->own_root) {
    console.err << "earshot: the bundle's own root key was used; that shows that the bundle agrees "
                   "with itself, not who made it. Give --root with a key obtained elsewhere.\n";
  }
  if (checked->verdict.differences.empty()) {
    console.out << "\nThe signed verdict is what its evidence says.\n";
    return ExitCode::kRan;
  }
  console.out << "\nThe signed verdict is NOT what its evidence says:\n";
  for (const std::string& line : checked->verdict.differences) console.out << "  - " << line << "\n";
  return ExitCode::kFailed;
}

}  // namespace earshot
