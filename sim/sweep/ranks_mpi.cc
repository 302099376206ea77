#include <mpi.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include "core/base/check.h"
#include "sim/sweep/ranks.h"

namespace earshot {
namespace {

constexpr int kToDesk = 1;  // tags
constexpr int kToSeat = 2;
constexpr std::int64_t kNoMore = -1;
// Between looks for a message: MPI's own waiting takes a whole core from those that work.
constexpr auto kPause = std::chrono::milliseconds(1);

void Pause() { std::this_thread::sleep_for(kPause); }

bool Arrived(int from, int tag, MPI_Status* status) {
  int here = 0;
  MPI_Iprobe(from, tag, MPI_COMM_WORLD, &here, status);
  return here != 0;
}

class MpiDesk final : public RankDesk {
 public:
  explicit MpiDesk(int count) : seats_(count), away_(count - 1) {}

  int seats() const override { return seats_; }
  RankWord Hear() override {
    for (;;) {
      MPI_Status status;
      if (Arrived(MPI_ANY_SOURCE, kToDesk, &status)) return Receive(&status);
      if (auto text = near_.Heard(kPause)) return {0, *std::move(text)};
    }
  }
  void Answer(int rank, std::optional<std::uint32_t> point) override {
    if (rank == 0) {
      near_.Answer(point);
      return;
    }
    const std::int64_t number = point.has_value() ? std::int64_t{*point} : kNoMore;
    MPI_Send(&number, 1, MPI_INT64_T, rank, kToSeat, MPI_COMM_WORLD);
    away_ -= point.has_value() ? 0 : 1;
  }

  NearSeat& near() { return near_; }
  void LetGo() {
    while (away_ > 0) Answer(Hear().rank, std::nullopt);
  }

 private:
  static RankWord Receive(MPI_Status* status) {
    int bytes = 0;
    MPI_Get_count(status, MPI_CHAR, &bytes);
    RankWord word{status->MPI_SOURCE, std::string(static_cast<std::size_t>(bytes), '\0')};
    MPI_Recv(word.text.data(), bytes, MPI_CHAR, word.rank, kToDesk, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    return word;
  }

  NearSeat near_;
  int seats_;
  int away_;  // seats of other processes that still ask
};

class MpiSeat final : public RankSeat {
 public:
  void Say(std::string text) override {
    MPI_Send(text.data(), static_cast<int>(text.size()), MPI_CHAR, 0, kToDesk, MPI_COMM_WORLD);
  }
  std::optional<std::uint32_t> Await() override {
    while (!Arrived(0, kToSeat, MPI_STATUS_IGNORE)) Pause();
    std::int64_t number = kNoMore;
    MPI_Recv(&number, 1, MPI_INT64_T, 0, kToSeat, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (number == kNoMore) return std::nullopt;
    return static_cast<std::uint32_t>(number);
  }
};

// mpirun ends the others with SIGTERM when a rank has died. Its own message does not say that the
// work is kept.
std::array<char, 1024> g_last_words;
std::size_t g_last_words_bytes = 0;

void SayLastWords(int signal) {
  // Nothing can be done when stderr is gone too.
  [[maybe_unused]] const ssize_t written =
      write(STDERR_FILENO, g_last_words.data(), g_last_words_bytes);
  std::signal(signal, SIG_DFL);
  static_cast<void>(std::raise(signal));
}

class MpiRanks final : public Ranks {
 public:
  MpiRanks(int rank, int count) : rank_(rank), count_(count), desk_(count) {}
  MpiRanks(const MpiRanks&) = delete;
  MpiRanks& operator=(const MpiRanks&) = delete;
  ~MpiRanks() override {
    if (rank_ == 0) desk_.LetGo();
    MPI_Request everybody{};
    MPI_Ibarrier(MPI_COMM_WORLD, &everybody);
    for (int here = 0; here == 0;) {
      MPI_Test(&everybody, &here, MPI_STATUS_IGNORE);
      if (here == 0) Pause();
    }
    MPI_Finalize();
  }

  int rank() const override { return rank_; }
  int count() const override { return count_; }

  Status Run(const SweepPlan& plan, const SeatOptions& options, const std::string& last_words,
             std::span<const std::uint32_t> todo, const RowSink& sink) override {
    EARSHOT_CHECK(rank_ == 0);
    g_last_words_bytes = std::min(last_words.size(), g_last_words.size());
    std::copy_n(last_words.begin(), g_last_words_bytes, g_last_words.begin());
    std::signal(SIGTERM, SayLastWords);
    // MPI is left to this thread; rank 0 computes on another.
    const std::jthread own([&] { TakePoints(desk_.near(), plan, options); });
    const Status outcome = HandOutPoints(desk_, plan, options.commit, todo, sink);
    std::signal(SIGTERM, SIG_DFL);
    return outcome;
  }

  void Serve(const Result<SweepPlan>& plan, const SeatOptions& options) override {
    EARSHOT_CHECK(rank_ != 0);
    MpiSeat seat;
    if (plan.has_value()) {
      TakePoints(seat, *plan, options);
    } else {
      Decline(seat, plan.error());
    }
  }

 private:
  int rank_;
  int count_;
  MpiDesk desk_;
};

}  // namespace

Result<std::unique_ptr<Ranks>> JoinJob(const std::string&) {
  int provided = MPI_THREAD_SINGLE;
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS ||
      provided < MPI_THREAD_FUNNELED) {
    return Fail(ErrorCode::kUnavailable,
                "MPI does not begin, or not for a process with threads; start with Open MPI's mpirun");
  }
  int rank = 0;
  int count = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &count);
  return std::make_unique<MpiRanks>(rank, count);
}

}  // namespace earshot
