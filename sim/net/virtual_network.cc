#include "sim/net/virtual_network.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace earshot {
namespace {

// An event's payload: a flight's slot, or the timer of the host that caused it.
constexpr std::uint64_t kTimer = std::uint64_t{1} << 63U;

// A host that asks for the present again and again would stop the world.
constexpr std::uint64_t kStepsAtOneInstantMax = 50'000'000;

}  // namespace

class VirtualNetwork::Socket final : public DatagramTransport {
 public:
  Socket(VirtualNetwork& network, std::uint32_t number, std::uint32_t host,
         std::uint32_t number_of_host, const Endpoint& local)
      : network_(network), number_(number), host_(host), number_of_host_(number_of_host),
        local_(local) {}

  ClockReading Send(const Endpoint& to, ByteSpan datagram, std::uint64_t) override {
    const ClockReading before = network_.clock_.Read();
    network_.OnSend(*this, to, datagram);
    return before;
  }

  std::uint32_t host() const { return host_; }
  std::uint32_t number_of_host() const { return number_of_host_; }
  const Endpoint& local() const { return local_; }
  std::uint32_t number() const { return number_; }
  // By the endpoint at the other end; looked up, never walked.
  std::unordered_map<Endpoint, Route>& routes() { return routes_; }

 private:
  VirtualNetwork& network_;
  std::uint32_t number_;
  std::uint32_t host_;
  std::uint32_t number_of_host_;
  Endpoint local_;
  std::unordered_map<Endpoint, Route> routes_;
};

VirtualNetwork::VirtualNetwork(const ClockReading& start) : start_(start.monotonic) {
  clock_.Set(start);
}
VirtualNetwork::~VirtualNetwork() = default;

std::uint32_t VirtualNetwork::AddHost(VirtualHost& host) {
  hosts_.push_back({});
  hosts_.back().host = &host;
  return static_cast<std::uint32_t>(hosts_.size() - 1);
}

DatagramTransport& VirtualNetwork::Attach(std::uint32_t host, const Endpoint& local) {
  const auto number = static_cast<std::uint32_t>(sockets_.size());
  EARSHOT_CHECK(by_endpoint_.emplace(local, number).second);
  std::vector<std::uint32_t>& of_host = hosts_.at(host).sockets;
  sockets_.push_back(std::make_unique<Socket>(*this, number, host,
                                              static_cast<std::uint32_t>(of_host.size()), local));
  of_host.push_back(number);
  return *sockets_.back();
}

void VirtualNetwork::Connect(const Endpoint& agent, const Endpoint& landmark,
                             const PathConditions& conditions, PhiloxKey key,
                             PathWeather weather, PhiloxKey route_key) {
  const auto path = static_cast<std::uint32_t>(paths_.size());
  paths_.emplace_back();
  paths_.back().conditions = conditions;
  paths_.back().key = key;
  if (!weather.calm()) {
    paths_.back().weather = std::make_unique<const PathWeather>(std::move(weather));
    paths_.back().route = route_key;
  }
  const std::uint32_t a = by_endpoint_.at(agent);
  const std::uint32_t b = by_endpoint_.at(landmark);
  const bool is_new = sockets_[a]->routes().emplace(landmark, Route{path, 0, b}).second &&
                      sockets_[b]->routes().emplace(agent, Route{path, 1, a}).second;
  EARSHOT_CHECK(is_new);
}

void VirtualNetwork::Reroute(const Endpoint& agent, const Endpoint& landmark, MonotonicInstant at,
                             Duration forward, Duration backward) {
  auto& routes = sockets_[by_endpoint_.at(agent)]->routes();
  const auto route = routes.find(landmark);
  EARSHOT_CHECK(route != routes.end());
  Path& path = paths_[route->second.path];
  EARSHOT_CHECK(!path.rerouted_at.has_value());
  path.rerouted_at = at;
  path.rerouted[0] = forward;
  path.rerouted[1] = backward;
}

void VirtualNetwork::Rearm(std::uint32_t host) {
  Host& of = hosts_.at(host);
  const std::optional<MonotonicInstant> wake = of.host->NextWake();
  if (wake == of.armed) return;
  of.armed = wake;
  // An event for a time that was given up stays in the queue and is passed over.
  if (wake.has_value()) Schedule(host, std::max(*wake, clock_.Now()), kTimer);
}

