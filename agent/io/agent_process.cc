#include "agent/io/agent_process.h"

#include <fmt/format.h>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>
#include <vector>

#include "agent/io/agent_socket.h"
#include "agent/io/file_session_counter.h"
#include "agent/io/list_memory.h"
#include "core/crypto/pooled_random.h"
#include "core/crypto/signed_blob.h"
#include "core/os/files.h"
#include "core/os/handler_memory.h"
#include "core/os/process.h"
#include "core/os/system_clock.h"

namespace earshot {
namespace {

namespace asio = boost::asio;
using ErrorCodeOfAsio = boost::system::error_code;

// Batches taken from one socket before the others get their turn.
constexpr int kBatchesPerTurn = 8;
// Passes of polling between two looks at timers, signals and the other sockets.
constexpr int kPassesPerLook = 64;

AgentEngineOptions EngineOptions(const AgentSettings& settings, AgentEngineOptions options) {
  if (settings.handshake_each_round) options.limits.offer_resumption = false;
  return options;
}

}  // namespace

// Where everything of one identity lives, at a fixed address: the engine keeps pointers.
struct IdentityAtRim {
  AgentIdentitySettings settings;
  std::unique_ptr<FileSessionCounter> counter;
  std::unique_ptr<AgentSocket> socket;
  std::unique_ptr<DatagramTransport> wrapper;  // null: the engine sends by the socket itself
  std::unique_ptr<asio::posix::stream_descriptor> waiter;
};

class AgentProcess::Impl {
 public:
  Impl(const AgentSettings& settings, const AgentProcessOptions& options)
      : list_file_(settings.landmark_list_file), ready_file_(settings.ready_file),
        root_(settings.root), options_(options), timer_(io_), list_timer_(io_), end_timer_(io_),
        signals_(io_), engine_(settings.root, random_, EngineOptions(settings, options.engine)) {}

