// sim/sweep/ranks.h: points of a sweep, run by the processes of one MPI job (`mpirun -n 8 earshot
// sweep FILE`). Offered by builds with EARSHOT_MPI; any other is a job of one.
//
//   rank 0: the desk                           every rank, rank 0 included: a seat
//   journal, rows, progress      <-- ready (heading of its journal) ---
//                                --- number of a point ------------->  runs it
//                                <-- its row, or why not ------------
//                                --- no more ----------------------->  ends
//
// Who runs a point does not show in its row, so rows and pictures are those of one process. Only
// rank 0 touches the folder. What a desk and a seat say is decided here; what carries it is a seam.
#ifndef EARSHOT_SIM_SWEEP_RANKS_H_
#define EARSHOT_SIM_SWEEP_RANKS_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "core/base/result.h"
#include "sim/sweep/point_pool.h"
#include "sim/sweep/sweep.h"

namespace earshot {

struct RankWord {
  int rank = 0;
  std::string text;
};

// Rank 0's side of the talk with all seats. Confined to one thread.
class RankDesk {
 public:
  virtual ~RankDesk() = default;
  virtual int seats() const = 0;
  // Waits for the next word of any seat.
  virtual RankWord Hear() = 0;
  // To a seat that has spoken, once for each of its words; none: no more, it may go.
  virtual void Answer(int rank, std::optional<std::uint32_t> point) = 0;
};

// One rank's side. Confined to one thread.
class RankSeat {
 public:
  virtual ~RankSeat() = default;
  virtual void Say(std::string text) = 0;
  // Waits for the answer to what was said.
  virtual std::optional<std::uint32_t> Await() = 0;
};

// Hands `todo` to the seats of `desk` and their rows to `sink`, as a PointRunner does (point_pool.h),
// and lets every seat go, also where nothing is to do. kInvalidArgument: a seat read another sweep
// or is another version of the program, "rank 3: ..."; else what a seat could not do.
Status HandOutPoints(RankDesk& desk, const SweepPlan& plan, const std::string& commit,
                     std::span<const std::uint32_t> todo, const RowSink& sink);

struct SeatOptions {
  std::string commit;  // of this program
  // In a job of several ranks, of each point, one point at a time; else of all that run together.
  unsigned threads = 1;
};
// Runs what the desk hands out until there is no more.
void TakePoints(RankSeat& seat, const SweepPlan& plan, const SeatOptions& options);
// Tells the desk why this rank cannot take part, which ends the sweep.
void Decline(RankSeat& seat, const Error& why);

// A seat in the desk's own process. The seat's side and the desk's may be on two threads.
class NearSeat final : public RankSeat {
 public:
  void Say(std::string text) override;
  std::optional<std::uint32_t> Await() override;

  // For the desk: what was said, waited for no longer than `patience`.
  std::optional<std::string> Heard(std::chrono::milliseconds patience);
  void Answer(std::optional<std::uint32_t> point);

 private:
  std::mutex guard_;
  std::condition_variable changed_;
  std::deque<std::string> said_;
  std::deque<std::optional<std::uint32_t>> answers_;
};

// This process's membership in its MPI job, from Join until it dies: at most one a process, used by
// the thread that joined. A rank that dies ends the whole job, which is how MPI works: rows that rank 0
// has written stay in the journal, and --resume goes on from there with any number of ranks.
class Ranks {
 public:
  // A process that nothing like mpirun has started, or that is alone in its job, is rank 0 of one.
  // kUnsupported in a job of several when this build has no MPI; kUnavailable when MPI does not begin.
  static Result<std::unique_ptr<Ranks>> Join();
  // Waits for all ranks of the job; rank 0 lets those go that still ask for a point.
  virtual ~Ranks() = default;

  virtual int rank() const = 0;
  virtual int count() const = 0;

  // At rank 0 (CHECK), at most once: as PointRunner, by all ranks. `last_words` are what it says on
  // stderr when something ends the job meanwhile (SIGTERM), in a job of several.
  virtual Status Run(const SweepPlan& plan, const SeatOptions& options,
                     const std::string& last_words, std::span<const std::uint32_t> todo,
                     const RowSink& sink) = 0;
  // At any other rank (CHECK), once: TakePoints, or Decline.
  virtual void Serve(const Result<SweepPlan>& plan, const SeatOptions& options) = 0;
};

// One of `size` processes of a job, as the environment says it: by MPI, or refused.
Result<std::unique_ptr<Ranks>> JoinJob(const std::string& size);

}  // namespace earshot

#endif  // EARSHOT_SIM_SWEEP_RANKS_H_
