// tests/server/io/loopback_round.h: one landmark and one agent on real sockets of 127.0.0.1, engines
// and rims as in production.
#ifndef EARSHOT_TESTS_SERVER_IO_LOOPBACK_ROUND_H_
#define EARSHOT_TESTS_SERVER_IO_LOOPBACK_ROUND_H_

#include <poll.h>

#include <array>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "agent/engine/agent_engine.h"
#include "agent/io/agent_process.h"
#include "agent/io/agent_socket.h"
#include "core/latency/resolve.h"
#include "core/os/system_clock.h"
#include "server/engine/landmark_engine.h"
#include "server/io/landmark_socket.h"
#include "tests/support/authority_fixture.h"
#include "tests/support/landmark_world.h"
#include "tests/support/test_folder.h"

namespace earshot {

struct LoopbackRoundOptions {
  bool kernel_stamps = true;
  // The agent's whole process, event loop and timers included, on a thread of its own; otherwise its
  // engine and socket, pumped together with the landmark.
  bool agent_process = false;
  std::uint16_t chain_length = 20;
};

// Pumps one thread until `done` or the deadline.
class LoopbackRound {
 public:
  explicit LoopbackRound(const LoopbackRoundOptions& options = {})
      : key_(Ed25519PrivateKey::Generate(random_)), device_(key_.id().value()) {
    LandmarkSocket::Options socket_options;
    socket_options.kernel_stamps = options.kernel_stamps;
    landmark_socket_ = *LandmarkSocket::Bind(Endpoint{0x7f000001, 0}, &clock_, socket_options);
    FixtureLandmark& landmark =
        authority_.AddLandmark({"lo-1", "a", 1.0, 103.0}, landmark_socket_->local());
    LandmarkEngineOptions made;
    made.session.terms.chain_length = options.chain_length;
    made.session.resolve = &ResolveSample;
    ListTrust trust(authority_.root().public_key());
    observer_.listed = trust.AcceptLandmarkList(authority_.LandmarkList())->landmarks.at(0);
    landmark_ = std::make_unique<LandmarkEngine>(
        landmark.keys, made, random_, *landmark_socket_, observer_,
        [](const DeviceId&) { return true; }, clock_.Now());
    if (options.agent_process) {
      StartAgentProcess();
    } else {
      StartAgent();
    }
  }
  ~LoopbackRound() {
    if (process_ == nullptr) return;
    process_->Stop();
    thread_.join();
  }
  LoopbackRound(const LoopbackRound&) = delete;
  LoopbackRound& operator=(const LoopbackRound&) = delete;

  bool PumpUntil(const std::function<bool()>& done) {
    const MonotonicInstant deadline = clock_.Now() + std::chrono::seconds(10);
    while (!done()) {
      if (clock_.Now() > deadline) return false;
      Step();
    }
    return true;
  }
  bool Ready() { return landmark_->Ready(device_); }
  void PlanTrains(int trains) {
    std::vector<MonotonicInstant> starts;
    for (int i = 1; i <= trains; ++i) {
      starts.push_back(clock_.Now() + std::chrono::milliseconds(20) * i);
    }
    EARSHOT_CHECK(landmark_->PlanTrains(device_, RoundNumber(1), starts));
  }
  RecordingObserver& observer() { return observer_; }
  std::uint64_t pongs() const { return landmark_->counters().pongs; }
  bool kernel_stamps() const { return landmark_socket_->kernel_stamps(); }

 private:
  void StartAgent() {
    agent_socket_ = *AgentSocket::Bind(0x7f000001, &clock_);
    agent_ = std::make_unique<AgentEngine>(authority_.root().public_key(), random_,
                                           AgentEngineOptions{});
    agent_->AddIdentity({&key_, {"model-x", {}, 1}}, counter_, *agent_socket_);
    EARSHOT_CHECK(agent_->ApplyLandmarkList(authority_.LandmarkList(), clock_.Now()));
  }
  void StartAgentProcess() {
    std::vector<AgentIdentitySettings> identities;
    identities.push_back({"lo", std::move(key_), folder_.Path("counter"), 0x7f000001, {"model-x", {}, 1}});
    process_ = *AgentProcess::Create(
        {std::move(identities), folder_.Write("list", ToString(authority_.LandmarkList())),
         authority_.root().public_key(), "", 0},
        AgentProcessOptions{});
    thread_ = std::thread([this] { process_->Run(); });
  }

  void Step() {
    landmark_->OnTimer(clock_.Now());
    if (agent_ != nullptr) agent_->OnTimer(clock_.Now());
    if (agent_ == nullptr || agent_->Spinning(clock_.Now()).empty()) {
      std::array<pollfd, 2> fds{
          pollfd{landmark_socket_->native_handle(), POLLIN, 0},
          pollfd{agent_socket_ == nullptr ? -1 : agent_socket_->native_handle(), POLLIN, 0}};
      poll(fds.data(), fds.size(), 1);
    }
    if (agent_ != nullptr) {
      agent_socket_->Receive([&](const Endpoint& from, ByteSpan bytes, MonotonicInstant now) {
        static_cast<void>(agent_->OnDatagram(0, from, bytes, now));
      });
    }
    landmark_socket_->CollectTransmitStamps([&](const TransmitStamp& stamp) {
      landmark_->OnTransmitStamp(stamp.probe_key, stamp.at, stamp.not_after);
    });
    landmark_socket_->Receive([&](const ReceivedDatagram& datagram) {
      landmark_->OnDatagram(datagram.from, datagram.bytes, datagram.after_receive,
                            datagram.kernel_receive);
    });
    landmark_->Flush();
  }

  SystemClock clock_;
  SeededRandom random_{11};
  AuthorityFixture authority_{1, SystemClock().Read().wall};
  Ed25519PrivateKey key_;
  DeviceId device_;
  MemoryCounter counter_;
  TestFolder folder_;
  RecordingObserver observer_;
  std::unique_ptr<LandmarkSocket> landmark_socket_;
  std::unique_ptr<AgentSocket> agent_socket_;
  std::unique_ptr<LandmarkEngine> landmark_;
  std::unique_ptr<AgentEngine> agent_;
  std::unique_ptr<AgentProcess> process_;
  std::thread thread_;
};

}  // namespace earshot

#endif  // EARSHOT_TESTS_SERVER_IO_LOOPBACK_ROUND_H_
