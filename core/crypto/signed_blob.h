// core/crypto/signed_blob.h: signed objects, opened before they are read.
//
//   SignedBlob { alg = 1, key_id = SHA-256(public key), tbs, signature }
//   signature  = Ed25519( context | 0x00 | tbs )
//
// The context names the type of the signed bytes, so that a signature over one type never passes
// for another. `tbs` is parsed by the caller, after the signature stands, and logged and hashed as
// received. A blob has one encoding only: known fields in the order of their numbers, each once,
// shortest integers. Everything else is refused, so that one signed object has one hash.
#ifndef EARSHOT_CORE_CRYPTO_SIGNED_BLOB_H_
#define EARSHOT_CORE_CRYPTO_SIGNED_BLOB_H_

#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/ed25519.h"

namespace earshot {

namespace v1 {
class SignedBlob;  // earshot/v1/wire.pb.h
}

// What the signed bytes are.
enum class BlobContext : std::uint8_t {
  kLandmarkList,
  kDelegation,
  kEndorsement,
  kRevocationList,
  kEvidence,
  kReceipt,
  kAgentReceipt,
  kVerdict,
  kPolicy,
  kDeclaration,
};

// The text that is signed with the bytes: "EWP1 landmark list v1". Without NUL.
std::string_view BlobContextText(BlobContext context);

// The largest blob that is opened. Far above what the limits of the signed types allow.
inline constexpr std::size_t kSignedBlobBytesMax = std::size_t{1} << 20U;
// The most that alg, key_id, signature and the tags and lengths of all fields take.
inline constexpr std::size_t kSignedBlobOverheadMax = 2 + (2 + 32) + (1 + 5) + (2 + 64);
inline constexpr std::size_t kSignedBlobTbsBytesMax = kSignedBlobBytesMax - kSignedBlobOverheadMax;

// Signs `tbs`, of at most kSignedBlobTbsBytesMax (CHECK). The message form nests into others; the
// byte form is what travels.
v1::SignedBlob SignBlobMessage(BlobContext context, const Ed25519PrivateKey& key, ByteSpan tbs);
Bytes SignBlob(BlobContext context, const Ed25519PrivateKey& key, ByteSpan tbs);

// The signed bytes, once `signer` is shown to have signed them in this context.
// kInvalidArgument: not a SignedBlob in its one encoding, or too large. kUnsupported: another
// algorithm. kUnauthenticated: another key or a signature that does not stand. The signature is
// looked at last; refusals before it cost no public-key operation.
Result<Bytes> OpenBlob(BlobContext context, ByteSpan blob, const Ed25519PublicKey& signer);

// As above for a blob nested in a message that was itself parsed: its unknown fields are refused,
// its encoding is the outer message's affair.
Result<Bytes> OpenBlob(BlobContext context, const v1::SignedBlob& blob,
                       const Ed25519PublicKey& signer);

// Which key the blob says it was signed with: for choosing the key to open it with, and worth
// nothing else. kInvalidArgument as for OpenBlob.
Result<KeyId> ClaimedSigner(ByteSpan blob);

}  // namespace earshot

#endif  // EARSHOT_CORE_CRYPTO_SIGNED_BLOB_H_
