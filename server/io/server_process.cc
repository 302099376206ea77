#include "server/io/server_process.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>
#include <optional>
#include <vector>

#include "core/appraisal/outline_map.h"
#include "core/appraisal/policy_placement_test.h"
#include "core/base/quantity_text.h"
#include "core/crypto/pooled_random.h"
#include "core/os/files.h"
#include "core/os/handler_memory.h"
#include "core/os/process.h"
#include "core/os/system_clock.h"
#include "server/engine/server_engine.h"
#include "server/io/command_socket.h"
#include "server/io/landmark_socket.h"
#include "server/io/run_recorder.h"
#include "server/io/server_commands.h"

namespace earshot {
namespace {

namespace asio = boost::asio;
using AsioError = boost::system::error_code;

constexpr std::size_t kListBytesMax = 1 << 20;
// Batches read from one landmark before the others and the timers get their turn.
constexpr int kBatchesPerTurn = 8;

// One landmark's keys and socket, at a fixed address: the engine keeps references.
struct LandmarkAtRim {
  LandmarkKeys keys;
  std::unique_ptr<LandmarkSocket> socket;
  std::unique_ptr<asio::posix::stream_descriptor> waiter;
};

// A signed list in a file that may be replaced while the server runs.
struct ListFile {
  std::string path;
  std::string seen;     // the bytes last looked at, taken or refused
  std::string problem;  // last told
};

void Narrate(std::string_view text) { fmt::print(stderr, "earshot serve: {}\n", text); }

}  // namespace

class ServerProcess::Impl {
 public:
  Impl(ServerSettings settings, const ServerProcessOptions& options)
      : settings_(std::move(settings)), options_(options), clock_(options.suspended), timer_(io_),
        list_timer_(io_), signals_(io_) {}

