#include "bench/throughput/answerers.h"

#include <poll.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>
#include <vector>

#include "agent/io/agent_process.h"
#include "bench/throughput/allocation_count.h"
#include "bench/throughput/load.h"
#include "core/crypto/hmac.h"
#include "core/crypto/pooled_random.h"
#include "core/os/datagram_batch.h"
#include "core/os/files.h"
#include "core/os/system_clock.h"
#include "core/os/udp.h"

namespace earshot {
namespace {

namespace asio = boost::asio;
using AsioError = boost::system::error_code;
using AsioUdp = asio::ip::udp;

constexpr std::size_t kTogether = 64;
constexpr std::size_t kSignedBytes = 64;
constexpr std::size_t kSignedRequestBytes = kSignedBytes + kEd25519SignatureBytes;

clockid_t CpuClockOf(std::thread& thread) {
  clockid_t clock{};
  EARSHOT_CHECK(pthread_getcpuclockid(thread.native_handle(), &clock) == 0);
  return clock;
}

// What an agent of a bench is willing to do: no limit of the protocol stands in the way.
AgentEngineOptions FreeAgent() {
  AgentEngineOptions options;
  options.limits.pings_per_second_max = 1'000'000'000;
  options.start_spread = std::chrono::milliseconds(20);
  return options;
}

// A loop over batches of datagrams; `Reply` decides what leaves.
class BatchLoop final : public Answerer {
 public:
  // Adds the answer to `request`, if there is one, to `out`.
  using Reply = std::function<void(const Endpoint& from, ByteSpan request, SendBatch& out)>;

  BatchLoop(UniqueFd fd, const Endpoint& local, Reply reply)
      : fd_(std::move(fd)), local_(local), reply_(std::move(reply)), thread_([this] { Run(); }) {}
  ~BatchLoop() override {
    stop_ = true;
    thread_.join();
  }
  Endpoint endpoint() const override { return local_; }
  clockid_t cpu_clock() const override { return CpuClockOf(thread_); }

 private:
  void Run() {
    PinThisThread(kAnswerCore);
    ReceiveBatch receiving({.datagrams = kTogether});
    SendBatch sending(kTogether, kDatagramBytesMax);
    while (!stop_.load(std::memory_order_relaxed)) {
      const std::size_t got = receiving.Read(fd_.get());
      for (std::size_t i = 0; i < got; ++i) reply_(receiving.from(i), receiving.bytes(i), sending);
      sending.SendAll(fd_.get());
      if (got > 0) continue;
      pollfd waiting{fd_.get(), POLLIN, 0};
      poll(&waiting, 1, 20);
    }
  }

  UniqueFd fd_;
  Endpoint local_;
  Reply reply_;
  std::atomic<bool> stop_ = false;
  mutable std::thread thread_;
};

Result<std::unique_ptr<Answerer>> StartLoop(BatchLoop::Reply reply) {
  EARSHOT_ASSIGN_OR_RETURN(UniqueFd fd,
                           OpenUdpSocket(Endpoint{INADDR_LOOPBACK, 0}, kReceiveBuffer));
  EARSHOT_ASSIGN_OR_RETURN(const Endpoint local, LocalEndpointOf(fd.get()));
  return std::make_unique<BatchLoop>(std::move(fd), local, std::move(reply));
}

class AgentAnswerer final : public Answerer {
 public:
  explicit AgentAnswerer(std::unique_ptr<AgentProcess> process)
      : process_(std::move(process)), thread_([this] {
          PinThisThread(kAnswerCore);
          allocations_ = &AllocationCountOfThisThread();
          process_->Run();
        }) {}
  ~AgentAnswerer() override {
    process_->Stop();
    thread_.join();
  }
  Endpoint endpoint() const override { return {}; }
  clockid_t cpu_clock() const override { return CpuClockOf(thread_); }
  std::optional<std::uint64_t> allocations() const override {
    const std::atomic<std::uint64_t>* const count = allocations_;
    if (count == nullptr) return std::nullopt;
    return count->load(std::memory_order_relaxed);
  }

 private:
  std::unique_ptr<AgentProcess> process_;
  std::atomic<const std::atomic<std::uint64_t>*> allocations_ = nullptr;
  mutable std::thread thread_;
};

class CountingUp final : public SessionCounter {
 public:
  Result<std::uint64_t> Next() override { return ++used_; }

 private:
  std::uint64_t used_ = 0;
};

// One asynchronous receive at a time; each answer is an asynchronous send with a buffer of its own.
class AsioAgent final : public Answerer, private DatagramTransport {
 public:
  explicit AsioAgent(const BenchAuthority& authority)
      : socket_(io_, AsioUdp::endpoint(asio::ip::address_v4::loopback(), 0)),
        timer_(io_),
        device_(Ed25519PrivateKey::Generate(random_)),
        engine_(authority.root, random_, FreeAgent()) {
    AsioError ignored;
    socket_.set_option(asio::socket_base::receive_buffer_size(kReceiveBuffer), ignored);
    for (std::size_t i = 0; i < kTogether * 8; ++i) free_.push_back(std::make_unique<Buffer>());
    engine_.AddIdentity({&device_, {"bench", {}, 1}}, counter_, *this);
    EARSHOT_CHECK(engine_.ApplyLandmarkList(authority.list, clock_.Now()).has_value());
    thread_ = std::thread([this] { Run(); });
  }
  ~AsioAgent() override {  // NOLINT(bugprone-exception-escape): posting without memory may end it
    asio::post(io_, [this] { io_.stop(); });
    thread_.join();
  }
  Endpoint endpoint() const override { return {}; }
  clockid_t cpu_clock() const override { return CpuClockOf(thread_); }

