#include "core/protocol/refusal.h"

#include <numeric>

namespace earshot {

std::string_view RefusalName(Refusal refusal) {
  static constexpr std::array<std::string_view, kRefusalKinds> kNames = {
      "none",       "length",     "magic",         "version",    "type",      "suite",
      "not_zero",   "field",      "source",        "session",    "round",     "state",
      "landmark",   "cookie",     "hello_hash",    "transcript", "key_agreement",
      "commitment", "seal",       "signature",     "limit",      "index",     "duplicate",
      "chain",      "tag",        "rate",          "body",       "repeated"};
  return kNames[static_cast<std::size_t>(refusal)];
}

std::uint64_t RefusalCounters::refused() const {
  return std::accumulate(counts_.begin() + 1, counts_.end(), std::uint64_t{0});
}

std::uint64_t RefusalCounters::unauthentic() const {
  return refused() - count(Refusal::kState) - count(Refusal::kDuplicate) -
         count(Refusal::kRepeated);
}

}  // namespace earshot