  // The descriptors belong to the sockets; Asio must not close them a second time.
  ~Impl() {
    for (const auto& landmark : landmarks_) landmark->waiter->release();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status Open() {
    EARSHOT_ASSIGN_OR_RETURN(const std::string scheduling,
                             RequestScheduling(settings_.scheduling_priority));
    if (settings_.scheduling_priority > 0) Narrate("scheduling: " + scheduling);
    EARSHOT_ASSIGN_OR_RETURN(recorder_, RunRecorder::Create(settings_.out_dir, &clock_));
    EARSHOT_RETURN_IF_ERROR(BindLandmarks());
    if (!settings_.command_socket.empty()) {
      EARSHOT_ASSIGN_OR_RETURN(
          commands_, CommandSocket::Open(io_, settings_.command_socket,
                                         [this](const std::string& line, CommandReply reply) {
                                           OnCommand(line, std::move(reply));
                                         }));
    }
    AsioError error;
    for (const int signal : {SIGTERM, SIGINT}) {
      signals_.add(signal, error);
      if (error) return Fail(ErrorCode::kUnavailable, "signals: " + error.message());
    }
    signals_.async_wait([this](const AsioError& failed, int) {
      if (!failed) stopped_ = true;
    });
    UsePreciseTimers();
    return WriteReadyFile();
  }

  Status Run() {
    LookForList();
    while (!stopped_ && (engine_ == nullptr || !engine_->finished())) {
      io_.run_one();
      if (engine_ == nullptr) continue;
      engine_->Flush();
      TellOfSuspension();
      const RoundNumber closed = engine_->rounds_closed();
      engine_->OnTimer();
      if (engine_->rounds_closed() != closed) RereadLists();
      ArmTimer();
    }
    if (engine_ != nullptr) engine_->Stop();
    recorder_->Finish(failure_.has_value() ? failure_->message()
                      : stopped_           ? "told to stop"
                                           : "rounds over");
    // Replies that are under way still go out.
    commands_.reset();
    io_.poll();
    if (failure_.has_value()) return tl::unexpected<Error>(*failure_);
    if (recorder_->failure().has_value()) return tl::unexpected<Error>(*recorder_->failure());
    return {};
  }

  void Stop() {
    asio::post(io_, [this] { stopped_ = true; });
  }

 private:
  Status BindLandmarks() {
    LandmarkSocket::Options options;
    options.kernel_stamps = options_.kernel_stamps;
    options.gather = true;  // the engine flushes
    for (LandmarkSettings& settings : settings_.landmarks) {
      auto socket = LandmarkSocket::Bind(settings.bind, &clock_, options);
      if (!socket.has_value()) {
        Narrate(fmt::format("landmark {}: {}; the run goes on without it",
                            settings.keys.id.value(), socket.error().message()));
        continue;
      }
      auto waiter = std::make_unique<asio::posix::stream_descriptor>(io_);
      AsioError error;
      waiter->assign((*socket)->native_handle(), error);
      if (error) return Fail(ErrorCode::kUnavailable, "wait for datagrams: " + error.message());
      landmarks_.push_back(std::make_unique<LandmarkAtRim>(
          LandmarkAtRim{std::move(settings.keys), *std::move(socket), std::move(waiter)}));
    }
    if (landmarks_.empty()) {
      return Fail(ErrorCode::kUnavailable, "no landmark could bind its address");
    }
    return {};
  }

  Status WriteReadyFile() const {
    if (settings_.ready_file.empty()) return {};
    std::string lines;
    for (const auto& landmark : landmarks_) {
      lines += fmt::format("{} {}\n", landmark->keys.id.value(),
                           landmark->socket->local().ToText());
    }
    return WriteFileAtomically(settings_.ready_file, lines);
  }

  // The list names the endpoints under which agents reach the landmarks, which may be known only
  // after these are bound: so it may come late.
  void LookForList() {
    const Status begun = TryBegin();
    if (begun.has_value()) return;
    if (begun.error().message() != list_problem_) {
      list_problem_ = begun.error().message();
      Narrate(list_problem_ + "; waiting for it");
    }
    list_timer_.expires_after(options_.list_check_interval);
    list_timer_.async_wait([this](const AsioError& failed) {
      if (!failed) LookForList();
    });
  }

  Status TryBegin() {
    EARSHOT_ASSIGN_OR_RETURN(const std::string list,
                             ReadFile(settings_.landmark_list_file, kListBytesMax));
    const ByteSpan bytes = AsBytes(list);
    ListTrust trust(settings_.root);
    EARSHOT_RETURN_IF_ERROR(trust.AcceptLandmarkList(bytes));
    settings_.blobs.landmark_list.assign(bytes.begin(), bytes.end());
    landmark_list_ = {settings_.landmark_list_file, list, {}};
    revocation_list_ = {settings_.revocation_list_file, ToString(settings_.blobs.revocation_list),
                        {}};
    // From here on an error would not mend itself by waiting.
    Result<Verifier> verifier = Verifier::Create(
        VerifierSetup{settings_.root, std::move(settings_.blobs), std::move(settings_.verdict_key),
                      std::move(settings_.registry), &test_, &map_},
        clock_.Read());
    if (!verifier.has_value()) {
      failure_ = std::move(verifier).error();
      stopped_ = true;
      return {};
    }
    ServerEngineOptions options;
    options.rounds = settings_.rounds;
    engine_ = std::make_unique<ServerEngine>(options, *std::move(verifier), random_, clock_,
                                             *recorder_);
    recorder_->Watch(engine_.get());
    for (std::size_t i = 0; i < landmarks_.size(); ++i) {
      engine_->AddLandmark(landmarks_[i]->keys, *landmarks_[i]->socket);
      WaitForDatagrams(i);
    }
    engine_->Start();
    ArmTimer();
    Narrate(fmt::format("{} landmarks ({} stamps), {} devices", landmarks_.size(),
                        landmarks_[0]->socket->kernel_stamps() ? "kernel" : "user-space",
                        engine_->verifier().registry().devices().size()));
    return {};
  }

  // Once a round: what the root has signed since then counts from the next one on.
  void RereadLists() {
    Verifier& verifier = engine_->verifier();
    if (Reread(landmark_list_, [&](Bytes blob) {
          return verifier.UpdateLandmarkList(std::move(blob));
        })) {
      Narrate(fmt::format("landmark list version {} taken", verifier.list().version));
      TellOfUnlistedLandmarks();
    }
    if (Reread(revocation_list_, [&](Bytes blob) {
          return verifier.UpdateRevocations(std::move(blob));
        })) {
      Narrate(fmt::format("revocation list version {} taken", verifier.revocations_version()));
    }
    if (Status may_sign = verifier.MaySign(); !may_sign.has_value()) {
      failure_ = std::move(may_sign).error();
      stopped_ = true;
    }
  }

  // True: the file holds other bytes than before, and `update` took them. Whatever is refused is
  // told once and changes nothing.
  template <typename Update>
  static bool Reread(ListFile& file, Update update) {
    if (file.path.empty()) return false;
    const Result<std::string> text = ReadFile(file.path, kListBytesMax);
    if (text.has_value() && *text == file.seen) return false;
    Status taken;
    if (text.has_value()) {
      file.seen = *text;
      const ByteSpan bytes = AsBytes(*text);
      taken = update(Bytes(bytes.begin(), bytes.end()));
    } else {
      taken = tl::unexpected<Error>(text.error());
    }
    const std::string problem = taken.has_value() ? std::string() : taken.error().message();
    if (problem != file.problem && !problem.empty()) {
      Narrate(fmt::format("{}: {}; the list in force stays", file.path, problem));
    }
    file.problem = problem;
    return taken.has_value();
  }

  void TellOfUnlistedLandmarks() const {
    const std::vector<ListedLandmark>& listed = engine_->verifier().list().landmarks;
    for (const auto& landmark : landmarks_) {
      const auto found = std::ranges::find(listed, landmark->keys.id, &ListedLandmark::id);
      if (found != listed.end() && found->key() == landmark->keys.signing.public_key()) continue;
      Narrate(fmt::format("landmark {}: the list does not name its key, so nothing it measures "
                          "counts; give it the key that is listed and restart",
                          landmark->keys.id.value()));
    }
  }

  void WaitForDatagrams(std::size_t number) {
    landmarks_[number]->waiter->async_wait(
        asio::posix::stream_descriptor::wait_read, [this, number](const AsioError& failed) {
          if (failed) return;
          Drain(number);
          WaitForDatagrams(number);
        });
  }

  void TellOfSuspension() {
    const Duration gap = clock_.CountSuspension();
    if (gap == Duration(0)) return;
    Narrate(fmt::format("the machine was suspended for {}; the open round is given up",
                        DurationText(gap)));
    engine_->OnSuspended();
    armed_for_.reset();
  }

  void Drain(std::size_t number) {
    TellOfSuspension();
    LandmarkSocket& socket = *landmarks_[number]->socket;
    for (int i = 0; i < kBatchesPerTurn; ++i) {
      socket.CollectTransmitStamps([&](const TransmitStamp& stamp) {
        engine_->OnTransmitStamp(number, stamp.probe_key, stamp.at, stamp.not_after);
      });
      const std::size_t got = socket.Receive([&](const ReceivedDatagram& datagram) {
        engine_->OnDatagram(number, datagram.from, datagram.bytes, datagram.after_receive,
                            datagram.kernel_receive);
      });
      if (got < kReceiveBatch) break;
    }
    engine_->OnDropped(number, socket.ReadDrops());
  }

  void ArmTimer() {
    const auto wake = engine_->NextWake();
    if (!wake.has_value() || wake == armed_for_) return;
    armed_for_ = wake;
    timer_.expires_after(*wake - clock_.Now());
    timer_.async_wait(asio::bind_allocator(HandlerAllocator<std::byte>(timer_memory_),
                                           [this](const AsioError& failed) {
                                             if (!failed) OnWake();
                                           }));
  }

  void OnWake() {
    armed_for_.reset();
    // A round may end now: what its landmarks lost belongs to it.
    for (std::size_t i = 0; i < landmarks_.size(); ++i) {
      engine_->OnDropped(i, landmarks_[i]->socket->ReadDrops());
    }
  }

  void OnCommand(const std::string& line, CommandReply reply) {
    AnswerCommand(line, {engine_.get(), recorder_.get(), [this] { stopped_ = true; }},
                  std::move(reply));
  }

  ServerSettings settings_;
  ServerProcessOptions options_;
  bool stopped_ = false;
  std::optional<Error> failure_;  // why the run cannot begin or go on
  std::string list_problem_;
  ListFile landmark_list_;
  ListFile revocation_list_;
  SystemClock clock_;
  SystemRandom random_;
  PolicyPlacementTest test_;
  OutlineMap map_;
  HandlerMemory timer_memory_;
  asio::io_context io_{1};
  asio::steady_timer timer_;
  asio::steady_timer list_timer_;
  asio::signal_set signals_;
  std::optional<MonotonicInstant> armed_for_;
  std::vector<std::unique_ptr<LandmarkAtRim>> landmarks_;
  std::unique_ptr<RunRecorder> recorder_;
  std::unique_ptr<ServerEngine> engine_;
  std::unique_ptr<CommandSocket> commands_;
};

ServerProcess::ServerProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ServerProcess::~ServerProcess() = default;

Result<std::unique_ptr<ServerProcess>> ServerProcess::Create(ServerSettings settings,
                                                             const ServerProcessOptions& options) {
  auto impl = std::make_unique<Impl>(std::move(settings), options);
  EARSHOT_RETURN_IF_ERROR(impl->Open());
  return std::unique_ptr<ServerProcess>(new ServerProcess(std::move(impl)));
}

Status ServerProcess::Run() { return impl_->Run(); }

void ServerProcess::Stop() { impl_->Stop(); }

int RunServer(const ServerMainOptions& options) {
  constexpr int kExitConfiguration = 2;
  constexpr int kExitRuntime = 3;
  if (options.supervisor_pid != 0) {
    if (const Status bound = DieWithParent(options.supervisor_pid); !bound.has_value()) {
      Narrate(bound.error().message());
      return kExitRuntime;
    }
  }
  Result<ServerSettings> settings = LoadServerConfig(options.config);
  if (!settings.has_value()) {
    Narrate(settings.error().message());
    return kExitConfiguration;
  }
  auto process = ServerProcess::Create(*std::move(settings), ServerProcessOptions{});
  if (!process.has_value()) {
    Narrate(process.error().message());
    return kExitRuntime;
  }
  if (const Status ran = (*process)->Run(); !ran.has_value()) {
    Narrate(ran.error().message());
    return kExitRuntime;
  }
  return 0;
}

}  // namespace earshot