 private:
  using Buffer = std::array<std::uint8_t, kDatagramBytesMax>;

  void Run() {
    PinThisThread(kAnswerCore);
    ReceiveNext();
    ArmTimer();
    io_.run();
  }
  void ReceiveNext() {
    socket_.async_receive_from(asio::buffer(received_), from_,
                               [this](const AsioError& failed, std::size_t size) {
                                 if (!failed) Take(size);
                                 ReceiveNext();
                               });
  }
  void Take(std::size_t size) {
    const Endpoint from{from_.address().to_v4().to_uint(), from_.port()};
    static_cast<void>(engine_.OnDatagram(0, from, ByteSpan(received_).first(size), clock_.Now()));
    ArmTimer();
  }
  void ArmTimer() {
    const auto wake = engine_.NextWake();
    if (!wake.has_value() || wake == armed_for_) return;
    armed_for_ = wake;
    timer_.expires_after(*wake - clock_.Now());
    timer_.async_wait([this](const AsioError& failed) {
      if (failed) return;
      armed_for_.reset();
      engine_.OnTimer(clock_.Now());
      ArmTimer();
    });
  }
  ClockReading Send(const Endpoint& to, ByteSpan datagram, std::uint64_t) override {
    const ClockReading before = clock_.Read();
    if (free_.empty()) return before;
    std::unique_ptr<Buffer> buffer = std::move(free_.back());
    free_.pop_back();
    std::ranges::copy(datagram, buffer->begin());
    const asio::const_buffer bytes(buffer->data(), datagram.size());
    socket_.async_send_to(bytes, AsioUdp::endpoint(asio::ip::address_v4(to.address), to.port),
                          [this, kept = std::move(buffer)](const AsioError&, std::size_t) mutable {
                            free_.push_back(std::move(kept));
                          });
    return before;
  }

  SystemClock clock_;
  SystemRandom random_;
  asio::io_context io_{1};
  AsioUdp::socket socket_;
  asio::steady_timer timer_;
  std::array<std::uint8_t, kDatagramBytesMax + 1> received_{};
  AsioUdp::endpoint from_;
  std::vector<std::unique_ptr<Buffer>> free_;
  std::optional<MonotonicInstant> armed_for_;
  CountingUp counter_;
  Ed25519PrivateKey device_;
  AgentEngine engine_;
  mutable std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Answerer>> MakeEcho(std::function<bool(ByteSpan)> wanted) {
  return StartLoop([wanted = std::move(wanted)](const Endpoint& from, ByteSpan request,
                                                SendBatch& out) {
    if (!wanted || wanted(request)) out.Add(from, request);
  });
}

Result<std::unique_ptr<Answerer>> MakeVerifyEach(const Ed25519PublicKey& key) {
  const auto round_key = std::make_shared<HmacSha256Key>(Bytes(32, 7));
  return StartLoop([key, round_key](const Endpoint& from, ByteSpan request, SendBatch& out) {
    if (request.size() != kSignedRequestBytes) return;
    const ByteSpan text = request.first(kSignedBytes);
    if (!key.Verify(text, request.subspan(kSignedBytes))) return;
    std::array<std::uint8_t, 64> answer{};
    std::ranges::copy(text.first(32), answer.begin());
    std::ranges::copy(round_key->Tag({text, ByteSpan(answer).first(32)}), answer.begin() + 32);
    out.Add(from, answer);
  });
}

Result<std::unique_ptr<Answerer>> MakeAgent(const BenchAuthority& authority,
                                            const std::string& folder) {
  const std::string list = folder + "/landmarks.list";
  EARSHOT_RETURN_IF_ERROR(
      WriteFileAtomically(list, ToString(authority.list), Durability::kAtomicOnly));
  SystemRandom random;
  std::vector<AgentIdentitySettings> identities;
  identities.push_back({"bench", Ed25519PrivateKey::Generate(random), folder + "/counter",
                        INADDR_LOOPBACK, {"bench", {}, 1}});
  AgentSettings settings{std::move(identities), list, authority.root, "", 0};
  AgentProcessOptions options;
  options.engine = FreeAgent();
  EARSHOT_ASSIGN_OR_RETURN(auto process, AgentProcess::Create(std::move(settings), options));
  return std::make_unique<AgentAnswerer>(std::move(process));
}

Result<std::unique_ptr<Answerer>> MakeAsioAgent(const BenchAuthority& authority) {
  try {
    return std::make_unique<AsioAgent>(authority);
  } catch (const boost::system::system_error& error) {
    return Fail(ErrorCode::kUnavailable, std::string("the Asio agent: ") + error.what());
  }
}

}  // namespace earshot
