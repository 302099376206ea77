// One run of ns-3: OPTIONS DEVICES LANDMARKS ROUNDS PINGS, where OPTIONS is "default" or words joined
// by commas (NS3Options). UDP echo from every device to every landmark, as a user of ns-3 would write it.
#include <ns3/applications-module.h>
#include <ns3/core-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>
#include <ns3/nix-vector-routing-module.h>
#include <ns3/point-to-point-module.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/ns3/ping_plan.h"
#include "bench/ns3/side_report.h"
#include "bench/processor_time.h"

namespace earshot {
namespace {

constexpr std::uint16_t kEchoPort = 7;
// Longer than any round trip of the plan, so that a ping has its echo before the next one leaves.
constexpr std::uint64_t kIntervalMs = 200;
// The first pings are spread over this.
constexpr std::uint32_t kSpreadMs = 200;

struct NS3Options {
  bool simple = false;   // SimpleNetDevice instead of PointToPointNetDevice
  bool queues = true;    // the queue discipline that ns-3 puts on a device by default
  bool pairs = false;    // a node a pair on the landmarks' side: no table of many routes
  bool nix = false;      // routes by nix vectors, kept once they are found
  bool bare = false;     // no IP and no UDP: packets between devices
  std::string scheduler;  // of events; empty: ns-3's choice
};

// One device and landmark: a ping is under way or none is.
struct PairCheck {
  ns3::Time path;  // there and back
  ns3::Time sent;
  std::uint64_t done = 0;
  std::uint64_t wrong = 0;

  void OnSent(ns3::Ptr<const ns3::Packet>) { sent = ns3::Simulator::Now(); }
  void OnEcho(ns3::Ptr<const ns3::Packet>) {
    ++done;
    const ns3::Time error = ns3::Abs(ns3::Simulator::Now() - sent - path);
    wrong += error.GetNanoSeconds() > kRttTolerance.count() ? 1U : 0U;
  }
};

std::uint64_t StartNs(std::uint32_t device, std::uint32_t landmark) {
  return (device * 7'919U + landmark * 104'729U) % kSpreadMs * std::uint64_t{1'000'000};
}

std::uint64_t DelayNs(std::uint32_t device, std::uint32_t landmark) {
  return static_cast<std::uint64_t>(OneWayDelay(device, landmark).count());
}

bool ParseOptions(std::string_view text, NS3Options& options) {
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word == "default") continue;
    if (word == "simple") options.simple = true;
    else if (word == "no-queues") options.queues = false;
    else if (word == "pairs") options.pairs = true;
    else if (word == "nix") options.nix = true;
    else if (word == "bare") options.bare = true;
    else if (word == "heap") options.scheduler = "ns3::HeapScheduler";
    else if (word == "calendar") options.scheduler = "ns3::CalendarScheduler";
    else if (word == "priority-queue") options.scheduler = "ns3::PriorityQueueScheduler";
    else return false;
  }
  return true;
}

class EchoWorld {
 public:
  EchoWorld(const PingPlan& plan, const NS3Options& options) : plan_(plan), options_(options) {
    if (!options.scheduler.empty()) {
      ns3::ObjectFactory factory;
      factory.SetTypeId(options.scheduler);
      ns3::Simulator::SetScheduler(factory);
    }
    devices_.Create(plan.devices);
    landmarks_.Create(options.pairs ? static_cast<std::uint32_t>(plan.Pairs()) : plan.landmarks);
    if (!options.bare) InstallStack();
    checks_.resize(plan.Pairs());
    ns3::Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
    for (std::uint32_t d = 0; d < plan.devices; ++d) {
      for (std::uint32_t l = 0; l < plan.landmarks; ++l) {
        PairCheck& check = checks_[d * plan.landmarks + l];
        check.path = ns3::NanoSeconds(2 * DelayNs(d, l));
        const ns3::NetDeviceContainer link = Join(d, l);
        if (options.bare) {
          PingBare(d, l, link, check);
        } else {
          const ns3::Ipv4InterfaceContainer interfaces = addresses.Assign(link);
          addresses.NewNetwork();
          PingByUdp(d, l, interfaces.GetAddress(1), check);
        }
      }
    }
    if (!options.bare) Serve();
  }
  ~EchoWorld() { ns3::Simulator::Destroy(); }
  EchoWorld(const EchoWorld&) = delete;
  EchoWorld& operator=(const EchoWorld&) = delete;

  const std::vector<PairCheck>& checks() const { return checks_; }

 private:
  ns3::Ptr<ns3::Node> Landmark(std::uint32_t device, std::uint32_t landmark) const {
    return landmarks_.Get(options_.pairs ? device * plan_.landmarks + landmark : landmark);
  }

  void InstallStack() {
    ns3::InternetStackHelper stack;
    stack.SetIpv6StackInstall(false);
    ns3::Ipv4NixVectorHelper nix;
    if (options_.nix) stack.SetRoutingHelper(nix);
    stack.Install(devices_);
    stack.Install(landmarks_);
  }

