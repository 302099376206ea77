// core/protocol/welcome_signer.h: one landmark signature for up to 64 WELCOMEs.
//
// A signature costs 30 to 55 us, a leaf and its path half a microsecond. The signature stands over the root of an
// RFC 6962 tree whose leaves are WELCOME[0..216); each WELCOME carries its own path to the root.
#ifndef EARSHOT_CORE_PROTOCOL_WELCOME_SIGNER_H_
#define EARSHOT_CORE_PROTOCOL_WELCOME_SIGNER_H_

#include <cstdint>
#include <span>

#include "core/base/bytes.h"
#include "core/crypto/ed25519.h"
#include "core/protocol/refusal.h"
#include "core/protocol/welcome.h"
#include "core/protocol/wire_format.h"

namespace earshot {

inline constexpr std::size_t kWelcomeBatchMax = std::size_t{1} << wire::kPathLengthMax;

// Fills in path and signature, WELCOME[216..480), of 1 to kWelcomeBatchMax WELCOMEs (CHECK). The
// tree is filled up to a power of two with zero hashes, so that every leaf index is below 2^p. One
// signature; no allocation of ours.
void SignWelcomes(const Ed25519PrivateKey& landmark_key, std::span<WelcomeBytes* const> batch);

// Whether path and signature of `welcome` stand under `landmark_key`. kField: path or padding
// malformed; kSignature. One verification.
Refusal VerifyWelcomeSignature(ByteSpan welcome, const Ed25519PublicKey& landmark_key);

}  // namespace earshot

#endif  // EARSHOT_CORE_PROTOCOL_WELCOME_SIGNER_H_
