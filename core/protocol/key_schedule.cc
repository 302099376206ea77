#include "core/protocol/key_schedule.h"

#include <algorithm>
#include <string_view>

#include "core/crypto/hkdf.h"
#include "core/crypto/sha256.h"

namespace earshot {
namespace {

// With their terminating NUL, which is part of `info`.
constexpr std::string_view kRoundLabel{"EWP1 round v1\0", 14};
constexpr std::string_view kAgentToLandmarkLabel{"EWP1 agent to landmark v1\0", 26};
constexpr std::string_view kLandmarkToAgentLabel{"EWP1 landmark to agent v1\0", 26};
// HELLO2 comes once in a session: no round, no NUL. Nothing follows the commitment's label either.
constexpr std::string_view kIdentityLabel{"EWP1 identity v1"};
constexpr std::string_view kCommitmentLabel{"EWP1 round commitment v1"};

Secret32 ExpandForRound(const Secret32& secret, std::string_view label, std::uint32_t round) {
  std::array<std::uint8_t, 32> info{};
  EARSHOT_CHECK(label.size() + sizeof(round) <= info.size());
  std::copy(label.begin(), label.end(), info.begin());
  StoreBigEndian<std::uint32_t>(info, label.size(), round);
  return HkdfExpand32(secret, ByteSpan(info).first(label.size() + sizeof(round)));
}

Secret32 ExtractFromBoth(const Bytes32& salt, const Secret32& ephemeral_secret,
                         const Secret32& sealing_secret) {
  std::array<std::uint8_t, 64> both{};
  std::ranges::copy(ephemeral_secret.Expose(), both.begin());
  std::ranges::copy(sealing_secret.Expose(), both.begin() + 32);
  Secret32 extracted = HkdfExtract(salt, both);
  Cleanse(both);
  return extracted;
}

}  // namespace

SessionSecrets::SessionSecrets(ByteSpan salted, const Secret32& ephemeral_secret,
                               const Secret32& sealing_secret)
    : timed_(HkdfExtract(Sha256(salted), ephemeral_secret.Expose())),
      sealed_(ExtractFromBoth(Sha256(salted), ephemeral_secret, sealing_secret)) {}

Secret32 SessionSecrets::RoundKey(std::uint32_t round) const {
  return ExpandForRound(timed_, kRoundLabel, round);
}

SealingKeys SessionSecrets::Sealing(std::uint32_t round) const {
  return {.agent_to_landmark = ExpandForRound(sealed_, kAgentToLandmarkLabel, round),
          .landmark_to_agent = ExpandForRound(sealed_, kLandmarkToAgentLabel, round)};
}

Secret32 DeriveRoundKey(ByteSpan salted, const Secret32& ephemeral_secret, std::uint32_t round) {
  return ExpandForRound(HkdfExtract(Sha256(salted), ephemeral_secret.Expose()), kRoundLabel,
                        round);
}

Bytes32 CommitmentTo(const Secret32& round_key) {
  return HmacSha256Key(round_key.Expose()).Tag({AsBytes(kCommitmentLabel)});
}

Secret32 DeriveIdentityKey(const Bytes32& transcript, const Secret32& sealing_secret) {
  return HkdfExpand32(HkdfExtract(transcript, sealing_secret.Expose()), AsBytes(kIdentityLabel));
}

}  // namespace earshot
