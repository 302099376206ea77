// Every cryptographic operation of a session, from the keyed tag of a pong to the signatures around.
#include <benchmark/benchmark.h>

#include "core/crypto/aead.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/hmac.h"
#include "core/crypto/merkle.h"
#include "core/crypto/pooled_random.h"
#include "core/crypto/sha256.h"
#include "core/crypto/x25519.h"
#include "core/protocol/welcome_signer.h"

namespace earshot {
namespace {

constexpr std::size_t kEvidenceBytes = 600;  // a usual EVIDENCE
constexpr std::size_t kMessageBytes = 150;

// Over the bytes that a pong's tag covers: a PING and the header of its PONG.
void HmacTag(benchmark::State& state) {
  SystemRandom random;
  const HmacSha256Key key(random.NextBytes32());
  const Bytes ping(wire::kPingBytes, 1);
  const Bytes header(wire::kHeaderBytes, 2);
  for (auto _ : state) benchmark::DoNotOptimize(key.Tag({ping, header}));
}
BENCHMARK(HmacTag);

void HashOfHello(benchmark::State& state) {
  const Bytes hello(wire::kHelloBytes, 3);
  for (auto _ : state) benchmark::DoNotOptimize(Sha256(hello));
}
BENCHMARK(HashOfHello);

void Random32(benchmark::State& state) {
  SystemRandom random;
  for (auto _ : state) benchmark::DoNotOptimize(random.NextBytes32());
}
BENCHMARK(Random32);

void SignatureMake(benchmark::State& state) {
  SystemRandom random;
  const Ed25519PrivateKey key = Ed25519PrivateKey::Generate(random);
  const Bytes message(kMessageBytes, 4);
  for (auto _ : state) benchmark::DoNotOptimize(key.Sign(message));
}
BENCHMARK(SignatureMake);

void SignatureCheck(benchmark::State& state) {
  SystemRandom random;
  const Ed25519PrivateKey key = Ed25519PrivateKey::Generate(random);
  const Bytes message(kMessageBytes, 4);
  const Ed25519Signature signature = key.Sign(message);
  for (auto _ : state) benchmark::DoNotOptimize(key.public_key().Verify(message, signature));
}
BENCHMARK(SignatureCheck);

void PublicKeyParse(benchmark::State& state) {
  SystemRandom random;
  const Bytes32 bytes = Ed25519PrivateKey::Generate(random).public_key().bytes();
  for (auto _ : state) benchmark::DoNotOptimize(Ed25519PublicKey::Parse(bytes));
}
BENCHMARK(PublicKeyParse);

void KeyAgreement(benchmark::State& state) {
  SystemRandom random;
  const X25519KeyPair ours = X25519KeyPair::Generate(random);
  const X25519KeyPair theirs = X25519KeyPair::Generate(random);
  for (auto _ : state) benchmark::DoNotOptimize(ours.Agree(theirs.public_key()));
}
BENCHMARK(KeyAgreement);

void SealEvidence(benchmark::State& state) {
  SystemRandom random;
  const Secret32 key = Secret32::Draw(random);
  const Bytes header(wire::kHeaderBytes, 2);
  const Bytes plain(kEvidenceBytes, 5);
  AeadNonce nonce{};
  std::uint64_t number = 0;
  for (auto _ : state) {
    StoreBigEndian(nonce, 4, ++number);
    benchmark::DoNotOptimize(AeadSeal(key, nonce, header, plain));
  }
}
BENCHMARK(SealEvidence);

void OpenEvidence(benchmark::State& state) {
  SystemRandom random;
  const Secret32 key = Secret32::Draw(random);
  const Bytes header(wire::kHeaderBytes, 2);
  const Bytes sealed = AeadSeal(key, AeadNonce{}, header, Bytes(kEvidenceBytes, 5));
  for (auto _ : state) benchmark::DoNotOptimize(AeadOpen(key, AeadNonce{}, header, sealed));
}
BENCHMARK(OpenEvidence);

// WELCOMEs under one signature; the time is of the whole batch.
void WelcomesSigned(benchmark::State& state) {
  SystemRandom random;
  const Ed25519PrivateKey key = Ed25519PrivateKey::Generate(random);
  std::vector<WelcomeBytes> welcomes(static_cast<std::size_t>(state.range(0)));
  std::vector<WelcomeBytes*> batch;
  for (WelcomeBytes& welcome : welcomes) {
    random.Fill(welcome);
    batch.push_back(&welcome);
  }
  for (auto _ : state) {
    SignWelcomes(key, batch);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(WelcomesSigned)->Arg(1)->Arg(64);

}  // namespace
}  // namespace earshot
