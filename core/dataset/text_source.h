// core/dataset/text_source.h: the text of a file that may be compressed. Not for other rooms.
#ifndef EARSHOT_CORE_DATASET_TEXT_SOURCE_H_
#define EARSHOT_CORE_DATASET_TEXT_SOURCE_H_

#include <string>

#include "core/base/result.h"

namespace earshot::internal {

// What a file may grow to when it is unpacked.
inline constexpr std::size_t kUnpackedBytesMax = std::size_t{512} << 20U;

// The file's text, unpacked when it begins as gzip does (several members in a row are one text),
// and without the byte order mark that some editors put first.
// kInvalidArgument when the gzip is damaged, cut short or unpacks to more than kUnpackedBytesMax;
// otherwise as ReadFile.
Result<std::string> ReadText(const std::string& path);

}  // namespace earshot::internal

#endif  // EARSHOT_CORE_DATASET_TEXT_SOURCE_H_