  // Device first.
  ns3::NetDeviceContainer Join(std::uint32_t device, std::uint32_t landmark) {
    const ns3::NodeContainer ends(devices_.Get(device), Landmark(device, landmark));
    const ns3::TimeValue delay(ns3::NanoSeconds(DelayNs(device, landmark)));
    if (options_.simple) {
      ns3::SimpleNetDeviceHelper helper;
      helper.SetNetDevicePointToPointMode(true);
      helper.SetChannelAttribute("Delay", delay);
      if (!options_.queues) helper.DisableFlowControl();
      return helper.Install(ends);
    }
    ns3::PointToPointHelper helper;
    helper.SetChannelAttribute("Delay", delay);
    helper.SetDeviceAttribute("DataRate", ns3::StringValue("1000Gbps"));
    if (!options_.queues) helper.DisableFlowControl();
    return helper.Install(ends);
  }

  void PingByUdp(std::uint32_t device, std::uint32_t landmark, ns3::Ipv4Address address,
                 PairCheck& check) {
    ns3::UdpEchoClientHelper helper(address, kEchoPort);
    helper.SetAttribute("MaxPackets", ns3::UintegerValue(std::uint64_t{plan_.rounds} * plan_.pings));
    helper.SetAttribute("Interval", ns3::TimeValue(ns3::MilliSeconds(kIntervalMs)));
    helper.SetAttribute("PacketSize", ns3::UintegerValue(kPingPayloadBytes));
    ns3::ApplicationContainer client = helper.Install(devices_.Get(device));
    client.Start(ns3::NanoSeconds(StartNs(device, landmark)));
    client.Get(0)->TraceConnectWithoutContext("Tx",
                                              ns3::MakeCallback(&PairCheck::OnSent, &check));
    client.Get(0)->TraceConnectWithoutContext("Rx",
                                              ns3::MakeCallback(&PairCheck::OnEcho, &check));
  }

  void Serve() {
    ns3::UdpEchoServerHelper helper(kEchoPort);
    helper.Install(landmarks_).Start(ns3::Seconds(0));
  }

  // The least that still is a packet: the landmark's device sends back what it gets.
  void PingBare(std::uint32_t device, std::uint32_t landmark, const ns3::NetDeviceContainer& link,
                PairCheck& check) {
    link.Get(0)->SetReceiveCallback(ns3::MakeCallback(&EchoWorld::OnBareEcho, this));
    link.Get(1)->SetReceiveCallback(ns3::MakeCallback(&EchoWorld::OnBarePing, this));
    bare_.emplace_back(link.Get(0), &check);
    ns3::Simulator::Schedule(ns3::NanoSeconds(StartNs(device, landmark)), &EchoWorld::SendBare,
                             this, static_cast<std::uint32_t>(bare_.size() - 1));
    by_device_[link.Get(0)] = &check;
  }
  void SendBare(std::uint32_t pair) {
    const auto& [device, check] = bare_[pair];
    const auto packet = ns3::Create<ns3::Packet>(kPingPayloadBytes);
    check->OnSent(packet);
    device->Send(packet, device->GetBroadcast(), kBareProtocol);
    if (check->done + 1 < std::uint64_t{plan_.rounds} * plan_.pings) {
      ns3::Simulator::Schedule(ns3::MilliSeconds(kIntervalMs), &EchoWorld::SendBare, this, pair);
    }
  }
  bool OnBarePing(ns3::Ptr<ns3::NetDevice> device, ns3::Ptr<const ns3::Packet> packet,
                  std::uint16_t protocol, const ns3::Address&) {
    device->Send(packet->Copy(), device->GetBroadcast(), protocol);
    return true;
  }
  bool OnBareEcho(ns3::Ptr<ns3::NetDevice> device, ns3::Ptr<const ns3::Packet> packet,
                  std::uint16_t, const ns3::Address&) {
    by_device_.at(device)->OnEcho(packet);
    return true;
  }

  static constexpr std::uint16_t kBareProtocol = 0x0800;

  PingPlan plan_;
  NS3Options options_;
  ns3::NodeContainer devices_;
  ns3::NodeContainer landmarks_;
  std::vector<PairCheck> checks_;
  std::vector<std::pair<ns3::Ptr<ns3::NetDevice>, PairCheck*>> bare_;
  std::map<ns3::Ptr<ns3::NetDevice>, PairCheck*> by_device_;
};

int RunNS3Side(int argc, char** argv) {
  NS3Options options;
  const auto plan = argc < 2 ? std::nullopt : ParsePlan(argc - 2, argv + 2);
  if (!plan.has_value() || !ParseOptions(argv[1], options)) {
    std::fprintf(stderr, "usage: %s OPTIONS DEVICES LANDMARKS ROUNDS PINGS\n", argv[0]);
    return 2;
  }
  const auto begin = ProcessorTime();
  const EchoWorld world(*plan, options);
  const auto built = ProcessorTime();
  ns3::Simulator::Run();
  const auto ran = ProcessorTime();
  SideReport report;
  report.setup = built - begin;
  report.run = ran - built;
  report.peak_kib = PeakKib();
  for (const PairCheck& check : world.checks()) {
    report.round_trips += check.done;
    report.rtts_wrong += check.wrong;
  }
  report.version = "ns-3 " EARSHOT_NS3_VERSION;
  std::fputs(ToText(report).c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace earshot

int main(int argc, char** argv) { return earshot::RunNS3Side(argc, argv); }
