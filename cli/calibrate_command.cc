#include <google/protobuf/text_format.h>

#include <fmt/format.h>

#include "bench/calibrate.h"
#include "cli/commands.h"
#include "core/config/text_proto.h"
#include "core/os/files.h"
#include "core/report/json.h"
#include "earshot/v1/evaluate.pb.h"

namespace earshot {
namespace {

std::string CheckText(const v1::ModelCheck& check) {
  std::string text = fmt::format("{} fitted on {}, held against {} paths\n\n", check.model(),
                                 check.provenance(), check.paths());
  text += fmt::format("{:>14} {:>7}   {:>26}   {:>26}   {:>22}\n", "km", "paths", "model 5/50/95 % ms",
                      "measured 5/50/95 % ms", "below the model's, %");
  for (const v1::BandCheck& band : check.bands()) {
    text += fmt::format(
        "{:>6.0f}-{:<7.0f} {:>7}   {:>8.1f} {:>8.1f} {:>8.1f}   {:>8.1f} {:>8.1f} {:>8.1f}   "
        "{:>6.1f} {:>6.1f} {:>6.1f}\n",
        band.from_km(), band.to_km(), band.paths(), band.model_ms(0), band.model_ms(1),
        band.model_ms(2), band.measured_ms(0), band.measured_ms(1), band.measured_ms(2),
        100 * band.share_below(0), 100 * band.share_below(1), 100 * band.share_below(2));
  }
  return text + "\nIf the model fits, 5, 50 and 95 % lie below.\n";
}

ExitCode Check(const CalibrateCommand& command, const MeasuredWorld& world,
               const Console& console) {
  v1::DelayModel model;
  const auto parsed = TextProto::Load(command.check, &model);
  if (!parsed) return Complain(console, parsed.error());
  const auto check = CheckDelayModel(model, world);
  if (!check) return Complain(console, check.error());
  if (!command.json) {
    console.out << CheckText(*check);
    return ExitCode::kRan;
  }
  const auto json = ToJson(*check);
  if (!json) return Complain(console, json.error());
  console.out << *json;
  return ExitCode::kRan;
}

}  // namespace

ExitCode Calibrate(const CalibrateCommand& command, const Console& console) {
  if (command.out.empty() && command.check.empty()) {
    return Complain(console, Error(ErrorCode::kInvalidArgument,
                                   "nothing to do; give -o MODEL to fit or --check MODEL to check"));
  }
  auto measured = ReadMeasurements(command.nodes, command.rtts);
  if (!measured) return Complain(console, measured.error());
  const auto world = MeasuredWorld::Build(*std::move(measured));
  if (!world) return Complain(console, world.error());
  for (const std::string& remark : world->measured().remarks) {
    console.err << "earshot: " << remark << "\n";
  }
  if (!command.check.empty()) return Check(command, *world, console);
  const v1::DelayModel model =
      FitDelayModel(*world, {.files = command.rtts, .pooled_only = command.pooled});
  std::string text;
  google::protobuf::TextFormat::PrintToString(model, &text);
  const Status written = WriteFileAtomically(command.out, text);
  if (!written) return Complain(console, written.error());
  console.out << fmt::format("{}: {} landmarks, {} paths, {} bands of distance\n", command.out,
                             model.landmarks_size(), model.paths(), model.pooled_size());
  return ExitCode::kRan;
}

}  // namespace earshot
