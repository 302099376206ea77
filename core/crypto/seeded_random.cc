#include "core/crypto/seeded_random.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/crypto/sha256.h"

namespace earshot {
namespace {

constexpr std::string_view kLabel{"earshot seeded random v1\0", 25};
// EVP counts bytes in int.
constexpr std::size_t kStepBytesMax = std::size_t{1} << 20U;

}  // namespace

void SeededRandom::ContextDeleter::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

SeededRandom::SeededRandom(std::uint64_t seed, std::uint64_t stream)
    : context_(EVP_CIPHER_CTX_new()) {
  std::array<std::uint8_t, 16> fields{};
  StoreBigEndian<std::uint64_t>(fields, 0, seed);
  StoreBigEndian<std::uint64_t>(fields, 8, stream);
  const Bytes32 key = Sha256({AsBytes(kLabel), fields});
  const std::array<std::uint8_t, 16> counter_and_nonce{};
  EARSHOT_CHECK(context_ != nullptr &&
                EVP_EncryptInit_ex(context_.get(), EVP_chacha20(), nullptr, key.data(),
                                   counter_and_nonce.data()) == 1);
}

void SeededRandom::Fill(MutableByteSpan out) {
  std::fill(out.begin(), out.end(), std::uint8_t{0});
  while (!out.empty()) {
    const MutableByteSpan step = out.first(std::min(out.size(), kStepBytesMax));
    int written = 0;
    EARSHOT_CHECK(EVP_EncryptUpdate(context_.get(), step.data(), &written, step.data(),
                                    static_cast<int>(step.size())) == 1);
    out = out.subspan(step.size());
  }
}

}  // namespace earshot
