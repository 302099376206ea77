// core/base/suggest.h: "did you mean".
#ifndef EARSHOT_CORE_BASE_SUGGEST_H_
#define EARSHOT_CORE_BASE_SUGGEST_H_

#include <span>
#include <string>
#include <string_view>

namespace earshot {

// The known name nearest to `word` by edit distance, as "; did you mean \"jitter\"?"; empty when
// none is within a third of its length (a far-fetched guess is worse than none).
std::string DidYouMean(std::string_view word, std::span<const std::string> known);

}  // namespace earshot

#endif  // EARSHOT_CORE_BASE_SUGGEST_H_
