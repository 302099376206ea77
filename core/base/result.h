// core/base/result.h: how a fallible function answers.
//
// What can go wrong in a sane world is a value: `Result<T>`. Our own bugs are `EARSHOT_CHECK`
// (check.h). Nothing in this project throws; exceptions of libraries are caught where the library
// is called.
#ifndef EARSHOT_CORE_BASE_RESULT_H_
#define EARSHOT_CORE_BASE_RESULT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace earshot {

// What a caller may want to branch on; the words for people are in the message.
enum class ErrorCode : std::uint8_t {
  kInvalidArgument,   // the input is wrong and will stay wrong
  kNotFound,          // a named thing does not exist
  kUnauthenticated,   // a signature, tag or chain does not verify
  kExpired,           // authentic but outside its validity
  kRevoked,           // authentic but withdrawn
  kResourceLimit,     // a named limit is reached
  kUnavailable,       // the outside world refused (socket, file, process)
  kUnsupported,       // understood, and not offered here
};

// Stable lower-case name of `code`, for logs and JSON ("invalid_argument").
std::string_view ErrorCodeName(ErrorCode code);

// A failure with a message for a person. Cheap to move; copying copies the string.
class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }

  // The same error seen from one layer further out: "context: message". Once per layer.
  Error WithContext(std::string_view context) &&;

  friend bool operator==(const Error&, const Error&) = default;

 private:
  ErrorCode code_;
  std::string message_;
};

template <typename T>
using Result = tl::expected<T, Error>;

// The result of an action that yields nothing.
using Status = Result<void>;

// Builds the failing side of any Result<T>: `return Fail(ErrorCode::kNotFound, "no device x");`
inline tl::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error(code, std::move(message)));
}

// Passes on an error, prepending where it was met.
inline tl::unexpected<Error> Fail(Error error, std::string_view context) {
  return tl::unexpected<Error>(std::move(error).WithContext(context));
}

}  // namespace earshot

// Leaves the enclosing function with the error of `expr` when it failed.
#define EARSHOT_RETURN_IF_ERROR(expr)                                        \
  do {                                                                       \
    if (auto earshot_status = (expr); !earshot_status.has_value()) {         \
      return ::tl::unexpected<::earshot::Error>(std::move(earshot_status).error()); \
    }                                                                        \
  } while (false)

// EARSHOT_ASSIGN_OR_RETURN(auto key, ParseKey(bytes)); declares `key` or leaves with the error.
#define EARSHOT_ASSIGN_OR_RETURN(lhs, expr) \
  EARSHOT_ASSIGN_OR_RETURN_IMPL_(EARSHOT_CONCAT_(earshot_result_, __LINE__), lhs, expr)
#define EARSHOT_ASSIGN_OR_RETURN_IMPL_(result, lhs, expr)              \
  auto result = (expr);                                                \
  if (!result.has_value()) {                                           \
    return ::tl::unexpected<::earshot::Error>(std::move(result).error()); \
  }                                                                    \
  lhs = *std::move(result)
#define EARSHOT_CONCAT_(a, b) EARSHOT_CONCAT_IMPL_(a, b)
#define EARSHOT_CONCAT_IMPL_(a, b) a##b

#endif  // EARSHOT_CORE_BASE_RESULT_H_
