// core/report/bundle.h: evidence bundles as bytes of a file.
//
// A bundle holds everything a third party needs to recompute one verdict off-line: signed blobs,
// verbatim. It is input from a stranger until every signature in it has been checked.
#ifndef EARSHOT_CORE_REPORT_BUNDLE_H_
#define EARSHOT_CORE_REPORT_BUNDLE_H_

#include <cstddef>
#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace earshot::v1 {
class EvidenceBundle;
}  // namespace earshot::v1

namespace earshot {

inline constexpr std::uint32_t kBundleFormat = 1;
// 1,000 landmarks at about 4 KB a receipt and its evidence; more is refused unread.
inline constexpr std::size_t kBundleBytesMax = std::size_t{8} << 20U;

// The bytes of a bundle file. kResourceLimit beyond kBundleBytesMax.
Result<std::string> EncodeBundle(const v1::EvidenceBundle& bundle);

// kResourceLimit for too many bytes, kUnsupported for another format number, kInvalidArgument for
// bytes that are no bundle, that lack the blobs every verdict needs, or that hold unknown fields
// (what nobody checks must not look checked).
Result<v1::EvidenceBundle> DecodeBundle(ByteSpan bytes);

}  // namespace earshot

#endif  // EARSHOT_CORE_REPORT_BUNDLE_H_