void VirtualNetwork::Schedule(std::uint32_t host, MonotonicInstant at, std::uint64_t payload) {
  queue_.Push({{at, host, hosts_[host].next_number++}, payload});
}

void VirtualNetwork::OnSend(Socket& from, const Endpoint& to, ByteSpan datagram) {
  ++counts_.sent;
  const auto route = from.routes().find(to);
  if (route == from.routes().end()) {
    ++counts_.no_path;
    return;
  }
  Path& path = paths_[route->second.path];
  const std::uint32_t lane = route->second.lane;
  const PacketFate fate = DrawFate(path.key, lane, path.packets[lane]++, path.conditions);
  const Duration passed = clock_.Now() - start_;
  if (fate.lost || (path.weather != nullptr && path.weather->CutAt(passed))) {
    ++counts_.lost;
    return;
  }
  if (fate.reordered) ++counts_.reordered;
  const bool rerouted = path.rerouted_at.has_value() && clock_.Now() >= *path.rerouted_at;
  Duration delay = lane == 0 ? path.conditions.forward : path.conditions.backward;
  if (rerouted) delay = path.rerouted[lane];
  if (path.weather != nullptr) {
    const Duration extra = path.weather->Extra(path.route, passed);
    delay += lane == 0 ? extra / 2 : extra - extra / 2;
  }
  if (fate.copy.has_value()) {
    ++counts_.duplicated;
    Launch(from.number(), route->second.to, datagram, delay + *fate.copy, std::nullopt);
  }
  Launch(from.number(), route->second.to, datagram, delay + fate.extra, fate.corrupted);
}

void VirtualNetwork::Launch(std::uint32_t from, std::uint32_t to, ByteSpan datagram,
                            Duration delay, std::optional<std::uint32_t> corrupted) {
  if (flights_.size() - free_flights_.size() >= kPacketsInFlightMax) {
    ++counts_.over_limit;
    return;
  }
  if (free_flights_.empty()) {
    free_flights_.push_back(static_cast<std::uint32_t>(flights_.size()));
    flights_.push_back({});
  }
  const std::uint32_t slot = free_flights_.back();
  free_flights_.pop_back();
  Flight& flight = flights_[slot];
  flight.from = from;
  flight.to = to;
  flight.datagram.assign(datagram.begin(), datagram.end());
  if (corrupted.has_value() && !flight.datagram.empty()) {
    ++counts_.corrupted;
    const std::size_t bit = *corrupted % (8 * flight.datagram.size());
    flight.datagram[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
  }
  Schedule(sockets_[from]->host(), clock_.Now() + delay, slot);
}

void VirtualNetwork::Arrive(std::uint32_t slot) {
  // Taken out: the host may send, and flights_ may grow.
  std::swap(arriving_, flights_[slot].datagram);
  const Socket& from = *sockets_[flights_[slot].from];
  const Socket& to = *sockets_[flights_[slot].to];
  free_flights_.push_back(slot);
  Host& host = hosts_[to.host()];
  ++counts_.delivered;
  host.host->OnDatagram(to.number_of_host(), from.local(), arriving_, clock_.Read());
  Rearm(to.host());
}

std::optional<MonotonicInstant> VirtualNetwork::NextEvent() const {
  if (queue_.empty()) return std::nullopt;
  return queue_.Top().order.at;
}

bool VirtualNetwork::RunUntil(MonotonicInstant end) {
  halted_ = false;
  std::uint64_t steps = 0;
  while (!halted_ && !queue_.empty() && queue_.Top().order.at < end) {
    const QueuedEvent event = queue_.Pop();
    const MonotonicInstant now = clock_.Now();
    EARSHOT_CHECK(event.order.at >= now);
    steps = event.order.at > now ? 0 : steps + 1;
    EARSHOT_CHECK(steps < kStepsAtOneInstantMax);
    clock_.Advance(event.order.at - now);
    if ((event.payload & kTimer) == 0) {
      Arrive(static_cast<std::uint32_t>(event.payload));
      continue;
    }
    Host& host = hosts_[event.order.entity];
    if (!host.armed.has_value() || *host.armed > event.order.at) continue;
    host.armed.reset();
    host.host->OnTimer(clock_.Read());
    Rearm(event.order.entity);
  }
  if (halted_) return false;
  if (end > clock_.Now()) clock_.Advance(end - clock_.Now());
  return true;
}

}  // namespace earshot
