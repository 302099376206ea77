#include "sim/relay/relay.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <deque>
#include <optional>
#include <unordered_map>

#include "core/os/files.h"
#include "core/os/process.h"
#include "core/os/system_clock.h"
#include "core/os/udp.h"
#include "sim/relay/relay_socket.h"
#include "sim/relay/release_clock.h"
#include "sim/relay/truth_log.h"

namespace earshot {
namespace {

constexpr std::size_t kNoPath = SIZE_MAX;
constexpr Duration kSpinBurst = std::chrono::milliseconds(20);
// The log is written only while nothing is due for this long, a little at a time.
constexpr Duration kFlushAhead = std::chrono::milliseconds(1);
constexpr std::size_t kFlushRecords = 64;

class UdpRelay final : public Relay {
 public:
  explicit UdpRelay(RelayPlan plan);

  Status Bind();

  std::vector<Endpoint> front_endpoints() const override;
  std::vector<Endpoint> back_endpoints() const override;
  Result<RelaySummary> Run(bool on_signals) override;
  void Stop() override;

 private:
  std::optional<std::uint32_t> PathBetween(std::size_t back, std::size_t front) const;
  void FromAgent(std::size_t front, const RelayedDatagram& datagram);
  void FromLandmark(std::size_t back, const RelayedDatagram& datagram);
  void ReleaseDue();
  void Release(const HeldPacket& packet);
  Status Step();
  Status FlushSome(Duration ahead);
  void SleepUntil(MonotonicInstant wake, MonotonicInstant now);

