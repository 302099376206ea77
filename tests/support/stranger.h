// tests/support/stranger.h: somebody behind an address who completes cookies and proves nothing.
#ifndef EARSHOT_TESTS_SUPPORT_STRANGER_H_
#define EARSHOT_TESTS_SUPPORT_STRANGER_H_

#include <algorithm>
#include <vector>

#include "core/crypto/seeded_random.h"
#include "core/protocol/hello.h"
#include "core/protocol/packet.h"
#include "core/protocol/wire_format.h"
#include "tests/support/fake_network.h"

namespace earshot {

// Floods one landmark with HELLO2 that carry genuine cookies and identities that open to nothing,
// from many ports of one address. Must live as long as the network runs.
class Stranger {
 public:
  static constexpr std::uint16_t kFirstPort = 20'000;

  Stranger(FakeNetwork& network, std::uint32_t address, std::uint16_t ports,
           const Endpoint& landmark, const Bytes32& landmark_key_id)
      : network_(network), landmark_(landmark), next_(network.now()) {
    WriteHello({.landmark_key_id = landmark_key_id,
                .share = random_.NextBytes32(),
                .nonce = random_.NextBytes32()},
               hello_);
    for (std::uint16_t i = 0; i < ports; ++i) {
      const Endpoint local{address, static_cast<std::uint16_t>(kFirstPort + i)};
      ports_.push_back(&network.Attach(
          local, [this, i](const Endpoint&, ByteSpan bytes, const ClockReading&) {
            if (PeekType(bytes) == MessageType::kRetry) Answer(*ports_[i], bytes);
          }));
    }
    network.AddActor({[this] { return next_; }, [this](const ClockReading& now) {
                        for (DatagramTransport* port : ports_) {
                          port->Send(landmark_, hello_.view(), 0);
                        }
                        next_ = now.monotonic + std::chrono::milliseconds(100);
                      }});
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

 private:
  void Answer(DatagramTransport& port, ByteSpan retry) {
    Packet hello2 = hello_;
    hello2.bytes[wire::kTypeAt] = static_cast<std::uint8_t>(MessageType::kHello2);
    std::ranges::copy(retry.subspan(wire::kRetryCookieAt, wire::kCookieBytes),
                      hello2.bytes.begin() + wire::kHello2CookieAt);
    random_.Fill(std::span(hello2.bytes).subspan(
        wire::kHello2IdentityAt, wire::kHello2IdentityEnd - wire::kHello2IdentityAt));
    port.Send(landmark_, hello2.view(), 0);
  }

  FakeNetwork& network_;
  Endpoint landmark_;
  MonotonicInstant next_;
  SeededRandom random_{77};
  Packet hello_;
  std::vector<DatagramTransport*> ports_;
};

}  // namespace earshot

#endif  // EARSHOT_TESTS_SUPPORT_STRANGER_H_