  // The descriptors belong to the sockets; Asio must not close them a second time.
  ~Impl() {
    for (const auto& identity : identities_) {
      if (identity->waiter != nullptr) identity->waiter->release();
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status AddIdentity(AgentIdentitySettings settings) {
    auto identity = std::make_unique<IdentityAtRim>(
        IdentityAtRim{std::move(settings), nullptr, nullptr, nullptr, nullptr});
    const std::string context = "device " + identity->settings.name;
    auto counter = FileSessionCounter::Open(identity->settings.counter_file);
    if (!counter.has_value()) return Fail(std::move(counter).error(), context);
    identity->counter = *std::move(counter);
    auto socket = AgentSocket::Bind(identity->settings.local_address, &clock_);
    if (!socket.has_value()) return Fail(std::move(socket).error(), context);
    identity->socket = *std::move(socket);
    identity->waiter = std::make_unique<asio::posix::stream_descriptor>(io_);
    ErrorCodeOfAsio error;
    identity->waiter->assign(identity->socket->native_handle(), error);
    if (error) return Fail(ErrorCode::kUnavailable, context + ": wait: " + error.message());
    DatagramTransport* transport = identity->socket.get();
    if (options_.wrap_transport) {
      identity->wrapper = options_.wrap_transport(*identity->socket);
      transport = identity->wrapper.get();
    }
    engine_.AddIdentity({&identity->settings.key, identity->settings.claims}, *identity->counter,
                        *transport);
    identities_.push_back(std::move(identity));
    return {};
  }

  Status Start(unsigned scheduling_priority) {
    // One list serves the process: it is remembered beside the counter of the first device.
    EARSHOT_ASSIGN_OR_RETURN(
        list_memory_,
        ListMemory::Open(identities_.front()->settings.counter_file + ".list", root_));
    engine_.RefuseListsBelow(list_memory_->highest());
    EARSHOT_RETURN_IF_ERROR(ReadList());
    UsePreciseTimers();
    EARSHOT_ASSIGN_OR_RETURN(scheduling_, RequestScheduling(scheduling_priority));
    for (std::uint32_t i = 0; i < identities_.size(); ++i) WaitForDatagrams(i);
    ErrorCodeOfAsio error;
    for (const int signal : {SIGTERM, SIGINT}) {
      signals_.add(signal, error);
      if (error) return Fail(ErrorCode::kUnavailable, "signals: " + error.message());
    }
    signals_.async_wait([this](const ErrorCodeOfAsio& failed, int) {
      if (!failed) stopped_ = true;
    });
    CheckListLater();
    return WriteReadyFile();
  }

  void Run() {
    stopped_ = false;
    int passes = 0;
    while (!stopped_) {
      const auto spinning = engine_.Spinning(clock_.Now());
      for (const std::uint32_t identity : spinning) Drain(identity);
      if (!spinning.empty() && ++passes % kPassesPerLook != 0) continue;
      engine_.OnTimer(clock_.Now());
      ArmTimer();
      if (spinning.empty()) {
        io_.run_one();
      } else {
        io_.poll();
      }
    }
    io_.restart();
  }

  void RunFor(Duration duration) {
    end_timer_.expires_after(duration);
    end_timer_.async_wait([this](const ErrorCodeOfAsio& failed) {
      if (!failed) stopped_ = true;
    });
    Run();
    end_timer_.cancel();
  }

  void Stop() {
    asio::post(io_, [this] { stopped_ = true; });
  }

  std::string Summary() const {
    return fmt::format("{} device{}, {} landmarks (list version {}), {}", identities_.size(),
                       identities_.size() == 1 ? "" : "s", engine_.landmarks(),
                       engine_.list().version, scheduling_);
  }
  const AgentEngine& engine() const { return engine_; }

 private:
  // A list that is refused at the start ends the process; later the one in force stays.
  Status ReadList() {
    EARSHOT_ASSIGN_OR_RETURN(std::string blob, ReadFile(list_file_, kSignedBlobBytesMax));
    if (blob == list_blob_) return {};
    if (Status applied = engine_.ApplyLandmarkList(AsBytes(blob), clock_.Now());
        !applied.has_value()) {
      list_blob_ = std::move(blob);
      return Fail(std::move(applied).error(), list_file_);
    }
    EARSHOT_RETURN_IF_ERROR(list_memory_->Keep(engine_.highest_list()));
    list_blob_ = std::move(blob);
    return {};
  }

  void CheckListLater() {
    list_timer_.expires_after(options_.list_check_interval);
    list_timer_.async_wait([this](const ErrorCodeOfAsio& failed) {
      if (failed) return;
      if (const Status read = ReadList(); !read.has_value()) {
        fmt::print(stderr, "earshot-agent: {}; the list in force stays\n", read.error().message());
      }
      CheckListLater();
    });
  }

  Status WriteReadyFile() const {
    if (ready_file_.empty()) return {};
    std::string lines;
    for (const auto& identity : identities_) {
      lines += fmt::format("{} {}\n", identity->settings.name, identity->socket->local().ToText());
    }
    return WriteFileAtomically(ready_file_, lines);
  }

  void WaitForDatagrams(std::uint32_t identity) {
    identities_[identity]->waiter->async_wait(
        asio::posix::stream_descriptor::wait_read, [this, identity](const ErrorCodeOfAsio& failed) {
          if (failed) return;
          Drain(identity);
          WaitForDatagrams(identity);
        });
  }

  void Drain(std::uint32_t identity) {
    AgentSocket& socket = *identities_[identity]->socket;
    for (int i = 0; i < kBatchesPerTurn; ++i) {
      const std::size_t got = socket.Receive(
          [this, identity](const Endpoint& from, ByteSpan bytes, MonotonicInstant now) {
            // Refusals are counted by the engine and answered with silence.
            static_cast<void>(engine_.OnDatagram(identity, from, bytes, now));
          });
      if (got < kAnswerBatch) return;
    }
  }

  void ArmTimer() {
    const auto wake = engine_.NextWake();
    if (!wake.has_value() || wake == armed_for_) return;
    armed_for_ = wake;
    timer_.expires_after(*wake - clock_.Now());
    timer_.async_wait(asio::bind_allocator(HandlerAllocator<std::byte>(timer_memory_),
                                           [this](const ErrorCodeOfAsio& failed) {
                                             if (!failed) armed_for_.reset();
                                           }));
  }

  std::string list_file_;
  std::string ready_file_;
  Ed25519PublicKey root_;
  AgentProcessOptions options_;
  std::optional<std::string> list_blob_;  // last taken or refused
  std::optional<ListMemory> list_memory_;
  std::string scheduling_;
  bool stopped_ = false;
  SystemClock clock_;
  SystemRandom random_;
  HandlerMemory timer_memory_;
  asio::io_context io_{1};
  asio::steady_timer timer_;
  asio::steady_timer list_timer_;
  asio::steady_timer end_timer_;
  asio::signal_set signals_;
  std::optional<MonotonicInstant> armed_for_;
  std::vector<std::unique_ptr<IdentityAtRim>> identities_;
  AgentEngine engine_;
};

AgentProcess::AgentProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AgentProcess::~AgentProcess() = default;

Result<std::unique_ptr<AgentProcess>> AgentProcess::Create(AgentSettings settings,
                                                           const AgentProcessOptions& options) {
  std::vector<AgentIdentitySettings> identities = std::move(settings.identities);
  const unsigned priority = settings.scheduling_priority;
  auto impl = std::make_unique<Impl>(std::move(settings), options);
  for (AgentIdentitySettings& identity : identities) {
    EARSHOT_RETURN_IF_ERROR(impl->AddIdentity(std::move(identity)));
  }
  EARSHOT_RETURN_IF_ERROR(impl->Start(priority));
  return std::unique_ptr<AgentProcess>(new AgentProcess(std::move(impl)));
}

void AgentProcess::Run() { impl_->Run(); }
void AgentProcess::RunFor(Duration duration) { impl_->RunFor(duration); }
void AgentProcess::Stop() { impl_->Stop(); }
std::string AgentProcess::Summary() const { return impl_->Summary(); }
const AgentEngine& AgentProcess::engine() const { return impl_->engine(); }

}  // namespace earshot
