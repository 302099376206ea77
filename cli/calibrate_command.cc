#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include "bench/calibrate.h"
#include "bench/model_check.h"
#include "cli/commands.h"
#include "cli/model_picture.h"
#include "core/config/text_proto.h"
#include "core/os/files.h"
#include "earshot/v1/evaluate.pb.h"

namespace earshot {
namespace {

std::string CheckText(const v1::ModelCheck& check) {
  std::string text = fmt::format(
      "{} fitted on {}, held against {} paths of {} clusters\n\n"
      "RTT over that of fibre and 1 ms: simulated, measured [95 % bootstrap interval]; * outside "
      "it\n",
      check.model(), check.provenance(), check.paths(), check.clusters());
  text += fmt::format("{:>14} {:>7}", "km", "paths");
  for (const v1::QuantileCheck& q : check.bands(0).quantiles()) {
    text += fmt::format("  {:>26}", fmt::format("{:g} %", 100 * q.share()));
  }
  text += "\n";
  for (const v1::BandCheck& band : check.bands()) {
    text += fmt::format("{:>6.0f}-{:<7.0f} {:>7}", band.from_km(), band.to_km(), band.paths());
    for (const v1::QuantileCheck& q : band.quantiles()) {
      text += fmt::format("  {:>26}",
                          fmt::format("{:.2f}{} {:.2f} [{:.2f}-{:.2f}]", q.simulated(),
                                      q.inside() ? "" : "*", q.measured(), q.low(), q.high()));
    }
    text += "\n";
  }
  return text +
         fmt::format("\n{} of {} quantiles inside.\n", check.quantiles_inside(), check.quantiles());
}

ExitCode Check(const CalibrateCommand& command, const MeasuredWorld& world,
               const Console& console) {
  v1::DelayModel model;
  const auto parsed = TextProto::Load(command.check, &model);
  if (!parsed) return Complain(console, parsed.error());
  const auto check = CheckDelayModel(model, world);
  if (!check) return Complain(console, check.error());
  if (check->bands_size() == 0) {
    return Complain(console,
                    Error(ErrorCode::kInvalidArgument,
                          "no measured path is in any band of the model; nothing to check"));
  }
  if (!command.picture.empty()) {
    const Status written = WriteFileAtomically(command.picture, ModelPicture(*check));
    if (!written) return Complain(console, written.error());
  }
  return Show(console, command.json, *check, [&] { return CheckText(*check); });
}

}  // namespace

ExitCode Calibrate(const CalibrateCommand& command, const Console& console) {
  if (command.out.empty() && command.check.empty()) {
    return Complain(console,
                    Error(ErrorCode::kInvalidArgument,
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
