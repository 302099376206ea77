// core/base/check.h: assertions about our own code. On in every build; never reachable from input.
#ifndef EARSHOT_CORE_BASE_CHECK_H_
#define EARSHOT_CORE_BASE_CHECK_H_

namespace earshot::internal {

// Writes "file:line: check failed: condition" to stderr and aborts.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace earshot::internal

// Ends the process when `condition` is false: a broken invariant must not become a wrong verdict.
#define EARSHOT_CHECK(condition)                                              \
  (static_cast<bool>(condition)                                               \
       ? static_cast<void>(0)                                                 \
       : ::earshot::internal::CheckFailed(__FILE__, __LINE__, #condition))

#endif  // EARSHOT_CORE_BASE_CHECK_H_
