#include "sim/sweep/ranks.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>
#include <utility>

#include "core/base/check.h"
#include "sim/sweep/journal.h"

namespace earshot {
namespace {

// What a seat says begins with one of these.
constexpr char kSeatReady = '?';       // and the heading of its journal
constexpr char kSeatRow = '=';         // and the line of the journal
constexpr char kUserWrong = '!';       // and why: what the user wrote or named is wrong
constexpr char kMachineRefused = '#';  // and why

std::string WhyNot(const Error& error) {
  const bool usage = error.code() == ErrorCode::kInvalidArgument ||
                     error.code() == ErrorCode::kNotFound ||
                     error.code() == ErrorCode::kUnsupported;
  return (usage ? kUserWrong : kMachineRefused) + error.message();
}

class OneRank final : public Ranks {
 public:
  int rank() const override { return 0; }
  int count() const override { return 1; }
  Status Run(const SweepPlan& plan, const SeatOptions& options, const std::string&,
             std::span<const std::uint32_t> todo, const RowSink& sink) override {
    return RunPointsOnThreads(options.threads, plan, todo, sink);
  }
  void Serve(const Result<SweepPlan>&, const SeatOptions&) override { EARSHOT_CHECK(false); }
};

// What a word is worth: nothing yet, a row, or an error.
Result<std::optional<SweepRow>> Understand(const RankWord& word, const SweepPlan& plan,
                                           const std::string& heading) {
  EARSHOT_CHECK(!word.text.empty());
  const std::string rest = word.text.substr(1);
  switch (word.text.front()) {
    case kSeatReady:
      if (rest == heading) return std::nullopt;
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("rank {}: has read another sweep or scenario, or is another version of "
                              "the program; give every machine the same files", word.rank));
    case kSeatRow: {
      std::optional<SweepRow> row = ReadJournalLine(rest, plan);
      if (row.has_value()) return row;
      return Fail(ErrorCode::kUnavailable, fmt::format("rank {}: its row is damaged", word.rank));
    }
    case kUserWrong: return Fail(ErrorCode::kInvalidArgument, fmt::format("rank {}: {}", word.rank, rest));
    default: return Fail(ErrorCode::kUnavailable, fmt::format("rank {}: {}", word.rank, rest));
  }
}

}  // namespace

Status HandOutPoints(RankDesk& desk, const SweepPlan& plan, const std::string& commit,
                     std::span<const std::uint32_t> todo, const RowSink& sink) {
  const std::string heading = JournalHeading(plan, commit);
  Status outcome;
  bool sink_failed = false;
  for (int present = desk.seats(); present > 0;) {
    const RankWord word = desk.Hear();
    Status status;
    if (auto understood = Understand(word, plan, heading); !understood.has_value()) {
      status = tl::unexpected<Error>(std::move(understood).error());
    } else if (understood->has_value() && !sink_failed) {
      status = sink(**std::move(understood));
      sink_failed = !status.has_value();
    }
    if (outcome.has_value() && !status.has_value()) outcome = std::move(status);
    if (!outcome.has_value() || todo.empty()) {
      desk.Answer(word.rank, std::nullopt);
      --present;
      continue;
    }
    desk.Answer(word.rank, todo.front());
    todo = todo.subspan(1);
  }
  return outcome;
}

void TakePoints(RankSeat& seat, const SweepPlan& plan, const SeatOptions& options) {
  seat.Say(kSeatReady + JournalHeading(plan, options.commit));
  while (const std::optional<std::uint32_t> number = seat.Await()) {
    const Result<SweepRow> row = RunNamedPoint(plan, *number, options.threads);
    std::string word = row.has_value() ? kSeatRow + JournalLine(*row) : WhyNot(row.error());
    if (row.has_value()) word.pop_back();  // the end of the line
    seat.Say(std::move(word));
  }
}

void Decline(RankSeat& seat, const Error& why) {
  seat.Say(WhyNot(why));
  EARSHOT_CHECK(!seat.Await().has_value());
}

void NearSeat::Say(std::string text) {
  const std::lock_guard lock(guard_);
  said_.push_back(std::move(text));
  changed_.notify_all();
}

std::optional<std::uint32_t> NearSeat::Await() {
  std::unique_lock lock(guard_);
  changed_.wait(lock, [&] { return !answers_.empty(); });
  const std::optional<std::uint32_t> answer = answers_.front();
  answers_.pop_front();
  return answer;
}

std::optional<std::string> NearSeat::Heard(std::chrono::milliseconds patience) {
  std::unique_lock lock(guard_);
  if (!changed_.wait_for(lock, patience, [&] { return !said_.empty(); })) return std::nullopt;
  std::string text = std::move(said_.front());
  said_.pop_front();
  return text;
}

void NearSeat::Answer(std::optional<std::uint32_t> point) {
  const std::lock_guard lock(guard_);
  answers_.push_back(point);
  changed_.notify_all();
}

Result<std::unique_ptr<Ranks>> Ranks::Join() {
  // What mpirun tells its processes: Open MPI; MPICH and its kin.
  for (const char* const name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    const char* const size = std::getenv(name);
    if (size != nullptr && std::string_view(size) != "1") return JoinJob(size);
  }
  return std::make_unique<OneRank>();
}

}  // namespace earshot
