#include "core/crypto/signed_blob.h"

#include <google/protobuf/unknown_field_set.h>

#include <algorithm>
#include <string>

#include "earshot/v1/wire.pb.h"

namespace earshot {
namespace {

constexpr std::uint32_t kAlgorithmEd25519 = 1;

// context | 0x00 | tbs, in one piece as Ed25519 needs it.
Bytes SignedInput(BlobContext context, ByteSpan tbs) {
  const ByteSpan text = AsBytes(BlobContextText(context));
  Bytes input;
  input.reserve(text.size() + 1 + tbs.size());
  input.insert(input.end(), text.begin(), text.end());
  input.push_back(0);
  input.insert(input.end(), tbs.begin(), tbs.end());
  return input;
}

Result<v1::SignedBlob> ParseStrictly(ByteSpan bytes) {
  if (bytes.size() > kSignedBlobBytesMax) {
    return Fail(ErrorCode::kInvalidArgument, "signed blob is larger than 1 MiB");
  }
  v1::SignedBlob blob;
  if (!blob.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Fail(ErrorCode::kInvalidArgument, "bytes are not a SignedBlob");
  }
  // Four scalar fields have one serialisation in field order, in every implementation; comparing
  // with it finds repeated fields, another order and overlong integers.
  if (!std::ranges::equal(AsBytes(blob.SerializeAsString()), bytes)) {
    return Fail(ErrorCode::kInvalidArgument, "signed blob is not in its one encoding");
  }
  return blob;
}

}  // namespace

std::string_view BlobContextText(BlobContext context) {
  switch (context) {
    case BlobContext::kLandmarkList: return "EWP1 landmark list v1";
    case BlobContext::kDelegation: return "EWP1 delegation v1";
    case BlobContext::kEndorsement: return "EWP1 endorsement v1";
    case BlobContext::kRevocationList: return "EWP1 revocation list v1";
    case BlobContext::kEvidence: return "EWP1 evidence v1";
    case BlobContext::kReceipt: return "EWP1 receipt v1";
    case BlobContext::kAgentReceipt: return "EWP1 agent receipt v1";
    case BlobContext::kVerdict: return "EWP1 verdict v1";
    case BlobContext::kPolicy: return "EWP1 policy v1";
    case BlobContext::kDeclaration: return "EWP1 declaration v1";
  }
  EARSHOT_CHECK(false);
}

v1::SignedBlob SignBlobMessage(BlobContext context, const Ed25519PrivateKey& key, ByteSpan tbs) {
  EARSHOT_CHECK(tbs.size() <= kSignedBlobTbsBytesMax);
  v1::SignedBlob blob;
  blob.set_alg(kAlgorithmEd25519);
  blob.set_key_id(ToString(key.id().value()));
  blob.set_tbs(ToString(tbs));
  blob.set_signature(ToString(key.Sign(SignedInput(context, tbs))));
  return blob;
}

Bytes SignBlob(BlobContext context, const Ed25519PrivateKey& key, ByteSpan tbs) {
  const v1::SignedBlob blob = SignBlobMessage(context, key, tbs);
  Bytes bytes(blob.ByteSizeLong());
  EARSHOT_CHECK(blob.SerializeToArray(bytes.data(), static_cast<int>(bytes.size())));
  return bytes;
}

Result<Bytes> OpenBlob(BlobContext context, ByteSpan blob, const Ed25519PublicKey& signer) {
  EARSHOT_ASSIGN_OR_RETURN(const v1::SignedBlob parsed, ParseStrictly(blob));
  return OpenBlob(context, parsed, signer);
}

Result<Bytes> OpenBlob(BlobContext context, const v1::SignedBlob& blob,
                       const Ed25519PublicKey& signer) {
  if (!blob.GetReflection()->GetUnknownFields(blob).empty()) {
    return Fail(ErrorCode::kInvalidArgument, "signed blob has unknown fields");
  }
  if (blob.tbs().size() > kSignedBlobTbsBytesMax) {
    return Fail(ErrorCode::kInvalidArgument, "signed blob is larger than 1 MiB");
  }
  if (blob.alg() != kAlgorithmEd25519) {
    return Fail(ErrorCode::kUnsupported, "signed blob is not signed with Ed25519");
  }
  if (!std::ranges::equal(AsBytes(blob.key_id()), signer.id().value())) {
    return Fail(ErrorCode::kUnauthenticated, "signed blob names another key");
  }
  const ByteSpan tbs = AsBytes(blob.tbs());
  if (!signer.Verify(SignedInput(context, tbs), AsBytes(blob.signature()))) {
    return Fail(ErrorCode::kUnauthenticated,
                std::string("signature does not stand for \"")
                    .append(BlobContextText(context)).append("\""));
  }
  return Bytes(tbs.begin(), tbs.end());
}

Result<KeyId> ClaimedSigner(ByteSpan blob) {
  EARSHOT_ASSIGN_OR_RETURN(const v1::SignedBlob parsed, ParseStrictly(blob));
  const Result<Bytes32> id = ToBytes32(AsBytes(parsed.key_id()));
  if (!id.has_value()) {
    return Fail(ErrorCode::kInvalidArgument, "signed blob has a key id that is not 32 bytes");
  }
  return KeyId(*id);
}

}  // namespace earshot
