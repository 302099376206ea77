// core/base/strong_id.h: identifiers that cannot be mistaken for one another.
#ifndef EARSHOT_CORE_BASE_STRONG_ID_H_
#define EARSHOT_CORE_BASE_STRONG_ID_H_

#include <compare>
#include <functional>
#include <utility>

namespace earshot {

// A value of type `Rep` that means one thing: `using LandmarkId = StrongId<struct LandmarkIdTag,
// std::string>;`. Ordered and hashable as its representation; no arithmetic, no implicit
// conversion. Regular type.
template <typename Tag, typename Rep>
class StrongId {
 public:
  StrongId() = default;
  explicit StrongId(Rep value) : value_(std::move(value)) {}

  const Rep& value() const { return value_; }

  friend auto operator<=>(const StrongId&, const StrongId&) = default;
  friend bool operator==(const StrongId&, const StrongId&) = default;

 private:
  Rep value_{};
};

}  // namespace earshot

template <typename Tag, typename Rep>
struct std::hash<earshot::StrongId<Tag, Rep>> {
  std::size_t operator()(const earshot::StrongId<Tag, Rep>& id) const {
    return std::hash<Rep>{}(id.value());
  }
};

#endif  // EARSHOT_CORE_BASE_STRONG_ID_H_