  RelayPlan plan_;
  RelayCore core_;
  SystemClock clock_;
  boost::asio::io_context io_{1};
  boost::asio::steady_timer timer_{io_};
  std::deque<RelaySocket> fronts_;
  std::deque<RelaySocket> backs_;
  std::unordered_map<std::uint32_t, std::size_t> back_of_address_;
  std::unordered_map<Endpoint, std::size_t> front_of_landmark_;
  std::vector<std::size_t> path_index_;               // back * fronts + front -> path
  std::vector<std::optional<Endpoint>> agent_latest_;  // per path
  std::optional<TruthLog> log_;
  ErrorHistogram errors_;
  SpinBudget budget_{kRelaySpinShareMax, kSpinBurst};
  RelaySummary summary_;
  std::atomic<bool> stopping_{false};
};

std::vector<PathConditions> ConditionsOf(const RelayPlan& plan) {
  std::vector<PathConditions> conditions;
  for (const RelayPath& path : plan.paths) conditions.push_back(path.conditions);
  return conditions;
}

UdpRelay::UdpRelay(RelayPlan plan)
    : plan_(std::move(plan)),
      core_(ConditionsOf(plan_), plan_.seed),
      path_index_(plan_.backs.size() * plan_.fronts.size(), kNoPath),
      agent_latest_(plan_.paths.size()) {
  for (std::size_t i = 0; i < plan_.paths.size(); ++i) {
    path_index_[plan_.paths[i].back * plan_.fronts.size() + plan_.paths[i].front] = i;
  }
  for (std::size_t i = 0; i < plan_.backs.size(); ++i) {
    back_of_address_.emplace(plan_.backs[i].agent_address, i);
  }
  for (std::size_t i = 0; i < plan_.fronts.size(); ++i) {
    front_of_landmark_.emplace(plan_.fronts[i].real, i);
  }
}

Status UdpRelay::Bind() {
  for (const RelayFront& front : plan_.fronts) {
    EARSHOT_RETURN_IF_ERROR(
        fronts_.emplace_back(io_).Open(front.bind).map_error([&](Error error) {
          return std::move(error).WithContext("front of " + front.landmark.value());
        }));
  }
  for (const RelayBack& back : plan_.backs) {
    EARSHOT_RETURN_IF_ERROR(backs_.emplace_back(io_).Open(back.bind).map_error([&](Error error) {
      return std::move(error).WithContext("back of " + back.device);
    }));
  }
  if (!plan_.truth_file.empty()) {
    std::vector<PathName> names;
    for (const RelayPath& path : plan_.paths) {
      names.push_back({plan_.backs[path.back].device, plan_.fronts[path.front].landmark.value()});
    }
    EARSHOT_ASSIGN_OR_RETURN(log_, TruthLog::Open(plan_.truth_file, std::move(names)));
  }
  if (plan_.ready_file.empty()) return {};
  std::string ready;
  for (std::size_t i = 0; i < fronts_.size(); ++i) {
    ready += fmt::format("{} {}\n", plan_.fronts[i].landmark.value(), fronts_[i].local().ToText());
  }
  return WriteFileAtomically(plan_.ready_file, ready);
}

std::vector<Endpoint> UdpRelay::front_endpoints() const {
  std::vector<Endpoint> endpoints;
  for (const RelaySocket& socket : fronts_) endpoints.push_back(socket.local());
  return endpoints;
}

std::vector<Endpoint> UdpRelay::back_endpoints() const {
  std::vector<Endpoint> endpoints;
  for (const RelaySocket& socket : backs_) endpoints.push_back(socket.local());
  return endpoints;
}

std::optional<std::uint32_t> UdpRelay::PathBetween(std::size_t back, std::size_t front) const {
  const std::size_t path = path_index_[back * plan_.fronts.size() + front];
  if (path == kNoPath) return std::nullopt;
  return static_cast<std::uint32_t>(path);
}

void UdpRelay::FromAgent(std::size_t front, const RelayedDatagram& datagram) {
  const auto back = back_of_address_.find(datagram.from.address);
  const auto path = back == back_of_address_.end() ? std::nullopt
                                                   : PathBetween(back->second, front);
  if (!path.has_value()) {
    ++summary_.unknown_source;
    return;
  }
  agent_latest_[*path] = datagram.from;
  core_.Accept(*path, RelayDirection::kToLandmark, datagram.bytes, datagram.arrived,
               datagram.received);
}

void UdpRelay::FromLandmark(std::size_t back, const RelayedDatagram& datagram) {
  const auto front = front_of_landmark_.find(datagram.from);
  const auto path = front == front_of_landmark_.end() ? std::nullopt
                                                      : PathBetween(back, front->second);
  if (!path.has_value()) {
    ++summary_.unknown_source;
    return;
  }
  core_.Accept(*path, RelayDirection::kToAgent, datagram.bytes, datagram.arrived,
               datagram.received);
}

void UdpRelay::Release(const HeldPacket& packet) {
  const RelayPath& path = plan_.paths[packet.path];
  const bool to_landmark = packet.direction == RelayDirection::kToLandmark;
  if (!to_landmark && !agent_latest_[packet.path].has_value()) {
    ++summary_.no_destination;
    return;
  }
  const Endpoint to = to_landmark ? plan_.fronts[path.front].real : *agent_latest_[packet.path];
  RelaySocket& socket = to_landmark ? backs_[path.back] : fronts_[path.front];
  const MonotonicInstant leaving = clock_.Now();
  if (!socket.Send(to, packet.datagram)) {
    ++summary_.send_refused;
    return;
  }
  ++summary_.released;
  const TruthRecord record = MakeTruthRecord(packet, leaving);
  errors_.Add(record.error);
  if (log_.has_value()) log_->Append(record);
}

void UdpRelay::ReleaseDue() {
  while (const auto packet = core_.PopDue(clock_.Now())) Release(*packet);
}

Status UdpRelay::FlushSome(Duration ahead) {
  if (!log_.has_value() || log_->pending() == 0) return {};
  if (ahead < kFlushAhead && log_->pending() < kTruthPendingMax) return {};
  return log_->Flush(kFlushRecords);
}

// Waits for a packet, a signal or the instant `wake`, whichever is first.
void UdpRelay::SleepUntil(MonotonicInstant wake, MonotonicInstant now) {
  timer_.expires_after(wake - now);
  timer_.async_wait([](const boost::system::error_code&) {});
  io_.run_one();
}

// One turn of the loop: let out what is due, then sleep or watch until the next is.
Status UdpRelay::Step() {
  ReleaseDue();
  const auto next = core_.next_release();
  if (!next.has_value()) {
    EARSHOT_RETURN_IF_ERROR(FlushSome(Duration::max()));
    if (log_.has_value() && log_->pending() > 0) {
      io_.poll();
    } else {
      io_.run_one();
    }
    return {};
  }
  const MonotonicInstant now = clock_.Now();
  const Duration ahead = *next - now;
  EARSHOT_RETURN_IF_ERROR(FlushSome(ahead));
  if (ahead > kRelaySpin) {
    SleepUntil(*next - kRelaySpin, now);
    budget_.Earn(clock_.Now() - now);
  } else if (ahead > Duration(0) && !budget_.Allows()) {
    SleepUntil(*next, now);
    budget_.Earn(clock_.Now() - now);
  } else {
    // Watching also means receiving: a packet that arrives now must not wait for the one that
    // leaves next.
    io_.poll();
    budget_.Spend(clock_.Now() - now);
  }
  return {};
}

Result<RelaySummary> UdpRelay::Run(bool on_signals) {
  EARSHOT_ASSIGN_OR_RETURN(summary_.scheduling, RequestScheduling(plan_.scheduling_priority));
  UsePreciseTimers();
  boost::asio::signal_set signals(io_);
  if (on_signals) {
    boost::system::error_code refused;
    signals.add(SIGTERM, refused);
    signals.add(SIGINT, refused);
    signals.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) stopping_ = true;
    });
  }
  for (std::size_t i = 0; i < fronts_.size(); ++i) {
    fronts_[i].Listen(&clock_, [this, i](const RelayedDatagram& d) { FromAgent(i, d); });
  }
  for (std::size_t i = 0; i < backs_.size(); ++i) {
    backs_[i].Listen(&clock_, [this, i](const RelayedDatagram& d) { FromLandmark(i, d); });
  }
  Status status;
  while (status.has_value() && !stopping_) status = Step();
  while (status.has_value() && log_.has_value() && log_->pending() > 0) {
    status = log_->Flush(kTruthPendingMax);
  }
  EARSHOT_RETURN_IF_ERROR(status);
  summary_.counts = core_.counts();
  summary_.error_median = errors_.Quantile(0.5);
  summary_.error_p99 = errors_.Quantile(0.99);
  return summary_;
}

void UdpRelay::Stop() {
  stopping_ = true;
  boost::asio::post(io_, [] {});  // wakes a loop that sleeps
}

}  // namespace

Result<std::unique_ptr<Relay>> Relay::Open(RelayPlan plan) {
  auto relay = std::make_unique<UdpRelay>(std::move(plan));
  EARSHOT_RETURN_IF_ERROR(relay->Bind());
  return relay;
}

Result<RelaySummary> RunRelay(const std::string& config_path) {
  EARSHOT_ASSIGN_OR_RETURN(RelayPlan plan, LoadRelayPlan(config_path));
  EARSHOT_ASSIGN_OR_RETURN(const std::unique_ptr<Relay> relay, Relay::Open(std::move(plan)));
  return relay->Run(true);
}

}  // namespace earshot
