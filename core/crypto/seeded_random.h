// core/crypto/seeded_random.h: a generator that repeats itself. For simulation and tests only.
//
// It lives in a target of its own, earshot_seeded_random, which neither server nor agent links: a
// release program cannot take its keys from here by accident.
#ifndef EARSHOT_CORE_CRYPTO_SEEDED_RANDOM_H_
#define EARSHOT_CORE_CRYPTO_SEEDED_RANDOM_H_

#include <cstdint>
#include <memory>

#include "core/base/random.h"

struct evp_cipher_ctx_st;

namespace earshot {

// The ChaCha20 keystream (RFC 8439) under the key SHA-256("earshot seeded random v1\0" | seed |
// stream), both big-endian: the same bytes on every machine, however the draws are cut up
// (Fill(4) twice is Fill(8) once). Streams of one seed are independent; give every entity its own,
// so that one more draw here does not shift the draws there. Confined to one thread.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed, std::uint64_t stream = 0);

  void Fill(MutableByteSpan out) override;

 private:
  struct ContextDeleter {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  std::unique_ptr<evp_cipher_ctx_st, ContextDeleter> context_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_CRYPTO_SEEDED_RANDOM_H_
